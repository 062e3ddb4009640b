from django.urls import path

from safety.views import (
    authority_reports,
    case_steps,
    cases,
    desk,
    documents,
    events,
    listing,
    medication,
    printed,
    reviews,
)

app_name = "safety"

_SUBJECT = "trials/<str:registration>/subjects/<str:number>/adverse-events/"
_MEDICATION = "trials/<str:registration>/subjects/<str:number>/medication/"
_CASE = f"{_SUBJECT}<int:event_number>/case/"

urlpatterns = [
    path("trials/<str:registration>/adverse-events/", listing.event_list, name="list"),
    path(_SUBJECT, events.subject_events, name="subject-events"),
    path(f"{_SUBJECT}record/", events.record, name="record"),
    path(f"{_SUBJECT}suggestions/", events.decide_suggestion, name="decide-suggestion"),
    path(f"{_SUBJECT}<int:event_number>/", events.event, name="event"),
    path(f"{_SUBJECT}<int:event_number>/correct/", events.correct, name="correct"),
    path(f"{_SUBJECT}<int:event_number>/history/", events.event_history, name="event-history"),
    path("trials/<str:registration>/cases/", cases.case_list, name="cases"),
    path(_CASE, cases.case, name="case"),
    path(f"{_CASE}open/", cases.case_open, name="case-open"),
    path(f"{_CASE}draft/", cases.case_draft, name="case-draft"),
    path(f"{_CASE}submit/", cases.case_submit, name="case-submit"),
    path(f"{_CASE}versions/<int:version_number>/", cases.case_version, name="case-version"),
    path(f"{_CASE}versions/<int:version_number>/cioms.pdf", printed.cioms, name="cioms"),
    path(f"{_CASE}take-up/", case_steps.take_up, name="case-take-up"),
    path(f"{_CASE}ask/", case_steps.ask, name="case-ask"),
    path(f"{_CASE}answer/", case_steps.answer, name="case-answer"),
    path(f"{_CASE}assess/", case_steps.assess_case, name="case-assess"),
    path(f"{_CASE}close/", case_steps.close, name="case-close"),
    path(f"{_CASE}follow-up/", case_steps.begin_follow_up, name="case-follow-up"),
    path(f"{_CASE}authority/", authority_reports.record, name="case-authority"),
    path(f"{_CASE}authority/<int:report_pk>/correct/", authority_reports.correct, name="case-authority-correct"),
    path(f"{_CASE}authority/<int:report_pk>/take-back/", authority_reports.take_back, name="case-authority-take-back"),
    path(f"{_CASE}documents/new/", documents.attach, name="case-attach"),
    path(f"{_CASE}documents/<int:document_pk>/", documents.document, name="case-document"),
    path(f"{_SUBJECT}<int:event_number>/review/", reviews.review, name="review"),
    path("trials/<str:registration>/safety-desk/", desk.desk, name="desk"),
    path("trials/<str:registration>/adverse-events/incidence/", desk.incidence, name="incidence"),
]

urlpatterns += [
    path(_MEDICATION, medication.subject_medication, name="subject-medication"),
    path(f"{_MEDICATION}record/", medication.record, name="record-medication"),
    path(f"{_MEDICATION}<int:medication_number>/", medication.medication, name="medication"),
    path(f"{_MEDICATION}<int:medication_number>/correct/", medication.correct, name="correct-medication"),
    path(f"{_MEDICATION}<int:medication_number>/history/", medication.medication_history, name="medication-history"),
]
