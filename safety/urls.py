from django.urls import path

from safety.views import desk, events, listing, reviews

app_name = "safety"

_SUBJECT = "trials/<str:registration>/subjects/<str:number>/adverse-events/"

urlpatterns = [
    path("trials/<str:registration>/adverse-events/", listing.event_list, name="list"),
    path(_SUBJECT, events.subject_events, name="subject-events"),
    path(f"{_SUBJECT}record/", events.record, name="record"),
    path(f"{_SUBJECT}suggestions/", events.decide_suggestion, name="decide-suggestion"),
    path(f"{_SUBJECT}<int:event_number>/", events.event, name="event"),
    path(f"{_SUBJECT}<int:event_number>/correct/", events.correct, name="correct"),
    path(f"{_SUBJECT}<int:event_number>/history/", events.event_history, name="event-history"),
    path(f"{_SUBJECT}<int:event_number>/review/", reviews.review, name="review"),
    path("trials/<str:registration>/safety-desk/", desk.desk, name="desk"),
    path("trials/<str:registration>/adverse-events/incidence/", desk.incidence, name="incidence"),
]
