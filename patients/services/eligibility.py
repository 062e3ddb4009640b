"""Answering criteria and deciding eligibility."""

from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from clinical.eligibility import Eligibility, Standing
from patients.eligibility import SubjectEligibility, changed_criteria, eligibility_of, version_in_question
from patients.models import CriterionAnswer, EligibilityDecision, Subject, SubjectStatus, VisitOutcome
from patients.models.eligibility import EligibilityOutcome
from patients.policies import eligibility_is_open, status_may_become
from patients.services.changes import reminders_may_change
from patients.services.deviations import notice_deviations
from patients.services.locks import locked_subject
from trials.models import ProtocolVersion
from trials.selectors import protocol_of


@transaction.atomic
def answer_criteria(*, subject: Subject, answers: Mapping[str, bool | None], by: User, reason: str = "") -> None:
    """Store the answers that only a person can give; None takes an answer back.

    Raises NotAllowedNow after the decision, unless it is to be reviewed, and ValidationError when a stored answer
    changes without a reason.
    """
    subject = locked_subject(subject.pk)
    eligibility_is_open(subject, newest_decision(subject))
    stored = {answer.criterion_code: answer for answer in subject.criterion_answers.all()}
    changed = [code for code, value in answers.items() if code in stored and stored[code].applies is not value]
    if changed and not reason.strip():
        raise ValidationError(
            {"reason": _("Say why you change %(codes)s.") % {"codes": ", ".join(sorted(changed))}},
        )
    with acting(by=by, reason=reason):
        for code, value in answers.items():
            _store(subject, stored.get(code), code, value)
        review_decision(subject)


def _store(subject: Subject, answer: CriterionAnswer | None, code: str, value: bool | None) -> None:
    if answer is None:
        if value is not None:
            CriterionAnswer.objects.create(subject=subject, criterion_code=code, applies=value)
    elif value is None:
        answer.delete()
    elif answer.applies is not value:
        answer.applies = value
        answer.save(update_fields=["applies"])


def newest_decision(subject: Subject) -> EligibilityDecision | None:
    """The decision that holds."""
    return subject.eligibility_decisions.select_related("protocol_version").defer("protocol_version__files").last()


@transaction.atomic
def decide_eligibility(*, subject: Subject, outcome: str, by: User, seen: str | None = None) -> EligibilityDecision:
    """Record the investigator's decision with the facts as they are now.

    Eligible needs every criterion satisfied; the other outcomes need at least one that is not. A decision whose facts
    have changed since is decided again: the earlier one stays beside it. `seen` is the fingerprint of the criteria that
    the investigator had on the screen. Raises ValidationError for an outcome that the criteria contradict, naming them,
    and when they are not the ones that were seen; NotAllowedNow when eligibility has been decided and nothing has
    changed.
    """
    subject = locked_subject(subject.pk)
    earlier = newest_decision(subject)
    eligibility_is_open(subject, earlier)
    version = version_in_question(subject, earlier)
    current = eligibility_of(subject, version=version)
    if seen is not None and seen != current.fingerprint:
        raise ValidationError(_("Facts or answers have changed while you were reading. Look again, then decide."))
    _refuse_contradiction(subject, current, outcome)
    with acting(by=by, reason=f"Eligibility decided: {outcome}"):
        reminders_may_change()
        if earlier is not None:
            _mark(earlier, [])
        decision = EligibilityDecision.objects.create(
            subject=subject,
            protocol_version=version,
            outcome=outcome,
            failed_criteria=current.codes(Standing.FAILED),
            facts=current.snapshot(),
            decided_by=by,
        )
        if subject.enrolled_on is None and subject.status != outcome:
            status_may_become(subject, outcome)
            subject.status = SubjectStatus(outcome)
            subject.save(update_fields=["status"])
        if outcome == EligibilityOutcome.SCREEN_FAILURE:
            cancel_open_visits(subject)
        if subject.first_treatment_on is not None:
            notice_deviations(subject=subject, by=by)
    return decision


def review_decision(subject: Subject) -> None:
    """Mark the decision as to be reviewed when a fact, an answer or a criterion it rests on has changed, or take the
    mark away when all is as it was; the caller holds the transaction and signs for the write."""
    decision = newest_decision(subject)
    if decision is None:
        return
    version = version_in_question(subject, decision)
    now = eligibility_of(subject, version=version).snapshot()
    changed = {*changed_criteria(decision.facts, now), *_amended_criteria(decision, version)}
    _mark(decision, [code for code in now if code in changed])


def _amended_criteria(decision: EligibilityDecision, version: ProtocolVersion) -> Iterator[str]:
    """Codes of the criteria that say something else than those that were decided upon, or were not among them."""
    if decision.protocol_version is None or decision.protocol_version == version:
        return
    then = {criterion.code: criterion for criterion in protocol_of(decision.protocol_version).criteria}
    yield from (each.code for each in protocol_of(version).criteria if then.get(each.code) != each)


def _mark(decision: EligibilityDecision, criteria: list[str]) -> None:
    if criteria == decision.stale_criteria:
        return
    decision.stale_criteria = criteria
    decision.stale_since = (decision.stale_since or timezone.now()) if criteria else None
    decision.save(update_fields=["stale_criteria", "stale_since"])
    reminders_may_change()


def outcomes_for(subject: Subject) -> tuple[str, str]:
    """The outcome when every criterion is satisfied, and the one when one is not."""
    failed = EligibilityOutcome.SCREEN_FAILURE if subject.enrolled_on is None else EligibilityOutcome.FOUND_NOT_ELIGIBLE
    return EligibilityOutcome.ELIGIBLE, failed


def _refuse_contradiction(subject: Subject, current: SubjectEligibility, outcome: str) -> None:
    if outcome not in outcomes_for(subject):
        raise ValidationError(_("This cannot be decided of the subject at this stage; open the page again."))
    if outcome == EligibilityOutcome.ELIGIBLE and current.overall != Eligibility.ELIGIBLE:
        codes = current.codes(Standing.FAILED) + current.codes(Standing.UNKNOWN)
        raise ValidationError(
            _("Not eligible while these criteria are not satisfied or not known: %(codes)s.")
            % {"codes": ", ".join(codes)}
        )
    if outcome != EligibilityOutcome.ELIGIBLE and current.overall != Eligibility.NOT_ELIGIBLE:
        raise ValidationError(_("A screen failure needs a criterion that is not satisfied; none is."))


def cancel_open_visits(subject: Subject) -> None:
    """Visits that will not take place any more; the caller signs for the writes."""
    subject.visits.filter(outcome="").update(outcome=VisitOutcome.CANCELLED)
    reminders_may_change()
