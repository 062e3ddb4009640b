"""Addresses of the pages about subjects."""

from django.urls import path

from patients import views

app_name = "patients"
TRIAL = "trials/<str:registration>/"
SUBJECT = TRIAL + "subjects/<str:number>/"

urlpatterns = [
    path(TRIAL + "subjects/", views.subject_list, name="subject-list"),
    path(TRIAL + "subjects/new/", views.register, name="register"),
    path(SUBJECT + "contact/", views.identity, name="identity"),
    path(SUBJECT + "eligibility/", views.eligibility, name="eligibility"),
    path(SUBJECT + "eligibility/decide/", views.decide, name="decide"),
    path(SUBJECT + "enrol/", views.enrol, name="enrol"),
    path(SUBJECT + "end/", views.end_participation, name="end"),
    path(SUBJECT + "visits/<str:code>/", views.visit, name="visit"),
    path(SUBJECT + "visits/<str:code>/correct/", views.correct_visit, name="correct-visit"),
    path(SUBJECT + "visits/<str:code>/missed/", views.miss_visit, name="miss-visit"),
]
