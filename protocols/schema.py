"""What a protocol version says, as frozen dataclasses. ``protocols.loader`` guarantees that they fit together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from clinical.eligibility import (
    JUDGEMENT,
    CriterionKind,
    Eligibility,
    FactValue,
    Rule,
    Standing,
    evaluate,
    standing,
)
from clinical.numbers import plain
from clinical.visit_windows import PlannedVisit, VisitTiming


class EndpointRole(StrEnum):
    """The place of an outcome measure in the registry record; OTHER is named in its text only."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    OTHER = "other"


class EndpointKind(StrEnum):
    """How an outcome is worked out from its measure."""

    RESPONDER = "responder"
    """Proportion of subjects whose improvement from baseline reaches a percentage."""
    CHANGE = "change"
    """Difference from baseline."""
    IMPROVEMENT_RATE = "improvement_rate"
    """(baseline - value) / baseline, in per cent."""
    VALUE = "value"
    """The measure itself."""
    INCIDENCE = "incidence"
    """Proportion of subjects with at least one event."""
    RELAPSE_RATE = "relapse_rate"
    """Proportion of relapsed subjects among those who had responded."""

    @property
    def needs_baseline(self) -> bool:
        """Is the measure also needed at or before the anchor visit?"""
        return self not in (EndpointKind.VALUE, EndpointKind.INCIDENCE)


@dataclass(frozen=True)
class Arm:
    """One treatment group. ``cells_per_kg`` is the dose of one infusion; 0 for an arm without infusions."""

    code: str
    name: str
    product: str
    cells_per_kg: int
    route: str
    infusion_visits: tuple[str, ...]

    @property
    def million_per_kg(self) -> str:
        """The dose in million cells per kg, as people read it."""
        return plain(Decimal(self.cells_per_kg) / 10**6)


@dataclass(frozen=True)
class Epoch:
    """A stage of the trial, such as screening or follow-up."""

    code: str
    name: str


@dataclass(frozen=True)
class Visit:
    """A planned visit. Days count from ``relative_to`` (another visit, or consent); the window is closed at both ends.

    ``is_default`` marks timing that the registry record leaves open; ``note`` then says where the choice comes from.
    """

    code: str
    name: str
    epoch: str
    relative_to: str
    target_days: int
    days_before: int
    days_after: int
    forms: tuple[str, ...]
    is_default: bool = False
    note: str = ""

    @property
    def timing(self) -> VisitTiming:
        """The same timing as the visit calculator wants it."""
        return VisitTiming(self.code, self.relative_to, self.target_days, self.days_before, self.days_after)


@dataclass(frozen=True)
class Criterion:
    """One eligibility criterion: the record's text, the rule, and the question only a person can answer (or empty)."""

    code: str
    kind: CriterionKind
    text: str
    rule: Rule
    question: str = ""

    def standing(self, facts: Mapping[str, FactValue], judgement: bool | None = None) -> Standing:
        """How a subject with these facts stands on this criterion.

        ``judgement`` is the answer to ``question``: true means that the criterion applies to the subject, for an
        exclusion criterion that it excludes. None means not answered yet. Raises ``RuleError`` as
        ``clinical.eligibility.evaluate`` does.
        """
        known = dict(facts) if judgement is None else {**facts, JUDGEMENT: judgement}
        return standing(self.kind, evaluate(self.rule, known))


@dataclass(frozen=True)
class Endpoint:
    """One outcome measure.

    ``measure`` is the fact it is worked out from; None where no form publishes that yet, and ``note`` then says so.
    ``improvement_at_least`` (per cent, closed) belongs to responder endpoints only. ``at`` is a visit, ``time_frame``
    the record's own words.
    """

    code: str
    name: str
    role: EndpointRole
    measure: str | None
    kind: EndpointKind
    improvement_at_least: int | None
    at: str
    time_frame: str
    note: str = ""


@dataclass(frozen=True)
class ExampleSubject:
    """A made-up subject with what must come out: the protocol's own test.

    ``judgements`` are answers by criterion code, ``other_judgements`` is the answer to all other questions (None: not
    answered). Only the standings and visits that are listed are compared.
    """

    name: str
    facts: Mapping[str, FactValue]
    judgements: Mapping[str, bool]
    other_judgements: bool | None
    expected_eligibility: Eligibility
    expected_standings: Mapping[str, Standing]
    consent_on: date
    first_treatment_on: date | None
    expected_visits: tuple[PlannedVisit, ...]

    def judgement(self, criterion: str) -> bool | None:
        """The answer to this criterion's question; None when it is not answered."""
        return self.judgements.get(criterion, self.other_judgements)


@dataclass(frozen=True)
class Protocol:
    """One version of one protocol. ``anchor`` is the visit of the first infusion (Day 1)."""

    registration: str
    version: str
    title: str
    short_title: str
    sponsor: str
    phase: str
    design: str
    planned_subjects: int
    sources: tuple[str, ...]
    reminder_days_before: int
    anchor: str
    arms: tuple[Arm, ...]
    epochs: tuple[Epoch, ...]
    visits: tuple[Visit, ...]
    criteria: tuple[Criterion, ...]
    endpoints: tuple[Endpoint, ...]
    examples: tuple[ExampleSubject, ...]

    def visit(self, code: str) -> Visit:
        """The visit with this code; ``KeyError`` when there is none."""
        return {visit.code: visit for visit in self.visits}[code]

    def arm(self, code: str) -> Arm:
        """The arm with this code; ``KeyError`` when there is none."""
        return {arm.code: arm for arm in self.arms}[code]

    @property
    def infusion_visits(self) -> tuple[str, ...]:
        """Codes of the visits at which any arm is infused, in order of the visits."""
        infused = {code for arm in self.arms for code in arm.infusion_visits}
        return tuple(visit.code for visit in self.visits if visit.code in infused)
