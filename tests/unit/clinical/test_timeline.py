"""The picture of a subject's visits: days at their place, labels beside each other, nothing drawn that is not known."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from itertools import pairwise

import pytest

from clinical.timeline import (
    AXIS_HEIGHT,
    GAP,
    LANE_HEIGHT,
    MARGIN,
    MARK_RADIUS,
    NARROW_LETTER,
    WIDE_LETTER,
    Picture,
    TimelineVisit,
    timeline_picture,
)

# From 1 January to 1 March 2023 there are 59 days: with this width a day is exactly 10 pixels wide.
TEN_A_DAY = 2 * MARGIN + 590
JANUARY_1 = date(2023, 1, 1)


def visit(label: str = "W4", **days: date | None) -> TimelineVisit:
    known = {"opens_on": None, "planned_on": None, "closes_on": None, "occurred_on": None, **days}
    return TimelineVisit(label=label, state="done", **known)


def around(planned_on: date, give: int = 3, label: str = "W4", occurred_on: date | None = None) -> TimelineVisit:
    opens_on, closes_on = planned_on - timedelta(days=give), planned_on + timedelta(days=give)
    return visit(label, opens_on=opens_on, planned_on=planned_on, closes_on=closes_on, occurred_on=occurred_on)


def two_months(*others: TimelineVisit, today: date = JANUARY_1) -> Picture:
    first, last = visit("", occurred_on=JANUARY_1), visit("", occurred_on=date(2023, 2, 28))
    return timeline_picture([first, last, *others], today=today, width=TEN_A_DAY)


def test_days_stand_at_equal_distances_from_the_first_of_the_first_month() -> None:
    [first, shape, last] = two_months(around(date(2023, 1, 21), occurred_on=date(2023, 1, 24))).shapes
    assert (shape.planned_x, shape.occurred_x) == (MARGIN + 200, MARGIN + 230)
    assert (first.occurred_x, last.occurred_x) == (MARGIN, MARGIN + 580)


def test_band_covers_both_days_at_its_ends_in_full() -> None:
    [_, shape, _] = two_months(around(date(2023, 1, 21), give=3)).shapes
    assert shape.band is not None
    assert (shape.band.x, shape.band.width) == (MARGIN + 165, 70)
    assert shape.band.y < shape.mark_y < shape.band.y + shape.band.height


def test_window_of_one_day_is_still_to_be_seen_in_a_picture_of_many_years() -> None:
    first, last = around(date(2014, 1, 1), give=0), around(date(2024, 1, 1), give=0)
    bands = [shape.band for shape in timeline_picture([first, last], today=JANUARY_1, width=700).shapes]
    assert [band.width for band in bands if band] == [3, 3]


def test_label_begins_with_its_band_and_stands_above_it() -> None:
    [_, shape, _] = two_months(around(date(2023, 1, 21), give=3)).shapes
    assert shape.band is not None
    assert shape.label_x == shape.band.x
    assert shape.label_y < shape.band.y


@pytest.mark.parametrize(
    ("label", "letters_wide"), [("Week 12", 7 * NARROW_LETTER), ("第 12 周访视", 4 * NARROW_LETTER + 4 * WIDE_LETTER)]
)
def test_label_at_the_right_edge_ends_inside_the_picture(label: str, letters_wide: int) -> None:
    shapes = two_months(around(date(2023, 2, 28), give=0, label=label)).shapes
    [shape] = [shape for shape in shapes if shape.visit.label == label]
    assert shape.label_x == TEN_A_DAY - letters_wide


def test_label_wider_than_the_picture_begins_at_its_left_edge() -> None:
    picture = timeline_picture([around(JANUARY_1, label="A" * 50)], today=JANUARY_1, width=200)
    assert picture.shapes[0].label_x == 0


# A label of 10 letters is 70 pixels wide and needs a gap of 8; 6 days later is 78 pixels further at 13 pixels a day.
@pytest.mark.parametrize(("too_narrow_by", "lanes"), [(0, [0, 0]), (1, [0, 1])])
def test_visits_share_a_lane_while_a_gap_remains_between_them(too_narrow_by: int, lanes: list[int]) -> None:
    assert (10 * NARROW_LETTER, GAP) == (70, 8)
    one, other = visit("A" * 10, occurred_on=date(2023, 1, 6)), visit("B" * 10, occurred_on=date(2023, 1, 12))
    width = 2 * MARGIN + 31 * 13 - too_narrow_by
    picture = timeline_picture([one, other], today=JANUARY_1, width=width)
    assert [shape.lane for shape in picture.shapes] == lanes


def test_the_uppermost_free_lane_is_taken_again_and_the_picture_is_as_high_as_its_lanes() -> None:
    on = [date(2023, 1, 5), date(2023, 1, 6), date(2023, 1, 7), date(2023, 2, 10)]
    picture = timeline_picture([around(day) for day in on], today=JANUARY_1, width=TEN_A_DAY)
    assert [shape.lane for shape in picture.shapes] == [0, 1, 2, 0]
    assert [shape.mark_y - shape.lane * LANE_HEIGHT for shape in picture.shapes] == [picture.shapes[0].mark_y] * 4
    assert (picture.axis_y, picture.height) == (3 * LANE_HEIGHT, 3 * LANE_HEIGHT + AXIS_HEIGHT)


def test_visits_come_out_from_left_to_right_with_what_was_handed_in() -> None:
    late, early = around(date(2023, 2, 10), label="W6"), around(date(2023, 1, 5), label="W1")
    shapes = timeline_picture([late, early], today=JANUARY_1).shapes
    assert [shape.visit for shape in shapes] == [early, late]


def test_a_long_window_that_opens_first_comes_before_a_short_one_within_it() -> None:
    within, long = around(date(2023, 2, 1), give=0), around(date(2023, 2, 1), give=20)
    picture = timeline_picture([within, long], today=JANUARY_1, width=TEN_A_DAY)
    assert [(shape.visit, shape.lane) for shape in picture.shapes] == [(long, 0), (within, 1)]


def test_visit_that_took_place_far_from_its_window_keeps_the_lane_free_in_between() -> None:
    late = around(date(2023, 1, 5), give=0, occurred_on=date(2023, 2, 20))
    between = around(date(2023, 1, 25), give=0)
    picture = timeline_picture([late, between], today=JANUARY_1, width=TEN_A_DAY)
    assert [shape.lane for shape in picture.shapes] == [0, 1]


def test_unscheduled_visit_that_took_place_is_a_mark_without_a_window() -> None:
    [_, shape, _] = two_months(visit("Unscheduled", occurred_on=date(2023, 1, 21))).shapes
    assert (shape.band, shape.planned_x, shape.occurred_x) == (None, None, MARGIN + 200)
    assert shape.label_x == MARGIN + 200 - MARK_RADIUS


def test_visit_that_has_not_taken_place_has_no_mark_of_the_day() -> None:
    [_, shape, _] = two_months(around(date(2023, 1, 21))).shapes
    assert shape.occurred_x is None


@pytest.mark.parametrize(
    "days", [{}, {"opens_on": JANUARY_1, "closes_on": JANUARY_1}, {"planned_on": JANUARY_1}, {"closes_on": JANUARY_1}]
)
def test_visit_without_its_dates_is_left_out(days: dict[str, date]) -> None:
    shown = around(date(2023, 2, 10))
    picture = timeline_picture([visit(**days), shown], today=JANUARY_1)
    assert [shape.visit for shape in picture.shapes] == [shown]
    assert picture.ticks[0].on == date(2023, 2, 1)


@pytest.mark.parametrize("visits", [[], [visit()]])
def test_nothing_to_draw_gives_an_empty_picture(visits: list[TimelineVisit]) -> None:
    assert timeline_picture(visits, today=JANUARY_1, width=300) == Picture(300, 0, 0, (), (), None)


@pytest.mark.parametrize(
    ("today", "x"),
    [
        (date(2022, 12, 31), None),
        (JANUARY_1, MARGIN),
        (date(2023, 1, 31), MARGIN + 300),
        (date(2023, 3, 1), MARGIN + 590),
        (date(2023, 3, 2), None),
    ],
)
def test_today_is_drawn_while_it_lies_in_the_months_of_the_picture(today: date, x: float | None) -> None:
    assert two_months(today=today).today_x == x


def test_axis_names_the_first_of_every_month_at_its_place() -> None:
    assert [(tick.on, tick.x) for tick in two_months().ticks] == [
        (date(2023, 1, 1), MARGIN),
        (date(2023, 2, 1), MARGIN + 310),
        (date(2023, 3, 1), MARGIN + 590),
    ]


def test_a_visit_in_december_ends_the_picture_with_the_year() -> None:
    picture = timeline_picture([visit(occurred_on=date(2023, 12, 31))], today=JANUARY_1)
    assert [tick.on for tick in picture.ticks] == [date(2023, 12, 1), date(2024, 1, 1)]


@pytest.mark.parametrize(("years", "months_apart"), [(1, 1), (2, 2), (3, 3), (6, 6), (12, 12), (25, 24), (100, 120)])
def test_months_are_passed_over_where_they_would_stand_too_close(years: int, months_apart: int) -> None:
    first, last = visit(occurred_on=JANUARY_1), visit(occurred_on=date(2022 + years, 12, 15))
    ticks = timeline_picture([first, last], today=JANUARY_1).ticks
    numbers = [tick.on.year * 12 + tick.on.month - 1 for tick in ticks]
    assert {later - earlier for earlier, later in pairwise(numbers)} == {months_apart}
    assert all(later.x - earlier.x > 60 for earlier, later in pairwise(ticks))


def test_a_picture_much_too_narrow_for_its_years_has_the_widest_steps_there_are() -> None:
    first, last = visit(occurred_on=date(1950, 1, 1)), visit(occurred_on=date(2080, 1, 1))
    ticks = timeline_picture([first, last], today=JANUARY_1, width=2 * MARGIN + 60).ticks
    assert [tick.on.year for tick in ticks] == [1960, 1980, 2000, 2020, 2040, 2060, 2080]


def test_picture_without_room_between_its_margins_is_refused() -> None:
    with pytest.raises(ValueError, match=f"the picture is {2 * MARGIN} pixels wide; it needs more than {2 * MARGIN}"):
        timeline_picture([around(JANUARY_1)], today=JANUARY_1, width=2 * MARGIN)


def test_picture_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        two_months().width = 1  # type: ignore[misc]
