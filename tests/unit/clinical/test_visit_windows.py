from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from clinical.visit_windows import (
    CONSENT,
    PlannedVisit,
    VisitState,
    VisitTiming,
    in_window,
    parse_days,
    plan_visits,
    study_day,
    visit_state,
)

SCREENING = VisitTiming("SCR", CONSENT, 0, 0, 27)
WEEK_0 = VisitTiming("W0", CONSENT, 14, 13, 14)
WEEK_12 = VisitTiming("W12", "W0", 84, 3, 3)
AFTER_WEEK_12 = VisitTiming("FU", "W12", 28, 7, 7)
TIMINGS = (SCREENING, WEEK_0, WEEK_12, AFTER_WEEK_12)

OPENS_ON = date(2024, 3, 10)
CLOSES_ON = date(2024, 3, 16)


@pytest.mark.parametrize(
    ("text", "days"), [("P84D", 84), ("P12W", 84), ("-P14D", -14), ("-P2W", -14), ("P0D", 0), ("P9999D", 9999)]
)
def test_durations_in_whole_days_or_weeks_are_read(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    "text",
    [
        *["", "84", "84D", "P", "PD", "P1M", "P1Y", "PT24H", "P1W2D", "P1.5D"],
        *["+P1D", "--P1D", "P-1D", "p1d", " P1D", "P1D\n", "P10000D", "P\u0664D"],
    ],
)
def test_anything_else_is_not_a_duration_and_the_message_says_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration in whole days or weeks; write for example P84D, P12W or"):
        parse_days(text)


def test_visit_may_not_be_called_consent() -> None:
    with pytest.raises(ValueError, match='"consent" is a reserved word'):
        VisitTiming(CONSENT, "W0", 0, 0, 0)


@pytest.mark.parametrize(("before", "after"), [(-1, 0), (0, -1)])
def test_window_may_not_be_negative(before: int, after: int) -> None:
    with pytest.raises(ValueError, match=f"W4 is {before} days before and {after} days after; neither may be negative"):
        VisitTiming("W4", "W0", 28, before, after)


@pytest.mark.parametrize("value", [WEEK_12, PlannedVisit("W12", OPENS_ON, OPENS_ON, CLOSES_ON)])
def test_timings_and_plans_cannot_be_changed(value: VisitTiming | PlannedVisit) -> None:
    with pytest.raises(FrozenInstanceError):
        value.code = "W13"  # type: ignore[misc]


def test_consent_plans_only_what_is_relative_to_consent() -> None:
    assert plan_visits(TIMINGS, {CONSENT: date(2024, 1, 1)}) == {
        "SCR": PlannedVisit("SCR", date(2024, 1, 1), date(2024, 1, 1), date(2024, 1, 28)),
        "W0": PlannedVisit("W0", date(2024, 1, 15), date(2024, 1, 2), date(2024, 1, 29)),
    }


def test_visit_that_happened_plans_what_is_relative_to_its_actual_day() -> None:
    planned = plan_visits(TIMINGS, {CONSENT: date(2024, 1, 1), "W0": date(2024, 1, 20)})
    assert list(planned) == ["SCR", "W0", "W12"]
    assert planned["W12"] == PlannedVisit("W12", date(2024, 4, 13), date(2024, 4, 10), date(2024, 4, 16))


def test_visit_relative_to_a_planned_visit_waits_until_that_has_happened() -> None:
    happened = {CONSENT: date(2024, 1, 1), "W0": date(2024, 1, 15)}
    assert "FU" not in plan_visits(TIMINGS, happened)
    assert plan_visits(TIMINGS, {**happened, "W12": date(2024, 4, 10)})["FU"].planned_on == date(2024, 5, 8)


def test_nothing_is_planned_before_consent() -> None:
    assert plan_visits(TIMINGS, {}) == {}


def test_days_of_unscheduled_visits_plan_nothing() -> None:
    assert plan_visits(TIMINGS, {"UNSCHEDULED-1": date(2024, 1, 1)}) == {}


def test_visit_timed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="visit W0 is timed twice"):
        plan_visits([WEEK_0, WEEK_0], {})


def test_visit_relative_to_an_unknown_visit_is_refused() -> None:
    with pytest.raises(ValueError, match='visit W12 is relative to "W0", which is neither a visit nor "consent"'):
        plan_visits([SCREENING, WEEK_12], {})


@pytest.mark.parametrize(
    ("timings", "circle"),
    [
        ([VisitTiming("A", "A", 1, 0, 0)], "A -> A"),
        ([VisitTiming("A", "B", 1, 0, 0), VisitTiming("B", "A", 1, 0, 0)], "A -> B -> A"),
        ([SCREENING, VisitTiming("A", "B", 1, 0, 0), VisitTiming("B", "B", 1, 0, 0)], "A -> B -> B"),
    ],
)
def test_visits_timed_in_a_circle_are_refused(timings: list[VisitTiming], circle: str) -> None:
    with pytest.raises(ValueError, match=f"in a circle: {circle}$"):
        plan_visits(timings, {CONSENT: date(2024, 1, 1)})


def test_first_infusion_is_day_one_and_the_day_before_is_day_minus_one() -> None:
    anchor = date(2024, 3, 1)
    assert study_day(on=anchor, anchor=anchor) == 1
    assert study_day(on=date(2024, 3, 2), anchor=anchor) == 2
    assert study_day(on=date(2024, 2, 29), anchor=anchor) == -1


@pytest.mark.parametrize(
    ("on", "inside"),
    [
        (date(2024, 3, 9), False),
        (date(2024, 3, 10), True),
        (date(2024, 3, 13), True),
        (date(2024, 3, 16), True),
        (date(2024, 3, 17), False),
    ],
)
def test_window_holds_its_first_and_last_day(on: date, inside: bool) -> None:
    planned = PlannedVisit("W12", date(2024, 3, 13), OPENS_ON, CLOSES_ON)
    assert in_window(planned, on) is inside


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2024, 3, 9), VisitState.PLANNED),
        (date(2024, 3, 10), VisitState.DUE),
        (date(2024, 3, 16), VisitState.DUE),
        (date(2024, 3, 17), VisitState.OVERDUE),
    ],
)
def test_calendar_decides_while_nobody_recorded_an_outcome(today: date, state: VisitState) -> None:
    assert visit_state(opens_on=OPENS_ON, closes_on=CLOSES_ON, today=today, outcome=None) is state


@pytest.mark.parametrize(("opens_on", "closes_on"), [(None, None), (OPENS_ON, None), (None, CLOSES_ON)])
def test_visit_without_a_window_stays_planned(opens_on: date | None, closes_on: date | None) -> None:
    state = visit_state(opens_on=opens_on, closes_on=closes_on, today=date(2030, 1, 1), outcome=None)
    assert state is VisitState.PLANNED


@pytest.mark.parametrize("outcome", [VisitState.DONE, VisitState.MISSED, VisitState.CANCELLED])
@pytest.mark.parametrize("today", [date(2024, 3, 1), date(2024, 3, 12), date(2024, 4, 1)])
def test_recorded_outcome_wins_over_the_calendar(outcome: VisitState, today: date) -> None:
    assert visit_state(opens_on=OPENS_ON, closes_on=CLOSES_ON, today=today, outcome=outcome) is outcome
    assert visit_state(opens_on=None, closes_on=None, today=today, outcome=outcome) is outcome


@pytest.mark.parametrize("state", [VisitState.PLANNED, VisitState.DUE, VisitState.OVERDUE])
def test_what_only_the_calendar_can_say_is_not_an_outcome(state: VisitState) -> None:
    with pytest.raises(ValueError, match=f"{state} is not an outcome; allowed are cancelled, done, missed"):
        visit_state(opens_on=OPENS_ON, closes_on=CLOSES_ON, today=OPENS_ON, outcome=state)
