"""What is recorded of a subject, as the rules of deviations want to see it."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from clinical.deviations import Expected, VisitFacts, expected_deviations
from clinical.visit_windows import VisitState
from patients.models import ConsentWithdrawal, EligibilityDecision, Finding, Subject, VisitKind, VisitOutcome
from patients.models.eligibility import EligibilityOutcome
from patients.selectors.consent import visits_without_consent
from patients.visit_content import content_of, is_treatment_visit
from trials.selectors import protocol_of


def expected_of(subject: Subject) -> tuple[Expected[int], ...]:
    """The deviations that follow from the record as it is now, by primary key of their visit: four statements."""
    visits = _visits(subject)
    found_otherwise = any(visit.newest_decision == EligibilityOutcome.FOUND_NOT_ELIGIBLE for visit in visits)
    return expected_deviations(
        [_facts(visit) for visit in visits],
        unconsented=visits_without_consent(subject),
        treated_ineligible_on=subject.first_treatment_on if found_otherwise else None,
    )


def _visits(subject: Subject) -> list[Any]:
    """The visits that took place or were missed, with what else the rules ask about them."""
    treatments = Finding.objects.filter(
        visit=OuterRef("pk"), source_form__in=protocol_of(subject.protocol_version).treatment_forms
    )
    decisions = EligibilityDecision.objects.filter(subject=OuterRef("subject")).order_by("-decided_at", "-pk")
    visits = list(
        subject.visits.filter(outcome__in=(VisitOutcome.DONE, VisitOutcome.MISSED))
        .select_related("protocol_version")
        .defer("protocol_version__files")
        .annotate(
            was_treated=Exists(treatments),
            newest_decision=Subquery(decisions.values("outcome")[:1]),
            treatment_stopped_on=Subquery(_first_withdrawal()),
        )
        .order_by("position", "pk")
    )
    for visit in visits:
        visit.subject = subject
    return visits


def _first_withdrawal() -> QuerySet[ConsentWithdrawal, Any]:
    mine = ConsentWithdrawal.objects.filter(subject=OuterRef("subject"))
    return mine.order_by("withdrawn_on").values("withdrawn_on")[:1]


def _facts(visit: Any) -> VisitFacts[int]:
    day = visit.occurred_on or visit.window_closes_on
    stopped_on = visit.treatment_stopped_on
    is_after_treatment = stopped_on is not None and day is not None and day > stopped_on
    return VisitFacts(
        key=visit.pk,
        is_scheduled=visit.kind == VisitKind.SCHEDULED,
        is_treatment_visit=is_treatment_visit(visit) and not is_after_treatment,
        outcome=VisitState(visit.outcome),
        opens_on=visit.window_opens_on,
        closes_on=visit.window_closes_on,
        occurred_on=visit.occurred_on,
        was_treated=visit.was_treated,
        mode=visit.contact_mode,
        may_be_by_phone=content_of(visit).by_phone,
    )
