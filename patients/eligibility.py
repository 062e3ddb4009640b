"""A subject's eligibility: the protocol's criteria over the subject's findings and the answers people gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinical.eligibility import JUDGEMENT, CriterionKind, Eligibility, FactValue, Standing, overall
from clinical.numbers import plain
from patients.models import Finding, Subject
from patients.services.planning import consent_day
from protocols.catalogue import Fact, FactKind
from protocols.schema import Criterion
from trials.selectors import protocol_of

CONSENT_GIVEN = Fact("consent_given", FactKind.YES_NO, "")
"""The fact that every subject has: published by the consent itself, not by a form."""

CONSENT_SOURCE = "informed_consent"


@dataclass(frozen=True)
class FactUsed:
    """A fact as a criterion saw it; `value` is None while it is missing."""

    code: str
    value: FactValue | Decimal | None
    unit: str = ""
    collected_on: date | None = None
    source: str = ""

    @property
    def is_missing(self) -> bool:
        return self.value is None

    @property
    def shown(self) -> str:
        """The value as people read it: numbers without idle zeros, yes and no in words."""
        if isinstance(self.value, bool):
            return gettext("Yes") if self.value else gettext("No")
        if isinstance(self.value, Decimal):
            return plain(self.value)
        return str(self.value)


@dataclass(frozen=True)
class CriterionStanding:
    """One criterion for one subject, with the facts it used and the answer it asks for."""

    criterion: Criterion
    standing: Standing
    facts: tuple[FactUsed, ...]
    answer: bool | None

    @property
    def kind_label(self) -> Promise:
        return _("Inclusion") if self.criterion.kind == CriterionKind.INCLUSION else _("Exclusion")


@dataclass(frozen=True)
class SubjectEligibility:
    """All criteria of the subject's protocol version."""

    overall: Eligibility
    criteria: tuple[CriterionStanding, ...]

    def codes(self, standing: Standing) -> list[str]:
        """Codes of the criteria that stand so."""
        return [row.criterion.code for row in self.criteria if row.standing == standing]

    def snapshot(self) -> dict[str, Any]:
        """The facts and answers as they are, to be stored with the decision."""
        return {
            row.criterion.code: {
                "standing": row.standing.value,
                "answer": row.answer,
                "facts": {
                    fact.code: {
                        "value": str(fact.value) if isinstance(fact.value, Decimal) else fact.value,
                        "unit": fact.unit,
                        "collected_on": fact.collected_on.isoformat() if fact.collected_on else None,
                        "source": fact.source,
                    }
                    for fact in row.facts
                },
            }
            for row in self.criteria
        }


def eligibility_of(subject: Subject) -> SubjectEligibility:
    """Evaluate every criterion with the newest value of each fact; three statements whatever the number of criteria."""
    known = {fact.code: fact for fact in _facts_before_treatment(subject)}
    answers = dict(subject.criterion_answers.values_list("criterion_code", "applies"))
    rows = tuple(
        _evaluate(criterion, known, answers.get(criterion.code))
        for criterion in protocol_of(subject.protocol_version).criteria
    )
    return SubjectEligibility(overall([row.standing for row in rows]), rows)


def _evaluate(criterion: Criterion, known: dict[str, FactUsed], answer: bool | None) -> CriterionStanding:
    used = tuple(known.get(code, FactUsed(code, None)) for code in sorted(criterion.rule.facts - {JUDGEMENT}))
    values = {fact.code: _for_rules(fact.value) for fact in used if fact.value is not None}
    return CriterionStanding(criterion, criterion.standing(values, answer), used, answer)


def _for_rules(value: Any) -> FactValue:
    return float(value) if isinstance(value, Decimal) else value


def _facts_before_treatment(subject: Subject) -> Sequence[FactUsed]:
    consent = FactUsed(CONSENT_GIVEN.code, True, "", consent_day(subject), CONSENT_SOURCE)
    findings = Finding.objects.filter(subject=subject)
    if subject.first_treatment_on is not None:
        findings = findings.filter(collected_on__lte=subject.first_treatment_on)
    newest = findings.order_by("test_code", "-collected_on", "-pk").distinct("test_code")
    return [consent, *(FactUsed(f.test_code, f.value, f.unit, f.collected_on, f.source_form) for f in newest)]
