"""Screening a person once more."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients import policies
from patients.access import SubjectRequest, subject_page
from patients.forms.rescreening import RescreeningForm
from patients.selectors.consent import sheets_to_sign
from patients.services.rescreening import screen_again
from patients.views.common import add_error, casebook_url, subject_view
from trials.selectors import newest_protocol


@subject_page(Permission.REGISTER_SUBJECTS)
def rescreen(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Another screening attempt of the same person, after a new consent."""
    if request.method == "GET":
        policies.may_be_screened_again(subject)
    sheets = sheets_to_sign(subject.site.trial, subject.site.today())
    form = RescreeningForm(request.POST or None, sheets=sheets)
    if request.method == "POST" and form.is_valid():
        try:
            again = screen_again(subject=subject, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            text = _("%(earlier)s is screened again as %(number)s.")
            messages.success(request, text % {"earlier": subject.number, "number": again.number})
            return redirect(casebook_url(again))
    context = {"form": form, "protocol_version": newest_protocol(subject.site.trial)}
    response = subject_view(request, "patients/rescreen.html", context, here=_("Screen again"))
    response.status_code = 422 if form.errors else 200
    return response
