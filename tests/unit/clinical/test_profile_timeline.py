"""Where things stand in the picture of a subject's safety."""

from datetime import date

import pytest

from clinical.safety.profile_timeline import (
    GROUP_HEIGHT,
    LABEL_WIDTH,
    LONGEST_LABEL,
    NARROWEST_BAR,
    ROW_HEIGHT,
    Bar,
    ProfilePicture,
    ProfileRow,
    Span,
    profile_picture,
)
from clinical.timeline import MARGIN

CONSENT, TODAY = date(2026, 4, 10), date(2026, 5, 20)
WIDTH = LABEL_WIDTH + 610 + MARGIN
"""April and May have 61 days: a day is ten pixels wide."""


def picture(*spans: Span, today: date = TODAY) -> ProfilePicture:
    found = profile_picture([ProfileRow("Events", "Fever", spans)], starts_on=CONSENT, today=today, width=WIDTH)
    assert found is not None
    return found


def bar(first_on: date, last_on: date | None, grade: int = 0) -> Bar:
    return picture(Span(first_on, last_on, grade)).groups[0].rows[0].bars[0]


def test_without_anything_to_draw_there_is_no_picture() -> None:
    assert profile_picture([], starts_on=CONSENT, today=TODAY) is None


def test_a_bar_reaches_from_its_first_day_to_the_end_of_its_last() -> None:
    found = bar(date(2026, 4, 11), date(2026, 4, 13), 3)
    assert (found.x, found.width, found.grade) == (LABEL_WIDTH + 100, 30, 3)
    assert not found.begins_before
    assert not found.goes_on


def test_a_single_day_is_wide_enough_for_its_grade() -> None:
    found = bar(date(2026, 4, 11), date(2026, 4, 11), 1)
    assert found.width == NARROWEST_BAR
    assert found.grade_x == found.x + NARROWEST_BAR / 2


def test_what_goes_on_reaches_today() -> None:
    found = bar(date(2026, 5, 11), None)
    assert (found.end_x, found.goes_on) == (LABEL_WIDTH + 500, True)


@pytest.mark.parametrize("last_on", [date(2020, 1, 1), None])
def test_what_began_before_consent_is_cut_at_consent(last_on: date | None) -> None:
    found = bar(date(2019, 1, 1), last_on)
    assert (found.x, found.begins_before) == (LABEL_WIDTH + 90, True)


def test_the_axis_shows_whole_months_and_today() -> None:
    found = picture(Span(date(2026, 4, 11), None))
    assert [tick.on for tick in found.ticks] == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]
    assert found.today_x == LABEL_WIDTH + 490


def test_the_axis_reaches_what_ends_after_today() -> None:
    assert picture(Span(CONSENT, date(2026, 7, 1))).ticks[-1].on == date(2026, 8, 1)


def test_before_the_first_day_that_is_drawn_there_is_no_today() -> None:
    assert picture(Span(CONSENT, CONSENT), today=date(2026, 4, 9)).today_x is None


def test_groups_stand_below_each_other_with_their_rows() -> None:
    spans = (Span(CONSENT, None),)
    rows = [ProfileRow("A", "1", spans), ProfileRow("B", "2", spans), ProfileRow("A", "3", spans)]
    found = profile_picture(rows, starts_on=CONSENT, today=TODAY)
    assert found is not None
    assert [(group.name, [row.row.label for row in group.rows]) for group in found.groups] == [
        ("A", ["1", "3"]),
        ("B", ["2"]),
    ]
    tops = [row.y for group in found.groups for row in group.rows]
    assert tops == [GROUP_HEIGHT, GROUP_HEIGHT + ROW_HEIGHT, 2 * GROUP_HEIGHT + 2 * ROW_HEIGHT]
    assert found.axis_y == 2 * GROUP_HEIGHT + 3 * ROW_HEIGHT


@pytest.mark.parametrize(("length", "shown"), [(LONGEST_LABEL, LONGEST_LABEL), (LONGEST_LABEL + 1, LONGEST_LABEL)])
def test_a_label_is_cut_where_it_would_reach_the_bars(length: int, shown: int) -> None:
    rows = [ProfileRow("Events", "x" * length, (Span(CONSENT, None),))]
    found = profile_picture(rows, starts_on=CONSENT, today=TODAY)
    assert found is not None
    label = found.groups[0].rows[0].label
    assert (len(label), label.endswith("…")) == (shown, length > shown)
