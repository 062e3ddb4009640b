from django.urls import path

from safety import views

app_name = "safety"

_SUBJECT = "trials/<str:registration>/subjects/<str:number>/adverse-events/"

urlpatterns = [
    path("trials/<str:registration>/adverse-events/", views.event_list, name="list"),
    path(_SUBJECT, views.subject_events, name="subject-events"),
    path(f"{_SUBJECT}record/", views.record, name="record"),
    path(f"{_SUBJECT}<int:event_number>/", views.event, name="event"),
    path(f"{_SUBJECT}<int:event_number>/correct/", views.correct, name="correct"),
    path(f"{_SUBJECT}<int:event_number>/history/", views.event_history, name="event-history"),
]
