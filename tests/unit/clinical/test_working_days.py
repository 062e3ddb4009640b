"""How long a site may rest."""

from datetime import date, timedelta

import pytest

from clinical.reminder_stages import LONGEST_REST_DAYS, WorkingDays

MONDAY = date(2026, 5, 18)
DAY = timedelta(days=1)


def rest_of(days: int, *, begins: date = MONDAY) -> frozenset[date]:
    return frozenset(begins + number * DAY for number in range(days))


@pytest.mark.parametrize(("days", "begins"), [(LONGEST_REST_DAYS, None), (LONGEST_REST_DAYS + 1, MONDAY)])
def test_a_rest_is_too_long_from_one_day_beyond_the_longest(days: int, begins: date | None) -> None:
    every_day = frozenset(range(1, 8))
    assert WorkingDays(every_day, rest_of(days)).too_long_rest() == begins


def test_weekends_on_both_sides_belong_to_a_rest() -> None:
    # From Saturday 16 May: 2 days, 8 weeks and 2 days of holidays until Tuesday are 60; then Wednesday as well.
    assert WorkingDays(days_off=rest_of(58)).too_long_rest() is None
    assert WorkingDays(days_off=rest_of(59)).too_long_rest() == MONDAY - 2 * DAY


def test_of_two_rests_only_the_one_that_is_too_long_is_named() -> None:
    later = date(2027, 2, 1)
    days_off = rest_of(3) | rest_of(80, begins=later)
    assert WorkingDays(days_off=days_off).too_long_rest() == later - 2 * DAY


def test_a_site_without_days_off_never_rests_too_long() -> None:
    assert WorkingDays(frozenset({7})).too_long_rest() is None
