"""Where everything stands in the picture of a subject's visits: days become pixels, and labels do not overlap.

All lengths are pixels of the picture, x from its left and y from its top edge. Time runs from left to right and is
linear: every day is as wide as any other. A day is drawn around its x, so the mark of a visit on the first day of its
window lies inside the band of that window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from unicodedata import east_asian_width

MARGIN = 32
LANE_HEIGHT = 36
LABEL_BASELINE = 14
MARK_MIDDLE = 25
MARK_RADIUS = 5
BAND_HEIGHT = 10
AXIS_HEIGHT = 24
NARROWEST_BAND = 3
GAP = 8
NARROW_LETTER = 7
WIDE_LETTER = 13
CLOSEST_TICKS = 64
MONTHS_BETWEEN_TICKS = (1, 2, 3, 6, 12, 24, 60, 120, 240)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineVisit:
    """A visit to be drawn; `state` is the word for where it stands, handed through as it is.

    The window is closed, both its days are inside. Days that are not known are None.
    """

    label: str
    state: str
    opens_on: date | None
    planned_on: date | None
    closes_on: date | None
    occurred_on: date | None


@dataclass(frozen=True, slots=True)
class Band:
    """The window of a visit, as a rectangle."""

    x: float
    y: int
    width: float
    height: int


@dataclass(frozen=True, slots=True)
class VisitShape:
    """What is drawn of one visit: its label, starting at `label_x`, above its band and its marks, at `mark_y`.

    The band and `planned_x` are None without a complete window, `occurred_x` is None while the visit has not taken
    place. Lanes are rows, counted from 0 at the top.
    """

    visit: TimelineVisit
    lane: int
    label_x: float
    label_y: int
    band: Band | None
    mark_y: int
    planned_x: float | None
    occurred_x: float | None


@dataclass(frozen=True, slots=True)
class MonthTick:
    """The first day of a month on the axis."""

    x: float
    on: date


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole picture; `today_x` is None where today lies outside the months that are drawn."""

    width: int
    height: int
    axis_y: int
    shapes: tuple[VisitShape, ...]
    ticks: tuple[MonthTick, ...]
    today_x: float | None


@dataclass(frozen=True, slots=True)
class MonthScale:
    """Whole months between two margins; `ends_on` is the first day after them."""

    starts_on: date
    ends_on: date
    width: int
    left: int = MARGIN

    @property
    def pixels(self) -> int:
        """Between the margins."""
        return self.width - self.left - MARGIN

    @property
    def day(self) -> float:
        """How wide a day is."""
        return self.pixels / (self.ends_on - self.starts_on).days

    def x(self, on: date) -> float:
        """Where a day stands."""
        return self.left + (on - self.starts_on).days * self.day


@dataclass(frozen=True, slots=True)
class _Extent:
    """A visit and the part of a lane that it needs."""

    visit: TimelineVisit
    left: float
    right: float
    label_x: float


def timeline_picture(visits: Iterable[TimelineVisit], *, today: date, width: int = 960) -> Picture:
    """Lay out the visits in a picture of this width; the height is as many lanes as it takes, and the axis.

    The picture shows whole months, from the first to the last day of any visit drawn. A visit without a complete window
    is drawn only if it has taken place. Visits come out in the order in which they begin on the picture; each stands in
    the uppermost lane that is still free there. No visit to draw gives a picture without shapes, ticks and height.
    Raises ValueError for a width that leaves no pixel between the margins.
    """
    if width <= 2 * MARGIN:
        raise ValueError(f"the picture is {width} pixels wide; it needs more than {2 * MARGIN}")
    drawn = [visit for visit in visits if _days(visit)]
    if not drawn:
        return Picture(width=width, height=0, axis_y=0, shapes=(), ticks=(), today_x=None)
    scale = month_scale([day for visit in drawn for day in _days(visit)], width)
    extents = sorted((_extent(visit, scale) for visit in drawn), key=lambda extent: extent.left)
    lanes = _lanes(extents)
    axis_y = (max(lanes) + 1) * LANE_HEIGHT
    return Picture(
        width=width,
        height=axis_y + AXIS_HEIGHT,
        axis_y=axis_y,
        shapes=tuple(_shape(extent, lane, scale) for extent, lane in zip(extents, lanes, strict=True)),
        ticks=month_ticks(scale),
        today_x=tenths(scale.x(today)) if scale.starts_on <= today <= scale.ends_on else None,
    )


def _window(visit: TimelineVisit) -> tuple[date, date, date] | None:
    if visit.opens_on is None or visit.planned_on is None or visit.closes_on is None:
        return None
    return visit.opens_on, visit.planned_on, visit.closes_on


def _days(visit: TimelineVisit) -> tuple[date, ...]:
    occurred = () if visit.occurred_on is None else (visit.occurred_on,)
    return (*(_window(visit) or ()), *occurred)


def month_scale(days: Sequence[date], width: int, left: int = MARGIN) -> MonthScale:
    """The months from the first to the last of these days; raises ValueError where there is none."""
    a_day_of_the_next_month = max(days).replace(day=1) + timedelta(days=31)
    return MonthScale(min(days).replace(day=1), a_day_of_the_next_month.replace(day=1), width, left)


def _band_ends(visit: TimelineVisit, scale: MonthScale) -> tuple[float, float] | None:
    window = _window(visit)
    if window is None:
        return None
    opens_on, _, closes_on = window
    middle = (scale.x(opens_on) + scale.x(closes_on)) / 2
    half = max(scale.x(closes_on) - scale.x(opens_on) + scale.day, NARROWEST_BAND) / 2
    return middle - half, middle + half


def _extent(visit: TimelineVisit, scale: MonthScale) -> _Extent:
    ends = list(_band_ends(visit, scale) or ())
    if visit.occurred_on is not None:
        ends += [scale.x(visit.occurred_on) - MARK_RADIUS, scale.x(visit.occurred_on) + MARK_RADIUS]
    label_width = sum(WIDE_LETTER if east_asian_width(letter) in "WF" else NARROW_LETTER for letter in visit.label)
    # A label at the right edge moves to the left, so that it ends inside the picture.
    label_x = max(0, min(*ends, scale.width - label_width))
    return _Extent(visit=visit, left=min(*ends, label_x), right=max(*ends, label_x + label_width), label_x=label_x)


def _lanes(extents: Sequence[_Extent]) -> list[int]:
    """The lane of each visit, taken from left to right: the uppermost that has been left free."""
    ends: list[float] = []
    chosen: list[int] = []
    for extent in extents:
        lane = next((lane for lane, end in enumerate(ends) if end + GAP <= extent.left), len(ends))
        ends[lane : lane + 1] = [extent.right]
        chosen.append(lane)
    return chosen


def _shape(extent: _Extent, lane: int, scale: MonthScale) -> VisitShape:
    visit, top = extent.visit, lane * LANE_HEIGHT
    ends, window = _band_ends(visit, scale), _window(visit)
    return VisitShape(
        visit=visit,
        lane=lane,
        label_x=tenths(extent.label_x),
        label_y=top + LABEL_BASELINE,
        band=ends
        and Band(tenths(ends[0]), top + MARK_MIDDLE - BAND_HEIGHT // 2, tenths(ends[1] - ends[0]), BAND_HEIGHT),
        mark_y=top + MARK_MIDDLE,
        planned_x=window and tenths(scale.x(window[1])),
        occurred_x=None if visit.occurred_on is None else tenths(scale.x(visit.occurred_on)),
    )


def month_ticks(scale: MonthScale) -> tuple[MonthTick, ...]:
    """A tick at the beginning of every month, or of every second, third ... where they would stand too close."""
    first, last = _month_number(scale.starts_on), _month_number(scale.ends_on)
    month = scale.pixels / (last - first)
    step = next((step for step in MONTHS_BETWEEN_TICKS if step * month >= CLOSEST_TICKS), MONTHS_BETWEEN_TICKS[-1])
    months = [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1) if number % step == 0]
    return tuple(MonthTick(tenths(scale.x(on)), on) for on in months)


def _month_number(on: date) -> int:
    return on.year * 12 + on.month - 1


def tenths(pixels: float) -> float:
    """Pixels as they are written."""
    return round(pixels, 1)
