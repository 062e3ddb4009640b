"""Enrolment and the end of participation."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients import policies
from patients.access import SubjectRequest, subject_page
from patients.forms.enrolment import EndForm, EnrolmentForm
from patients.services.enrolment import end_participation as end
from patients.services.enrolment import enrol as enrol_subject
from patients.views.common import add_error, casebook_url, subject_view
from trials.policies import NotAllowedNow, enrolment_is_open
from trials.selectors import protocol_of


@subject_page(Permission.ENROL_SUBJECTS)
def enrol(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Take an eligible subject into the trial, into an arm that is chosen or that the random list gives."""
    protocol = protocol_of(subject.protocol_version)
    if request.method == "GET":
        policies.may_enrol(subject)
        enrolment_is_open(subject.site.trial, subject.site)
        policies.a_place_can_be_given(subject)
    initial = {"enrolled_on": subject.site.today()}
    form = EnrolmentForm(request.POST or None, protocol=protocol, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            enrolled = enrol_subject(subject=subject, by=request.user, **form.typed)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            message = _("%(number)s is enrolled, as number %(count)s of the site, in “%(arm)s”.") % {
                "number": enrolled.number,
                "count": enrolled.enrolment_number,
                "arm": protocol.arm(enrolled.arm_code).name,
            }
            messages.success(request, message)
            return redirect(casebook_url(subject))
    response = subject_view(request, "patients/enrol.html", {"form": form, "protocol": protocol}, here=_("Enrol"))
    response.status_code = 422 if form.errors else 200
    return response


@subject_page(Permission.ENTER_DATA)
def end_participation(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Record completion or withdrawal."""
    if request.method == "GET":
        policies.participation_may_end(subject, "withdrawn")
    initial = {"ended_on": subject.site.today()}
    form = EndForm(request.POST or None, subject=subject, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            end(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("End of participation recorded."))
            return redirect(casebook_url(subject))
    status = 422 if form.errors else 200
    return subject_view(request, "patients/end.html", {"form": form}, here=_("End participation"), status=status)
