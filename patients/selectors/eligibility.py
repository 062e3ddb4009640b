"""Reads of decisions on eligibility, and of what still stands in their way."""

from dataclasses import dataclass
from typing import Any

from clinical.eligibility import JUDGEMENT, Standing
from patients.eligibility import CriterionStanding, SubjectEligibility
from patients.models import EligibilityDecision, Subject


@dataclass(frozen=True)
class StoredFact:
    """A fact as it was when eligibility was decided."""

    code: str
    value: Any
    unit: str
    collected_on: str
    since: str


@dataclass(frozen=True)
class StoredCriterion:
    """A criterion as it stood when eligibility was decided, with the facts that were known; of one that stood unknown,
    also those that were not."""

    code: str
    standing: str
    answer: bool | None
    facts: list[StoredFact]


def decisions_of(subject: Subject) -> list[EligibilityDecision]:
    """The decisions on the subject, newest first, each with its criteria as `criteria`: one statement."""
    rows = subject.eligibility_decisions.select_related("decided_by", "protocol_version")
    decisions = list(rows.defer("protocol_version__files").order_by("-decided_at", "-pk"))
    for decision in decisions:
        decision.criteria = [_criterion(code, row) for code, row in decision.facts.items()]
    return decisions


def _criterion(code: str, row: dict[str, Any]) -> StoredCriterion:
    facts = [
        StoredFact(name, fact["value"], fact["unit"], fact["collected_on"] or "", fact.get("since", ""))
        for name, fact in row["facts"].items()
        if fact["value"] is not None or row["standing"] == Standing.UNKNOWN
    ]
    return StoredCriterion(code, row["standing"], row["answer"], facts)


@dataclass(frozen=True)
class Missing:
    """A criterion that cannot be decided yet: the facts it waits for, and whether it waits for an answer."""

    row: CriterionStanding
    facts: list[str]
    is_question_open: bool


def missing_of(current: SubjectEligibility) -> list[Missing]:
    """What exactly is missing before eligibility can be decided, criterion by criterion."""
    return [
        Missing(
            row,
            [fact.code for fact in row.facts if fact.code in row.wanting],
            JUDGEMENT in row.wanting,
        )
        for row in current.criteria
        if row.standing == Standing.UNKNOWN
    ]
