"""Changing the arm of a subject."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients import policies
from patients.access import SubjectRequest, subject_page
from patients.forms.allocation import ChangeArmForm
from patients.selectors.allocations import allocations_of
from patients.services.allocation import change_arm as change
from patients.views.common import add_error, casebook_url, subject_view
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


@subject_page(Permission.CHANGE_TREATMENT)
def change_arm(request: SubjectRequest, subject: Any) -> HttpResponse:
    """The arms given so far, and the form for another one."""
    policies.arm_may_change(subject)
    allocations, arms = allocations_of(subject), policies.other_arms(subject)
    latest = allocations[-1].sequence
    initial = {"changed_on": subject.site.today(), "seen_sequence": latest}
    form = ChangeArmForm(request.POST or None, arms=arms, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            # What was typed, against the allocations that the page shows now.
            form = ChangeArmForm({**request.POST.dict(), "seen_sequence": latest}, arms=arms)
            add_error(form, error)
        else:
            arm = protocol_of(subject.protocol_version).arm(form.cleaned_data["arm_code"])
            messages.success(
                request, _("%(number)s is in “%(arm)s” now.") % {"number": subject.number, "arm": arm.name}
            )
            return redirect(casebook_url(subject))
    context = {"form": form, "allocations": allocations}
    response = subject_view(request, "patients/change_arm.html", context, here=_("Change the arm"))
    response.status_code = 422 if form.errors else 200
    return response
