"""Criteria with their facts, answers and the decision."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients import policies
from patients.access import SubjectRequest, subject_page
from patients.eligibility import eligibility_of
from patients.forms.eligibility import CriteriaForm, DecisionForm
from patients.selectors import subjects as subject_reads
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.views.common import add_error, casebook_url, subject_view
from trials.policies import NotAllowedNow, allows


@subject_page(Permission.VIEW_SUBJECTS)
def eligibility(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Every criterion with its facts; the investigator answers and decides here."""
    current = eligibility_of(subject)
    asked = [row.criterion for row in current.criteria if row.criterion.question]
    answers = {row.criterion.code: row.answer for row in current.criteria if row.answer is not None}
    is_open = allows(policies.eligibility_is_open, subject)
    may_decide = is_open and request.roles.may(Permission.DECIDE_ELIGIBILITY, subject.site)
    form = CriteriaForm(request.POST or None, criteria=asked, answers=answers)
    if request.method == "POST":
        if not request.roles.may(Permission.DECIDE_ELIGIBILITY, subject.site):
            raise PermissionDenied
        if form.is_valid():
            try:
                answer_criteria(
                    subject=subject, answers=form.answers(), by=request.user, reason=form.cleaned_data["reason"]
                )
            except (ValidationError, NotAllowedNow) as error:
                add_error(form, error)
            else:
                messages.success(request, _("Answers saved."))
                return redirect(request.path)
    context = {
        "eligibility": current,
        "form": form,
        "rows": [(row, form[row.criterion.code] if row.criterion.question else None) for row in current.criteria],
        "decision": subject_reads.latest_decision(subject),
        "may_decide": may_decide,
    }
    return subject_view(request, "patients/eligibility.html", context, here=_("Eligibility"))


@require_POST
@subject_page(Permission.DECIDE_ELIGIBILITY)
def decide(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Store the investigator's decision."""
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            decision = decide_eligibility(subject=subject, outcome=form.cleaned_data["outcome"], by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            text = _("Decision recorded: %(outcome)s.") % {"outcome": decision.get_outcome_display()}
            messages.success(request, text)
            return redirect(casebook_url(subject))
    return redirect("patients:eligibility", subject.site.trial.registration, subject.number)
