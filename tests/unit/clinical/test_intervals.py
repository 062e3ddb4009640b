"""How long ago a day was: the names rules read it by, whole days, and months that are completed or not."""

from datetime import date

import pytest

from clinical.intervals import IntervalUnit, completed_months, interval_code, intervals


@pytest.mark.parametrize(
    ("unit", "code"),
    [(IntervalUnit.DAYS, "days_since_topical_last"), (IntervalUnit.MONTHS, "months_since_topical_last")],
)
def test_interval_is_named_after_its_day(unit: IntervalUnit, code: str) -> None:
    assert interval_code("topical_last_on", unit) == code


def test_only_the_end_of_a_name_is_taken_off() -> None:
    assert interval_code("surgery_on_hand_on", IntervalUnit.DAYS) == "days_since_surgery_on_hand"


@pytest.mark.parametrize("code", ["topical_last", "topical_last_on_day", "on"])
def test_a_day_that_is_not_named_like_one_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=f"{code} is a day; its name must end in _on"):
        interval_code(code, IntervalUnit.DAYS)


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        # The same day of another month completes it, the day before does not.
        (date(2024, 1, 15), date(2024, 1, 15), 0),
        (date(2024, 1, 15), date(2024, 2, 14), 0),
        (date(2024, 1, 15), date(2024, 2, 15), 1),
        (date(2023, 11, 15), date(2024, 2, 14), 2),
        (date(2023, 11, 15), date(2024, 2, 15), 3),
        (date(2019, 3, 15), date(2024, 3, 14), 59),
        (date(2019, 3, 15), date(2024, 3, 15), 60),
        # From the end of a month the first of the next stands in for a day that does not exist.
        (date(2023, 8, 31), date(2024, 2, 29), 5),
        (date(2023, 8, 31), date(2024, 3, 1), 6),
        (date(2022, 8, 31), date(2023, 2, 28), 5),
        (date(2022, 8, 31), date(2023, 3, 1), 6),
        (date(2024, 1, 31), date(2024, 4, 30), 2),
        (date(2024, 1, 31), date(2024, 5, 1), 3),
        # Leap days.
        (date(2023, 8, 29), date(2024, 2, 28), 5),
        (date(2023, 8, 29), date(2024, 2, 29), 6),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
        (date(2024, 2, 29), date(2028, 2, 29), 48),
        # Before the day, a month that has begun counts in full.
        (date(2024, 3, 15), date(2024, 3, 14), -1),
        (date(2024, 3, 15), date(2024, 2, 15), -1),
        (date(2024, 3, 15), date(2024, 2, 14), -2),
    ],
)
def test_months_are_completed_on_the_day_of_the_same_number(since: date, on: date, months: int) -> None:
    assert completed_months(since=since, on=on) == months


def test_every_day_gives_two_numbers_that_rules_can_calculate_with() -> None:
    found = intervals({"topical_last_on": date(2024, 2, 28), "surgery_on": date(2024, 3, 2)}, on=date(2024, 3, 1))
    assert found == {
        "days_since_topical_last": 2.0,
        "months_since_topical_last": 0.0,
        "days_since_surgery": -1.0,
        "months_since_surgery": -1.0,
    }
    assert {type(value) for value in found.values()} == {float}


def test_without_days_there_are_no_intervals() -> None:
    assert intervals({}, on=date(2024, 3, 1)) == {}
