"""Addresses of the casebook."""

from django.urls import path

from assessments.views import blank, casebook, entry, gate, live, review

app_name = "assessments"
FORMS = "trials/<str:registration>/forms"
SUBJECT = "trials/<str:registration>/subjects/<str:number>/"
FORM = SUBJECT + "visits/<str:visit_code>/forms/<str:form_code>/"

urlpatterns = [
    path(FORMS + "/", blank.blank_forms, name="blank-forms"),
    path(FORMS + ".pdf", blank.blank_casebook_pdf, name="blank-casebook-pdf"),
    path(FORMS + "/<str:form_code>/", blank.blank_form, name="blank-form"),
    path(FORMS + "/<str:form_code>.pdf", blank.blank_form_pdf, name="blank-form-pdf"),
    path(SUBJECT, casebook.casebook, name="casebook"),
    path(SUBJECT + "visits/<str:visit_code>/infusion-gate/", gate.gate, name="infusion-gate"),
    path(FORM, review.review, name="form"),
    path(FORM + "edit/", entry.entry, name="form-edit"),
    path(FORM + "live/", live.live, name="form-live"),
    path(FORM + "discard/", entry.discard, name="form-discard"),
    path(FORM + "not-done/", entry.not_done, name="form-not-done"),
    path(FORM + "history/", review.history, name="form-history"),
]
