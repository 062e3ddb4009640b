"""Visit days and windows, row by row, for a study coordinator to sign.

Week 12 with its 3 days on either side is in ClinicalTrials records NCT03265613 and NCT03745417. Day 1 is the first
infusion, so week n is Day 7n + 1 (default). The other windows (3 days at infusions, 7 days in follow-up) are defaults.
"""

from datetime import date, timedelta

import pytest

from clinical.visit_windows import CONSENT, VisitTiming, in_window, parse_days, plan_visits, study_day

FIRST_INFUSIONS = [date(2023, 1, 30), date(2023, 12, 11), date(2024, 1, 8), date(2024, 2, 29)]

TIMINGS = (
    VisitTiming("W0", CONSENT, parse_days("P14D"), 13, 14),
    VisitTiming("W2", "W0", parse_days("P2W"), 3, 3),
    VisitTiming("W8", "W0", parse_days("P8W"), 3, 3),
    VisitTiming("W12", "W0", parse_days("P84D"), 3, 3),
    VisitTiming("W24", "W0", parse_days("P24W"), 7, 7),
)


@pytest.mark.parametrize("first_treatment_on", FIRST_INFUSIONS, ids=str)
@pytest.mark.parametrize(
    ("code", "target_day", "first_day", "last_day"),
    [
        ("W2", 15, 12, 18),
        ("W8", 57, 54, 60),
        ("W12", 85, 82, 88),
        ("W24", 169, 162, 176),
    ],
)
def test_visit_has_its_study_days(
    first_treatment_on: date, code: str, target_day: int, first_day: int, last_day: int
) -> None:
    planned = plan_visits(TIMINGS, {"W0": first_treatment_on})[code]
    assert study_day(on=planned.planned_on, anchor=first_treatment_on) == target_day
    inside = [day for day in range(1, 366) if in_window(planned, first_treatment_on + timedelta(days=day - 1))]
    assert inside == list(range(first_day, last_day + 1))


@pytest.mark.parametrize(
    ("first_treatment_on", "week_12_on", "opens_on", "closes_on"),
    [
        (date(2023, 1, 30), date(2023, 4, 24), date(2023, 4, 21), date(2023, 4, 27)),
        (date(2024, 1, 30), date(2024, 4, 23), date(2024, 4, 20), date(2024, 4, 26)),
        (date(2024, 2, 29), date(2024, 5, 23), date(2024, 5, 20), date(2024, 5, 26)),
        (date(2023, 12, 11), date(2024, 3, 4), date(2024, 3, 1), date(2024, 3, 7)),
    ],
)
def test_week_12_falls_on_these_calendar_days(
    first_treatment_on: date, week_12_on: date, opens_on: date, closes_on: date
) -> None:
    planned = plan_visits(TIMINGS, {"W0": first_treatment_on})["W12"]
    assert (planned.planned_on, planned.opens_on, planned.closes_on) == (week_12_on, opens_on, closes_on)


@pytest.mark.parametrize(
    ("on", "day"),
    [
        (date(2024, 2, 28), -2),
        (date(2024, 2, 29), -1),
        (date(2024, 3, 1), 1),
        (date(2024, 3, 2), 2),
        (date(2024, 5, 24), 85),
    ],
)
def test_there_is_no_day_zero(on: date, day: int) -> None:
    assert study_day(on=on, anchor=date(2024, 3, 1)) == day
