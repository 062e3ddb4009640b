"""What the criteria of a protocol ask of kinds of treatment: how long ago the last use must have been.

Rules know a kind of treatment by two facts that the form of previous treatment publishes: ``topical_use`` says whether
it was used, ``topical_last_on`` is the day of the last use, read as an interval. What a rule asks is found by asking it
about a subject of whom nothing but this one kind of treatment is known, so it may be written in any way.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from clinical.eligibility import CriterionKind, FactValue, Rule, Standing, evaluate, standing
from clinical.intervals import IntervalUnit, for_rules, interval_code

PAST, ONGOING = "past", "ongoing"
LONGEST = 50_000
"""No rule is expected to ask for more days or months than this, which are those of a long life (default)."""


@dataclass(frozen=True)
class WashOut:
    """What one criterion asks of one kind of treatment before the first treatment in the trial.

    At least so many days or completed months lie between the last use and the first treatment, exactly so many are
    enough; 0: no time is asked for. `is_ever`: past use keeps out however long ago it was. `forbids_ongoing`: use that
    goes on at the first treatment keeps out.
    """

    forbids_ongoing: bool
    is_ever: bool = False
    at_least: int = 0
    unit: IntervalUnit = IntervalUnit.DAYS


def use_fact(treatment: str) -> str:
    """The fact that says whether this kind of treatment was used: ``topical_use``."""
    return f"{treatment}_use"


def last_day_fact(treatment: str) -> str:
    """The fact that is the day of the last use: ``topical_last_on``."""
    return f"{treatment}_last_on"


@lru_cache(maxsize=1024)
def wash_out_of(kind: CriterionKind, rule: Rule, treatment: str) -> WashOut | None:
    """What the criterion asks of this kind of treatment; None where that alone never keeps a subject out."""
    if use_fact(treatment) not in rule.facts:
        return None
    past: dict[str, FactValue] = {use_fact(treatment): PAST}
    forbids_ongoing = _fails(kind, rule, {use_fact(treatment): ONGOING})
    if _fails(kind, rule, past):
        return WashOut(forbids_ongoing, is_ever=True)
    for unit in IntervalUnit:
        enough = _enough(kind, rule, past, ago=interval_code(last_day_fact(treatment), unit))
        if enough:
            return WashOut(forbids_ongoing, at_least=enough, unit=unit)
    return WashOut(forbids_ongoing) if forbids_ongoing else None


def keeps_out(kind: CriterionKind, rule: Rule, treatment: str, *, last_on: date | None, on: date) -> bool:
    """Whether this use alone keeps a subject out who is first treated on the day `on`.

    `last_on` is the day of the last use; None, or no day before `on`: the use goes on.
    """
    if last_on is None or last_on >= on:
        return _fails(kind, rule, {use_fact(treatment): ONGOING})
    used: dict[str, FactValue | date] = {use_fact(treatment): PAST, last_day_fact(treatment): last_on}
    return _fails(kind, rule, for_rules(used, on=on))


def _enough(kind: CriterionKind, rule: Rule, past: Mapping[str, FactValue], *, ago: str) -> int:
    """The shortest interval that does not keep out; what is long enough ago stays so, the longer it is."""
    return bisect_left(range(LONGEST), True, key=lambda count: not _fails(kind, rule, {**past, ago: float(count)}))


def _fails(kind: CriterionKind, rule: Rule, facts: Mapping[str, FactValue]) -> bool:
    return standing(kind, evaluate(rule, facts)) is Standing.FAILED
