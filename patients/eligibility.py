"""A subject's eligibility: the protocol's criteria over the subject's findings and the answers people gave."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinical.eligibility import JUDGEMENT, CriterionKind, Eligibility, FactValue, Standing, overall, wanting
from clinical.intervals import intervals
from patients.models import EligibilityDecision, Finding, Subject
from patients.services.planning import consent_day
from protocols.catalogue import Fact, FactKind
from protocols.schema import Criterion
from trials.models import ProtocolVersion
from trials.selectors import protocol_of

CONSENT_GIVEN = Fact("consent_given", FactKind.YES_NO, "")
"""The fact that every subject has: published by the consent itself, not by a form."""

CONSENT_SOURCE = "informed_consent"


@dataclass(frozen=True)
class FactUsed:
    """A fact as a criterion saw it; `value` is None while it is missing. `since` is the day an interval counts from."""

    code: str
    value: FactValue | Decimal | date | None
    unit: str = ""
    collected_on: date | None = None
    source: str = ""
    since: date | None = None

    @property
    def is_missing(self) -> bool:
        return self.value is None


@dataclass(frozen=True)
class CriterionStanding:
    """One criterion for one subject, with the facts it used and the answer it asks for; `wanting` is what leaves it
    unknown (`JUDGEMENT` for an open question)."""

    criterion: Criterion
    standing: Standing
    facts: tuple[FactUsed, ...]
    answer: bool | None
    wanting: frozenset[str]

    @property
    def telling_facts(self) -> list[FactUsed]:
        """The facts that are known, and those that somebody still has to find out."""
        return [fact for fact in self.facts if not fact.is_missing or fact.code in self.wanting]

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

    @property
    def fingerprint(self) -> str:
        """A short text that is another one as soon as a criterion stands otherwise or rests on other facts."""
        essence = {code: _essence(row) for code, row in self.snapshot().items()}
        return sha256(json.dumps(essence, sort_keys=True).encode()).hexdigest()[:16]

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
                        **({"since": fact.since.isoformat()} if fact.since else {}),
                    }
                    for fact in row.facts
                },
            }
            for row in self.criteria
        }


def changed_criteria(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Codes of the criteria that stand otherwise, or rest on other facts or answers, than in an earlier snapshot.

    An interval has changed when the day it counts from has, or when the standing has: that it grows is no news.
    """
    return [code for code in now if _essence(then.get(code)) != _essence(now[code])]


def _essence(row: Mapping[str, Any] | None) -> Any:
    if row is None:
        return None
    facts = {code: fact.get("since", fact["value"]) for code, fact in row["facts"].items()}
    return row["standing"], row["answer"], facts


def version_in_question(subject: Subject, decision: EligibilityDecision | None) -> ProtocolVersion:
    """The protocol version whose criteria are decided upon: the subject's own, but of an enrolled subject the one under
    which it was let in, also when it has moved to an amended protocol since. `decision` is the newest one."""
    if subject.enrolled_on is not None and decision is not None and decision.protocol_version is not None:
        return decision.protocol_version
    return subject.protocol_version


def eligibility_of(subject: Subject, *, version: ProtocolVersion | None = None) -> SubjectEligibility:
    """Evaluate every criterion with the newest value of each fact found before enrolment.

    The criteria are those of the subject's protocol version unless another is given. Wash-outs and other intervals
    count to the first treatment, given or planned. Three statements whatever the number of criteria.
    """
    protocol, consent_on = protocol_of(version or subject.protocol_version), consent_day(subject)
    to = protocol.reference_day(consent_on=consent_on, first_treatment_on=subject.first_treatment_on)
    known = {fact.code: fact for fact in _facts_before_enrolment(subject, consent_on, to)}
    answers = dict(subject.criterion_answers.values_list("criterion_code", "applies"))
    rows = tuple(_evaluate(criterion, known, answers.get(criterion.code)) for criterion in protocol.criteria)
    return SubjectEligibility(overall([row.standing for row in rows]), rows)


def _evaluate(criterion: Criterion, known: dict[str, FactUsed], answer: bool | None) -> CriterionStanding:
    used = tuple(known.get(code, FactUsed(code, None)) for code in sorted(criterion.rule.facts - {JUDGEMENT}))
    values = {fact.code: _for_rules(fact.value) for fact in used if fact.value is not None}
    standing = criterion.standing(values, answer)
    given = values if answer is None else {**values, JUDGEMENT: answer}
    missing = wanting(criterion.rule, given) if standing == Standing.UNKNOWN else frozenset()
    return CriterionStanding(criterion, standing, used, answer, missing)


def _for_rules(value: Any) -> FactValue:
    return float(value) if isinstance(value, Decimal) else value


def _facts_before_enrolment(subject: Subject, consent_on: date, reference_on: date) -> Iterator[FactUsed]:
    """The consent, then the newest finding of each test from visits that come before enrolment."""
    yield FactUsed(CONSENT_GIVEN.code, True, "", consent_on, CONSENT_SOURCE)
    findings = Finding.objects.filter(subject=subject, visit__needs_enrolment=False)
    for found in findings.order_by("test_code", "-collected_on", "-pk").distinct("test_code"):
        if found.day is None:
            yield FactUsed(found.test_code, found.value, found.unit, found.collected_on, found.source_form)
            continue
        since = {"collected_on": found.collected_on, "source": found.source_form, "since": found.day}
        for fact in Fact(found.test_code, FactKind.DAY).intervals:
            value = intervals({found.test_code: found.day}, on=reference_on)[fact.code]
            yield FactUsed(fact.code, Decimal(int(value)), fact.unit, **since)
