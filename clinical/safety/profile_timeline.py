"""Where everything stands in the picture of a subject's safety: one row for each thing, all on one axis of days.

A row has its label at the left edge and its bars to the right of it. Lengths are pixels, as in `clinical.timeline`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from clinical.timeline import AXIS_HEIGHT, MonthScale, MonthTick, month_scale, month_ticks, tenths

LABEL_WIDTH: Final = 250
ROW_HEIGHT: Final = 24
BAR_HEIGHT: Final = 14
NARROWEST_BAR: Final = 14
GROUP_HEIGHT: Final = 26
LONGEST_LABEL: Final = 34


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both inside; `last_on` is None for what goes on, `grade` 0 for what has none."""

    first_on: date
    last_on: date | None
    grade: int = 0


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One thing of a subject with its spans, such as an event, a medicine, or the results of an analyte."""

    group: str
    label: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A span as it is drawn; cut where it begins before the picture or goes on."""

    x: float
    width: float
    grade: int
    grade_x: float
    begins_before: bool
    goes_on: bool

    @property
    def end_x(self) -> float:
        """The right edge."""
        return tenths(self.x + self.width)


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row with its bars; `label` is cut to what fits. Its rectangle begins at `y`, its text stands on `text_y`."""

    row: ProfileRow
    label: str
    y: int
    text_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """The rows of one group, below its name."""

    name: str
    text_y: int
    rows: tuple[DrawnRow, ...]


@dataclass(frozen=True, slots=True)
class ProfilePicture:
    """The whole picture; `today_x` is None where today lies outside the months that are drawn."""

    width: int
    height: int
    axis_y: int
    groups: tuple[DrawnGroup, ...]
    ticks: tuple[MonthTick, ...]
    today_x: float | None


def profile_picture(
    rows: Iterable[ProfileRow], *, starts_on: date, today: date, width: int = 1100
) -> ProfilePicture | None:
    """Lay out the rows from `starts_on`, such as the day of consent, to today or the last day of any span.

    Groups come in the order in which they first occur. What ended before `starts_on` is drawn at the left edge. None
    where there is no row.
    """
    grouped: dict[str, list[ProfileRow]] = {}
    for row in rows:
        grouped.setdefault(row.group, []).append(row)
    if not grouped:
        return None
    spans = [span for each in grouped.values() for row in each for span in row.spans]
    days = [max(day, starts_on) for span in spans for day in (span.first_on, span.last_on or today)]
    last_on = max([*days, today])
    scale = month_scale([starts_on, last_on], width, LABEL_WIDTH)
    groups, top = [], 0
    for name, each in grouped.items():
        drawn = []
        for number, row in enumerate(each):
            y = top + GROUP_HEIGHT + number * ROW_HEIGHT
            bars = tuple(_bar(span, starts_on, last_on, scale) for span in row.spans)
            drawn.append(DrawnRow(row, _short(row.label), y, y + BAR_HEIGHT - 3, bars))
        groups.append(DrawnGroup(name, top + GROUP_HEIGHT - 10, tuple(drawn)))
        top += GROUP_HEIGHT + len(each) * ROW_HEIGHT
    return ProfilePicture(
        width=width,
        height=top + AXIS_HEIGHT,
        axis_y=top,
        groups=tuple(groups),
        ticks=month_ticks(scale),
        today_x=tenths(scale.x(today)) if starts_on <= today else None,
    )


def _bar(span: Span, starts_on: date, last_on: date, scale: MonthScale) -> Bar:
    first, last = max(span.first_on, starts_on), max(span.last_on or last_on, starts_on)
    x = scale.x(first)
    width = max(scale.x(last) + scale.day - x, NARROWEST_BAR)
    return Bar(
        x=tenths(x),
        width=tenths(width),
        grade=span.grade,
        grade_x=tenths(x + NARROWEST_BAR / 2),
        begins_before=span.first_on < starts_on,
        goes_on=span.last_on is None,
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"
