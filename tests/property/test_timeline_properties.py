"""Whatever the visits: no two overlap, everything lies inside the picture, and later days never stand further left."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from clinical.timeline import GAP, MARK_RADIUS, NARROW_LETTER, TimelineVisit, VisitShape, timeline_picture

BASE = date(2024, 1, 15)
TODAY = date(2024, 6, 1)
#: Positions are rounded to a tenth of a pixel.
ROUNDING = 0.11


@st.composite
def visits(draw: st.DrawFn) -> TimelineVisit:
    planned_on = BASE + timedelta(days=draw(st.integers(0, 700)))
    has_window = draw(st.booleans())
    is_done = draw(st.booleans())
    return TimelineVisit(
        label=draw(st.sampled_from(["W4", "Week 12", "Unscheduled visit"])),
        state=draw(st.sampled_from(["planned", "done"])),
        opens_on=planned_on - timedelta(days=draw(st.integers(0, 30))) if has_window else None,
        planned_on=planned_on if has_window else None,
        closes_on=planned_on + timedelta(days=draw(st.integers(0, 30))) if has_window else None,
        occurred_on=planned_on + timedelta(days=draw(st.integers(-60, 60))) if is_done else None,
    )


schedules = st.lists(visits(), max_size=12)
widths = st.integers(320, 1600)


def extent(shape: VisitShape) -> tuple[float, float]:
    spans = [(shape.label_x, shape.label_x + NARROW_LETTER * len(shape.visit.label))]
    if shape.band:
        spans.append((shape.band.x, shape.band.x + shape.band.width))
    if shape.occurred_x is not None:
        spans.append((shape.occurred_x - MARK_RADIUS, shape.occurred_x + MARK_RADIUS))
    return min(left for left, _ in spans), max(right for _, right in spans)


@given(schedules, widths)
def test_what_stands_in_one_lane_never_overlaps(schedule: list[TimelineVisit], width: int) -> None:
    for one, other in combinations(timeline_picture(schedule, today=TODAY, width=width).shapes, 2):
        if one.lane == other.lane:
            (one_left, one_right), (other_left, other_right) = extent(one), extent(other)
            assert one_right + GAP <= other_left + ROUNDING or other_right + GAP <= one_left + ROUNDING


@given(schedules, widths)
def test_everything_lies_inside_the_picture(schedule: list[TimelineVisit], width: int) -> None:
    picture = timeline_picture(schedule, today=TODAY, width=width)
    for shape in picture.shapes:
        left, right = extent(shape)
        assert left >= 0
        assert right <= width + ROUNDING
        assert 0 < shape.label_y < shape.mark_y < picture.axis_y < picture.height
    assert all(0 < tick.x < width for tick in picture.ticks)


@given(schedules, widths)
def test_every_visit_with_a_window_or_a_day_is_drawn_once(schedule: list[TimelineVisit], width: int) -> None:
    shapes = timeline_picture(schedule, today=TODAY, width=width).shapes
    expected = [visit for visit in schedule if visit.planned_on or visit.occurred_on]
    assert len(shapes) == len(expected)
    assert all(shape.visit in expected for shape in shapes)
    assert {shape.lane for shape in shapes} == set(range(max((shape.lane for shape in shapes), default=-1) + 1))


@given(schedules.filter(lambda schedule: any(visit.occurred_on for visit in schedule)), widths)
def test_equal_times_are_equally_wide(schedule: list[TimelineVisit], width: int) -> None:
    picture = timeline_picture(schedule, today=TODAY, width=width)
    first, last = picture.ticks[0], picture.ticks[-1]
    days = (last.on - first.on).days
    for shape in picture.shapes:
        if shape.visit.occurred_on is not None and shape.occurred_x is not None and days:
            part = (shape.visit.occurred_on - first.on).days / days
            assert abs(shape.occurred_x - first.x - part * (last.x - first.x)) < 4 * ROUNDING


@given(schedules, widths)
def test_a_visit_in_its_window_has_its_mark_on_the_band(schedule: list[TimelineVisit], width: int) -> None:
    for shape in timeline_picture(schedule, today=TODAY, width=width).shapes:
        if shape.band:
            assert shape.band.width >= 3
            right = shape.band.x + shape.band.width
            assert shape.planned_x is not None
            assert shape.band.x - ROUNDING <= shape.planned_x <= right + ROUNDING
            if shape.occurred_x is not None and shape.visit.opens_on and shape.visit.closes_on:
                is_inside = shape.visit.opens_on <= shape.visit.occurred_on <= shape.visit.closes_on
                assert not is_inside or shape.band.x - ROUNDING <= shape.occurred_x <= right + ROUNDING
