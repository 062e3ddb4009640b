"""Visits that no schedule holds."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients import policies
from patients.access import SubjectRequest, subject_page
from patients.forms.visits import UnscheduledVisitForm, VisitDateForm
from patients.services.extra_visits import add_unscheduled_visit, record_early_termination
from patients.views.common import add_error, casebook_url, subject_view
from patients.views.deviations import link_to_drafts
from patients.visit_content import content_of, name_of
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


@subject_page(Permission.ENTER_DATA)
def unscheduled(request: SubjectRequest, subject: Any) -> HttpResponse:
    """A visit between the planned ones."""
    if request.method == "GET":
        policies.may_receive_data(subject)
    form = UnscheduledVisitForm(request.POST or None, today=subject.site.today())
    if request.method == "POST" and form.is_valid():
        try:
            held = add_unscheduled_visit(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            return _to_casebook(request, held)
    context = {"form": form, "content": protocol_of(subject.protocol_version).unscheduled}
    return _page(request, "patients/unscheduled.html", context, here=_("Unscheduled visit"))


@subject_page(Permission.ENTER_DATA)
def early_termination(request: SubjectRequest, subject: Any) -> HttpResponse:
    """The last visit of a subject who leaves before completion."""
    if request.method == "GET":
        policies.may_receive_data(subject)
        policies.early_termination_may_take_place(subject)
    form = VisitDateForm(request.POST or None, today=subject.site.today())
    if request.method == "POST" and form.is_valid():
        try:
            held = record_early_termination(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            return _to_casebook(request, held)
    content = protocol_of(subject.protocol_version).early_termination
    context = {"form": form, "content": content, "days": policies.EARLY_TERMINATION_DAYS}
    return _page(request, "patients/early_termination.html", context, here=name_of(content))


def _to_casebook(request: SubjectRequest, held: Any) -> HttpResponse:
    facts = {"visit": name_of(content_of(held))}
    messages.success(request, _("%(visit)s recorded. Its forms can be entered now.") % facts)
    link_to_drafts(request, held)
    return redirect(casebook_url(held.subject) + f"#visit-{held.code}")


def _page(request: SubjectRequest, template: str, context: dict[str, Any], *, here: str) -> HttpResponse:
    response = subject_view(request, template, context, here=here)
    response.status_code = 422 if context["form"].is_bound else 200
    return response
