"""What a protocol version says, as frozen dataclasses. ``protocols.loader`` guarantees that they fit together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
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
from clinical.reminder_stages import ReminderDays
from clinical.scoring.pga import SIX_LEVELS
from clinical.visit_windows import PlannedVisit, VisitTiming
from protocols.safety_plan import SafetyPlan

#: The form that documents an infusion. The form of a comparator is named by its arm.
INFUSION_FORM = "infusion"
#: The form of the vital signs around an infusion; like the infusion itself it is asked only where cells are given.
INFUSION_VITAL_SIGNS_FORM = "infusion_vital_signs"

#: The scale of the global assessment where a protocol names none (default: the registry records do not say).
DEFAULT_PGA_LEVELS = SIX_LEVELS

#: Codes of visits that no schedule holds: unscheduled ones are UNS-1, UNS-2 ..., early termination happens once.
UNSCHEDULED = "UNS"
EARLY_TERMINATION = "ET"


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


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One treatment group, either infused or given a medicine by mouth.

    ``cells_per_kg`` is the dose of one infusion. ``dose_mg_low`` and ``dose_mg_high`` are the limits of one dose of a
    comparator, both allowed, and ``dosing_form`` documents it. What does not belong to the arm is 0 or empty. ``share``
    is the arm's part in the ratio of randomisation.
    """

    code: str
    name: str
    product: str
    route: str
    cells_per_kg: int = 0
    infusion_visits: tuple[str, ...] = ()
    dose_mg_low: int = 0
    dose_mg_high: int = 0
    dosing_form: str = ""
    dosing_visits: tuple[str, ...] = ()
    share: int = 1
    is_default: bool = False
    note: str = ""

    @property
    def is_infused(self) -> bool:
        """Does the arm receive cells?"""
        return self.cells_per_kg > 0

    @property
    def treatment_form(self) -> str:
        """The form that documents one treatment of this arm."""
        return INFUSION_FORM if self.is_infused else self.dosing_form

    @property
    def forms_of_treatment(self) -> tuple[str, ...]:
        """The forms that are asked only where this arm is treated."""
        return (INFUSION_FORM, INFUSION_VITAL_SIGNS_FORM) if self.is_infused else (self.dosing_form,)

    @property
    def treatment_visits(self) -> tuple[str, ...]:
        """Codes of the visits at which this arm is treated."""
        return self.infusion_visits if self.is_infused else self.dosing_visits

    @property
    def million_per_kg(self) -> str:
        """The dose in million cells per kg, as people read it."""
        return plain(Decimal(self.cells_per_kg) / 10**6)


@dataclass(frozen=True)
class Allocation:
    """Randomisation in permuted blocks of varying size, one list for each combination of ``stratified_by``.

    Block lengths do not stand in a protocol: who knows them can foresee an allocation (ICH E9, section 2.3.2).
    """

    stratified_by: tuple[str, ...]
    is_default: bool = False
    note: str = ""


@dataclass(frozen=True)
class Epoch:
    """A stage of the trial, such as screening or follow-up."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class VisitContent:
    """What happens at a visit, whenever it is. ``by_phone``: it may take place by telephone alone.

    ``is_default`` marks what the registry record leaves open; ``note`` then says where the choice comes from.
    """

    name: str
    name_zh: str
    forms: tuple[str, ...]
    by_phone: bool = False
    is_default: bool = False
    note: str = ""

    def name_in(self, language: str) -> str:
        """The name in this language (an IETF tag); the English one where there is no other."""
        return self.name_zh if language.startswith("zh") else self.name


@dataclass(frozen=True, kw_only=True)
class Visit(VisitContent):
    """A planned visit. Days count from ``relative_to`` (another visit, or consent); the window is closed at both
    ends."""

    code: str
    epoch: str
    relative_to: str
    target_days: int
    days_before: int
    days_after: int

    @property
    def timing(self) -> VisitTiming:
        """The same timing as the visit calculator wants it."""
        return VisitTiming(self.code, self.relative_to, self.target_days, self.days_before, self.days_after)


@dataclass(frozen=True)
class Panel:
    """The keys of the lines that a form asks."""

    form: str
    keys: tuple[str, ...]


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
    facts: Mapping[str, FactValue | date]
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
    """One version of one protocol. ``anchor`` is the visit of the first treatment (Day 1).

    People are told of a visit window ``reminder_days_before`` it opens and ``reminder_days_before_closing``; 0: not
    before. ``allocation`` is None where arms are not given at random. ``pga_levels`` is the number of levels of the
    global assessment: 6 (0 to 5) or 5 (0 to 4). ``panels`` holds, by form, the keys of the lines that the form asks, in
    order; a form that is not there asks all it knows.
    """

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
    reminder_days_before_closing: int
    anchor: str
    pga_levels: int
    arms: tuple[Arm, ...]
    allocation: Allocation | None
    epochs: tuple[Epoch, ...]
    visits: tuple[Visit, ...]
    unscheduled: VisitContent
    early_termination: VisitContent
    criteria: tuple[Criterion, ...]
    endpoints: tuple[Endpoint, ...]
    examples: tuple[ExampleSubject, ...]
    panels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    safety: SafetyPlan = field(default_factory=SafetyPlan)

    @property
    def reminder_days(self) -> ReminderDays:
        """How many days before a window opens, and before it closes, people are told."""
        return ReminderDays(self.reminder_days_before, self.reminder_days_before_closing)

    def visit(self, code: str) -> Visit:
        """The scheduled visit with this code; ``KeyError`` when there is none."""
        return {visit.code: visit for visit in self.visits}[code]

    def content(self, code: str) -> VisitContent:
        """What happens at a visit, scheduled or not; ``KeyError`` for a code of neither kind."""
        if code == EARLY_TERMINATION:
            return self.early_termination
        kind, _, number = code.rpartition("-")
        if kind == UNSCHEDULED and number.isdecimal():
            extra = self.unscheduled
            return replace(extra, name=f"{extra.name} {number}", name_zh=f"{extra.name_zh} {number}")
        return self.visit(code)

    def arm(self, code: str) -> Arm:
        """The arm with this code; ``KeyError`` when there is none."""
        return {arm.code: arm for arm in self.arms}[code]

    def forms_at(self, visit: str, arm: str) -> tuple[str, ...]:
        """The forms asked of a subject of this arm (empty: not in an arm yet) at a visit, in order.

        A form of treatment is asked only of the arms that are treated so, and at a scheduled visit only where the arm
        is treated. Of a subject who is in no arm yet it is asked as soon as there is only one arm to come into.
        """
        own = self.arm(arm) if arm else self.arms[0] if len(self.arms) == 1 else None
        scheduled = {each.code for each in self.visits}
        is_treated = own is not None and (visit in own.treatment_visits or visit not in scheduled)
        asked = set(own.forms_of_treatment) if own is not None and is_treated else set()
        of_treatment = {form for each in self.arms for form in each.forms_of_treatment}
        return tuple(form for form in self.content(visit).forms if form in asked or form not in of_treatment)

    def reference_day(self, *, consent_on: date, first_treatment_on: date | None) -> date:
        """The day to which rules count how long ago something was: the first treatment, or the day planned for it."""
        return first_treatment_on or consent_on + timedelta(days=self.visit(self.anchor).target_days)

    @property
    def treatment_forms(self) -> frozenset[str]:
        """The forms that document a treatment of any arm."""
        return frozenset(arm.treatment_form for arm in self.arms)

    @property
    def infusion_visits(self) -> tuple[str, ...]:
        """Codes of the visits at which any arm is infused, in order of the visits."""
        infused = {code for arm in self.arms for code in arm.infusion_visits}
        return tuple(visit.code for visit in self.visits if visit.code in infused)
