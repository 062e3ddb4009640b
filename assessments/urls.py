"""Addresses of the casebook."""

from django.urls import path

from assessments import views
from assessments.wording import views as wording_views

app_name = "assessments"
TRIAL = "trials/<str:registration>/"
WORDING = TRIAL + "questionnaire-wording/"
SUBJECT = TRIAL + "subjects/<str:number>/"
FORM = SUBJECT + "visits/<str:visit_code>/forms/<str:form_code>/"

urlpatterns = [
    path(WORDING, wording_views.wording_list, name="wording"),
    path(WORDING + "load/", wording_views.load, name="load-wording"),
    path(WORDING + "<str:instrument>/<str:language>/empty/", wording_views.empty_wording_file, name="empty-wording"),
    path(SUBJECT, views.casebook, name="casebook"),
    path(FORM, views.review, name="form"),
    path(FORM + "edit/", views.entry, name="form-edit"),
    path(FORM + "live/", views.live, name="form-live"),
    path(FORM + "not-done/", views.not_done, name="form-not-done"),
    path(FORM + "history/", views.history, name="form-history"),
]
