from django.urls import path

from safety.views import events, medication

app_name = "safety"

_SUBJECT = "trials/<str:registration>/subjects/<str:number>/adverse-events/"
_MEDICATION = "trials/<str:registration>/subjects/<str:number>/medication/"

urlpatterns = [
    path("trials/<str:registration>/adverse-events/", events.event_list, name="list"),
    path(_SUBJECT, events.subject_events, name="subject-events"),
    path(f"{_SUBJECT}record/", events.record, name="record"),
    path(f"{_SUBJECT}<int:event_number>/", events.event, name="event"),
    path(f"{_SUBJECT}<int:event_number>/correct/", events.correct, name="correct"),
    path(f"{_SUBJECT}<int:event_number>/history/", events.event_history, name="event-history"),
]

urlpatterns += [
    path(_MEDICATION, medication.subject_medication, name="subject-medication"),
    path(f"{_MEDICATION}record/", medication.record, name="record-medication"),
    path(f"{_MEDICATION}<int:medication_number>/", medication.medication, name="medication"),
    path(f"{_MEDICATION}<int:medication_number>/correct/", medication.correct, name="correct-medication"),
    path(f"{_MEDICATION}<int:medication_number>/history/", medication.medication_history, name="medication-history"),
]
