"""Answering criteria and deciding eligibility."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from clinical.eligibility import Eligibility, Standing
from patients.eligibility import SubjectEligibility, eligibility_of
from patients.models import CriterionAnswer, EligibilityDecision, Subject, SubjectStatus, VisitOutcome
from patients.models.eligibility import EligibilityOutcome
from patients.policies import eligibility_is_open, status_may_become


@transaction.atomic
def answer_criteria(*, subject: Subject, answers: Mapping[str, bool | None], by: User, reason: str = "") -> None:
    """Store the answers that only a person can give; None takes an answer back.

    Raises NotAllowedNow after the decision, and ValidationError when a stored answer changes without a reason.
    """
    subject = Subject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    eligibility_is_open(subject)
    stored = {answer.criterion_code: answer for answer in subject.criterion_answers.all()}
    changed = [code for code, value in answers.items() if code in stored and stored[code].applies is not value]
    if changed and not reason.strip():
        raise ValidationError(
            {"reason": _("Say why you change %(codes)s.") % {"codes": ", ".join(sorted(changed))}},
        )
    with acting(by=by, reason=reason):
        for code, value in answers.items():
            _store(subject, stored.get(code), code, value)


def _store(subject: Subject, answer: CriterionAnswer | None, code: str, value: bool | None) -> None:
    if answer is None:
        if value is not None:
            CriterionAnswer.objects.create(subject=subject, criterion_code=code, applies=value)
    elif value is None:
        answer.delete()
    elif answer.applies is not value:
        answer.applies = value
        answer.save(update_fields=["applies"])


@transaction.atomic
def decide_eligibility(*, subject: Subject, outcome: str, by: User) -> EligibilityDecision:
    """Record the investigator's decision with the facts as they are now.

    Eligible needs every criterion satisfied; screen failure needs at least one that is not. Raises ValidationError
    otherwise, naming the criteria, and NotAllowedNow when eligibility has been decided already.
    """
    subject = Subject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    eligibility_is_open(subject)
    current = eligibility_of(subject)
    _refuse_contradiction(current, outcome)
    status_may_become(subject, outcome)
    with acting(by=by, reason=f"Eligibility decided: {outcome}"):
        decision = EligibilityDecision.objects.create(
            subject=subject,
            outcome=outcome,
            failed_criteria=current.codes(Standing.FAILED),
            facts=current.snapshot(),
            decided_by=by,
        )
        subject.status = SubjectStatus(outcome)
        subject.save(update_fields=["status"])
        if outcome == EligibilityOutcome.SCREEN_FAILURE:
            cancel_open_visits(subject)
    return decision


def _refuse_contradiction(current: SubjectEligibility, outcome: str) -> None:
    if outcome == EligibilityOutcome.ELIGIBLE and current.overall != Eligibility.ELIGIBLE:
        codes = current.codes(Standing.FAILED) + current.codes(Standing.UNKNOWN)
        raise ValidationError(
            _("Not eligible while these criteria are not satisfied or not known: %(codes)s.")
            % {"codes": ", ".join(codes)}
        )
    if outcome == EligibilityOutcome.SCREEN_FAILURE and current.overall != Eligibility.NOT_ELIGIBLE:
        raise ValidationError(_("A screen failure needs a criterion that is not satisfied; none is."))


def cancel_open_visits(subject: Subject) -> None:
    """Visits that will not take place any more; the caller signs for the writes."""
    subject.visits.filter(outcome="").update(outcome=VisitOutcome.CANCELLED)
