"""Addresses of the pages about subjects."""

from django.urls import path

from patients.views import eligibility, enrolment, rescreening, subjects, visits

app_name = "patients"
TRIAL = "trials/<str:registration>/"
SUBJECT = TRIAL + "subjects/<str:number>/"

urlpatterns = [
    path(TRIAL + "subjects/", subjects.subject_list, name="subject-list"),
    path(TRIAL + "subjects/new/", subjects.register, name="register"),
    path(SUBJECT + "contact/", subjects.identity, name="identity"),
    path(SUBJECT + "eligibility/", eligibility.eligibility, name="eligibility"),
    path(SUBJECT + "eligibility/decide/", eligibility.decide, name="decide"),
    path(SUBJECT + "rescreen/", rescreening.rescreen, name="rescreen"),
    path(SUBJECT + "enrol/", enrolment.enrol, name="enrol"),
    path(SUBJECT + "end/", enrolment.end_participation, name="end"),
    path(SUBJECT + "visits/<str:code>/", visits.visit, name="visit"),
    path(SUBJECT + "visits/<str:code>/correct/", visits.correct_visit, name="correct-visit"),
    path(SUBJECT + "visits/<str:code>/missed/", visits.miss_visit, name="miss-visit"),
]
