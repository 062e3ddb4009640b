"""Addresses of the casebook."""

from django.urls import path

from assessments import views

app_name = "assessments"
SUBJECT = "trials/<str:registration>/subjects/<str:number>/"
FORM = SUBJECT + "visits/<str:visit_code>/forms/<str:form_code>/"

urlpatterns = [
    path(SUBJECT, views.casebook, name="casebook"),
    path(FORM, views.review, name="form"),
    path(FORM + "edit/", views.entry, name="form-edit"),
    path(FORM + "live/", views.live, name="form-live"),
    path(FORM + "not-done/", views.not_done, name="form-not-done"),
    path(FORM + "history/", views.history, name="form-history"),
]
