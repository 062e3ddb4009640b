"""Addresses of the casebook."""

from django.urls import path

from assessments.views import blank, casebook, entry, gate, live, review
from assessments.wording import views as wording_views

app_name = "assessments"
TRIAL = "trials/<str:registration>/"
FORMS = TRIAL + "forms"
WORDING = TRIAL + "questionnaire-wording/"
SUBJECT = TRIAL + "subjects/<str:number>/"
FORM = SUBJECT + "visits/<str:visit_code>/forms/<str:form_code>/"

urlpatterns = [
    path(FORMS + "/", blank.blank_forms, name="blank-forms"),
    path(FORMS + ".pdf", blank.blank_casebook_pdf, name="blank-casebook-pdf"),
    path(FORMS + "/<str:form_code>/", blank.blank_form, name="blank-form"),
    path(FORMS + "/<str:form_code>.pdf", blank.blank_form_pdf, name="blank-form-pdf"),
    path(WORDING, wording_views.wording_list, name="wording"),
    path(WORDING + "load/", wording_views.load, name="load-wording"),
    path(WORDING + "<str:instrument>/<str:language>/empty/", wording_views.empty_wording_file, name="empty-wording"),
    path(SUBJECT, casebook.casebook, name="casebook"),
    path(SUBJECT + "visits/<str:visit_code>/infusion-gate/", gate.gate, name="infusion-gate"),
    path(FORM, review.review, name="form"),
    path(FORM + "edit/", entry.entry, name="form-edit"),
    path(FORM + "live/", live.live, name="form-live"),
    path(FORM + "discard/", entry.discard, name="form-discard"),
    path(FORM + "not-done/", entry.not_done, name="form-not-done"),
    path(FORM + "history/", review.history, name="form-history"),
]
