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
from patients.eligibility import SubjectEligibility, eligibility_of, version_in_question
from patients.forms.eligibility import CriteriaForm, DecisionForm
from patients.selectors import eligibility as reads
from patients.services.eligibility import answer_criteria, decide_eligibility, newest_decision, outcomes_for
from patients.views.common import add_error, casebook_url, subject_view
from trials.policies import NotAllowedNow, allows


@subject_page(Permission.VIEW_SUBJECTS)
def eligibility(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Every criterion with its facts; the investigator answers and decides here."""
    if request.method != "POST":
        return _page(request, subject)
    if not request.roles.may(Permission.DECIDE_ELIGIBILITY, subject.site):
        raise PermissionDenied
    current = eligibility_of(subject, version=version_in_question(subject, newest_decision(subject)))
    form = _criteria_form(current, request.POST)
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
    return _page(request, subject, current=current, form=form)


@require_POST
@subject_page(Permission.DECIDE_ELIGIBILITY)
def decide(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Store the investigator's decision, signed off with the password."""
    form = DecisionForm(request.POST, request=request)
    if form.is_valid():
        outcome, seen = form.cleaned_data["outcome"], form.cleaned_data["seen"]
        try:
            decision = decide_eligibility(subject=subject, outcome=outcome, seen=seen, by=request.user)
        except ValidationError as error:
            add_error(form, error)
        else:
            text = _("Decision recorded: %(outcome)s.") % {"outcome": decision.get_outcome_display()}
            messages.success(request, text)
            return redirect(casebook_url(subject))
    return _page(request, subject, decision_form=form)


def _criteria_form(current: SubjectEligibility, data: Any = None) -> CriteriaForm:
    asked = [row.criterion for row in current.criteria if row.criterion.question]
    answers = {row.criterion.code: row.answer for row in current.criteria if row.answer is not None}
    return CriteriaForm(data, criteria=asked, answers=answers)


def _decision_form(request: SubjectRequest, offered: dict[str, str], refused: DecisionForm | None) -> DecisionForm:
    """The form to sign off what is offered now; after a refusal it keeps its errors, but not what was signed."""
    if refused is None:
        return DecisionForm(request=request, initial=offered)
    refused.data = offered
    return refused


def _page(
    request: SubjectRequest,
    subject: Any,
    *,
    current: SubjectEligibility | None = None,
    form: CriteriaForm | None = None,
    decision_form: DecisionForm | None = None,
) -> HttpResponse:
    """The page of the criteria; a form that was refused comes with its errors (status 422)."""
    decisions = reads.decisions_of(subject)
    newest = decisions[0] if decisions else None
    current = current or eligibility_of(subject, version=version_in_question(subject, newest))
    refused = form or decision_form
    form = form or _criteria_form(current)
    is_open = allows(policies.eligibility_is_open, subject, newest)
    may_decide = is_open and request.roles.may(Permission.DECIDE_ELIGIBILITY, subject.site)
    outcome = outcomes_for(subject)[current.overall != "eligible"]
    context = {
        "eligibility": current,
        "form": form,
        "refused": refused,
        "decision_form": _decision_form(request, {"outcome": outcome, "seen": current.fingerprint}, decision_form),
        "outcome": outcome,
        "rows": [(row, form[row.criterion.code] if row.criterion.question else None) for row in current.criteria],
        "missing": reads.missing_of(current),
        "decisions": decisions,
        "decision": newest,
        "is_open": is_open,
        "may_decide": may_decide,
        "may_rescreen": request.roles.may(Permission.REGISTER_SUBJECTS, subject.site)
        and allows(policies.may_be_screened_again, subject),
    }
    response = subject_view(request, "patients/eligibility.html", context, here=_("Eligibility"))
    response.status_code = 200 if refused is None else 422
    return response
