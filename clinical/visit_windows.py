"""When visits are planned, when their windows are open, and what state a visit is in.

A visit is timed from consent or from another visit. The words are those of ODM 2.0: a target, and a window before and
after it. Days are calendar days; nothing here knows what day today is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

CONSENT = "consent"
"""Reserved word for the day of informed consent, where a visit code would stand."""

_DURATION = re.compile(r"(?P<minus>-?)P(?P<number>[0-9]{1,4})(?P<unit>[DW])")
_DAYS_PER_UNIT = {"D": 1, "W": 7}


class VisitState(StrEnum):
    """Where a visit stands: the first three follow from the calendar, the last three are outcomes somebody recorded."""

    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


VISIT_OUTCOMES = frozenset({VisitState.DONE, VisitState.MISSED, VisitState.CANCELLED})


@dataclass(frozen=True, slots=True)
class VisitTiming:
    """When a visit should happen: `target_days` after what it is relative to, give or take a window.

    `relative_to` is another visit's code or CONSENT. `target_days` may be negative, `days_before` and `days_after` may
    not. Raises ValueError for a negative window or a visit that is named like the reserved word.
    """

    code: str
    relative_to: str
    target_days: int
    days_before: int
    days_after: int

    def __post_init__(self) -> None:
        if self.code == CONSENT:
            raise ValueError(f'"{CONSENT}" is a reserved word; give the visit another code')
        if self.days_before < 0 or self.days_after < 0:
            raise ValueError(
                f"the window of {self.code} is {self.days_before} days before and {self.days_after} days after; "
                "neither may be negative"
            )


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """The calendar days of a visit for one subject; the window is closed, both its days are inside."""

    code: str
    planned_on: date
    opens_on: date
    closes_on: date


def parse_days(text: str) -> int:
    """Days of an ISO 8601 duration in whole days or whole weeks: "P84D", "P12W", "-P14D".

    A leading minus (ISO 8601-2) means before. Raises ValueError for anything else, months and hours included: they have
    no fixed number of days, or are finer than a visit window.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(
            f'"{text}" is not a duration in whole days or weeks; write for example P84D, P12W or -P14D '
            "(at most four digits)"
        )
    days = int(match["number"]) * _DAYS_PER_UNIT[match["unit"]]
    return -days if match["minus"] else days


def plan_visits(timings: Sequence[VisitTiming], reference_dates: Mapping[str, date]) -> dict[str, PlannedVisit]:
    """Plan every visit whose reference has really happened, in the order of `timings`.

    `reference_dates` holds days that happened: CONSENT, and visit codes with their actual days. A visit whose reference
    is missing there is left out, even when the reference itself is planned: a plan built on a plan would move. Days of
    visits outside `timings` (unscheduled ones) are ignored. Raises ValueError for a duplicate code, a reference that is
    neither CONSENT nor a visit of `timings`, and visits that are timed from each other in a circle.
    """
    _require_reachable(timings)
    return {
        timing.code: _plan(timing, reference_dates[timing.relative_to])
        for timing in timings
        if timing.relative_to in reference_dates
    }


def study_day(*, on: date, anchor: date) -> int:
    """Study day, where the anchor (first infusion) is Day 1 and the day before is Day -1; there is no Day 0."""
    days = (on - anchor).days
    return days + 1 if days >= 0 else days


def in_window(planned: PlannedVisit, on: date) -> bool:
    """Whether a day lies in the window; the first and the last day do."""
    return planned.opens_on <= on <= planned.closes_on


def visit_state(
    *, opens_on: date | None, closes_on: date | None, today: date, outcome: VisitState | None
) -> VisitState:
    """State of a visit: a recorded outcome wins, otherwise the calendar decides.

    Due from the first to the last day of the window, overdue after it, planned before it or while the window has no
    days yet. Raises ValueError when `outcome` is a state that only the calendar can give.
    """
    if outcome is not None:
        if outcome not in VISIT_OUTCOMES:
            raise ValueError(f"{outcome} is not an outcome; allowed are {', '.join(sorted(VISIT_OUTCOMES))}")
        return outcome
    if opens_on is None or closes_on is None or today < opens_on:
        return VisitState.PLANNED
    return VisitState.DUE if today <= closes_on else VisitState.OVERDUE


def _plan(timing: VisitTiming, reference: date) -> PlannedVisit:
    planned_on = reference + timedelta(days=timing.target_days)
    return PlannedVisit(
        code=timing.code,
        planned_on=planned_on,
        opens_on=planned_on - timedelta(days=timing.days_before),
        closes_on=planned_on + timedelta(days=timing.days_after),
    )


def _require_reachable(timings: Sequence[VisitTiming]) -> None:
    references: dict[str, str] = {}
    for timing in timings:
        if timing.code in references:
            raise ValueError(f"visit {timing.code} is timed twice")
        references[timing.code] = timing.relative_to
    for code in references:
        _follow_to_consent(code, references)


def _follow_to_consent(code: str, references: Mapping[str, str]) -> None:
    passed = [code]
    while (reference := references[passed[-1]]) != CONSENT:
        if reference in passed:
            raise ValueError(f"visits are timed from each other in a circle: {' -> '.join([*passed, reference])}")
        if reference not in references:
            raise ValueError(
                f'visit {passed[-1]} is relative to "{reference}", which is neither a visit nor "{CONSENT}"'
            )
        passed.append(reference)
