"""On which day a site is told of a visit window, row by row, for a study coordinator to sign.

The window is that of Week 4, Wednesday 13 to Tuesday 19 May 2026; people are told 3 days before it opens and 3 days
before it closes (default). Friday 15 May is a holiday in one column.
"""

from datetime import date, timedelta

import pytest

from clinical.reminder_stages import ReminderDays, ReminderStage, WorkingDays, reach_of, stage_of

OPENS, CLOSES = date(2026, 5, 13), date(2026, 5, 19)
EVERY_DAY = WorkingDays(frozenset(range(1, 8)))
WEEKDAYS = WorkingDays()
HOLIDAY = WorkingDays(days_off=frozenset({date(2026, 5, 15)}))
TABLE = """
day        | every day   | Monday to Friday | with the holiday
2026-05-07 | -           | -                | -
2026-05-08 | -           | opens_soon       | opens_soon
2026-05-09 | -           | opens_soon       | opens_soon
2026-05-10 | opens_soon  | opens_soon       | opens_soon
2026-05-12 | opens_soon  | opens_soon       | opens_soon
2026-05-13 | open        | open             | open
2026-05-14 | open        | open             | closes_soon
2026-05-15 | open        | closes_soon      | closes_soon
2026-05-16 | closes_soon | closes_soon      | closes_soon
2026-05-19 | closes_soon | closes_soon      | closes_soon
2026-05-20 | closed      | closed           | closed
2026-06-30 | closed      | closed           | closed
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines()[1:])
def test_the_stage_that_has_been_told_by_the_end_of_a_day(row: str) -> None:
    day, *stages = (cell.strip() for cell in row.split("|"))
    found = [
        stage_of(OPENS, CLOSES, ReminderDays(3, 3), reach_of(date.fromisoformat(day), working))
        for working in (EVERY_DAY, WEEKDAYS, HOLIDAY)
    ]
    assert [stage or "-" for stage in found] == stages


@pytest.mark.parametrize(
    ("closes", "told_on"),
    [
        ("2026-05-14", "2026-05-15"),  # a Thursday: the next day
        ("2026-05-15", "2026-05-18"),  # a Friday: on Monday
        ("2026-05-16", "2026-05-18"),
        ("2026-05-17", "2026-05-18"),
        ("2026-05-18", "2026-05-19"),
    ],
)
def test_what_is_over_is_told_on_the_next_working_day(closes: str, told_on: str) -> None:
    closed, day = date.fromisoformat(closes), date.fromisoformat(told_on)
    before = stage_of(OPENS, closed, ReminderDays(0, 0), reach_of(day - timedelta(days=1), WEEKDAYS))
    assert before is not ReminderStage.CLOSED
    assert stage_of(OPENS, closed, ReminderDays(0, 0), reach_of(day, WEEKDAYS)) is ReminderStage.CLOSED


def test_without_notice_people_are_told_when_the_window_opens_and_when_it_is_over() -> None:
    stages = [
        stage_of(OPENS, CLOSES, ReminderDays(0, 0), reach_of(OPENS + timedelta(days=n), EVERY_DAY))
        for n in (-1, 0, 6, 7)
    ]
    assert stages == [None, ReminderStage.OPEN, ReminderStage.OPEN, ReminderStage.CLOSED]


def test_a_window_shorter_than_its_notice_is_told_once_as_opening() -> None:
    stages = [
        stage_of(OPENS, OPENS + timedelta(days=2), ReminderDays(0, 3), reach_of(OPENS + timedelta(days=n), EVERY_DAY))
        for n in (0, 1, 2)
    ]
    assert stages == [ReminderStage.OPEN] * 3


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({0}), frozenset({1, 8})])
def test_working_days_are_some_of_the_seven(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="working days are numbers from 1"):
        WorkingDays(weekdays)


def test_a_site_that_never_works_is_refused() -> None:
    off = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(200))
    for search in (WorkingDays(days_off=off).first_from, WorkingDays(days_off=off).last_until):
        with pytest.raises(ValueError, match="no working day within 60 days"):
            search(date(2026, 4, 1))


def test_a_window_closes_on_or_after_the_day_it_opens_and_notice_is_not_negative() -> None:
    with pytest.raises(ValueError, match="closes on 2026-05-12, before it opens"):
        stage_of(OPENS, OPENS - timedelta(days=1), ReminderDays(3, 3), reach_of(OPENS, EVERY_DAY))
    for days in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="neither may be negative"):
            ReminderDays(*days)
