from django.urls import path

from safety.views import events

app_name = "safety"

_SUBJECT = "trials/<str:registration>/subjects/<str:number>/adverse-events/"

urlpatterns = [
    path("trials/<str:registration>/adverse-events/", events.event_list, name="list"),
    path(_SUBJECT, events.subject_events, name="subject-events"),
    path(f"{_SUBJECT}record/", events.record, name="record"),
    path(f"{_SUBJECT}suggestions/", events.decide_suggestion, name="decide-suggestion"),
    path(f"{_SUBJECT}<int:event_number>/", events.event, name="event"),
    path(f"{_SUBJECT}<int:event_number>/correct/", events.correct, name="correct"),
    path(f"{_SUBJECT}<int:event_number>/history/", events.event_history, name="event-history"),
]
