"""When people are told of a visit window: which stage it has reached, and on which working day a stage is told.

A stage begins on a calendar day: so many days before the window opens, the day it opens, so many days before it
closes, the day after it closed. Nobody reads a reminder on a day off, so what is to come is told on the last working
day before, and what is over on the next one. Days are those of the site; nothing here knows what day today is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
"""ISO weekdays on which a site works unless it says otherwise (default)."""
LONGEST_REST_DAYS = 60
"""More days off in a row than any site has; a calendar without working days is refused instead of searched for ever."""


class ReminderStage(StrEnum):
    """How far a visit window is, in order; a window is in one stage at a time, the last one it has reached."""

    OPENS_SOON = "opens_soon"
    OPEN = "open"
    CLOSES_SOON = "closes_soon"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which somebody at the site reads reminders.

    `weekdays` are ISO numbers, Monday 1 to Sunday 7; `days_off` are single days, such as public holidays. Raises
    ValueError for a number outside 1 to 7 and where no weekday is left.
    """

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    days_off: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise ValueError(f"{sorted(self.weekdays)}: working days are numbers from 1 (Monday) to 7, at least one")

    def includes(self, day: date) -> bool:
        """Whether the site works on this day."""
        return day.isoweekday() in self.weekdays and day not in self.days_off

    def last_until(self, day: date) -> date:
        """The last working day on or before this one; raises ValueError when there is none within LONGEST_REST_DAYS."""
        return self._nearest(day, -DAY)

    def first_from(self, day: date) -> date:
        """The first working day on or after this one; raises ValueError as `last_until` does."""
        return self._nearest(day, DAY)

    def too_long_rest(self) -> date | None:
        """The first day of the earliest rest of more than LONGEST_REST_DAYS days in a row; None where there is none."""
        for day in sorted(self.days_off):
            begins = self.last_until(day) + DAY
            try:
                self.first_from(begins)
            except ValueError:
                return begins
        return None

    def _nearest(self, day: date, step: timedelta) -> date:
        for away in range(LONGEST_REST_DAYS + 1):
            if self.includes(found := day + away * step):
                return found
        raise ValueError(f"the site has no working day within {LONGEST_REST_DAYS} days of {day}")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far what is told by the end of one day reaches: the stages that are to come and begin by `ahead_until`, and
    windows that closed on `closed_until` or before."""

    ahead_until: date
    closed_until: date


def reach_of(day: date, working: WorkingDays) -> Reach:
    """What has been told by the end of this day, all that begins on days off before the next working day included."""
    worked_on = working.last_until(day)
    return Reach(ahead_until=working.first_from(worked_on + DAY) - DAY, closed_until=worked_on - DAY)


@dataclass(frozen=True, slots=True)
class ReminderDays:
    """How many days before a window opens, and before it closes, people are told; 0: not before. Raises ValueError for
    a negative number."""

    before_opening: int
    before_closing: int

    def __post_init__(self) -> None:
        if self.before_opening < 0 or self.before_closing < 0:
            raise ValueError(f"{self.before_opening} and {self.before_closing} days before: neither may be negative")


def stage_of(opens_on: date, closes_on: date, days: ReminderDays, reach: Reach) -> ReminderStage | None:
    """The stage that people have been told of a window, both days inside it; None before the first one.

    A window that opens and closes within the same notice is told once, as opening. Raises ValueError for a window that
    closes before it opens.
    """
    if closes_on < opens_on:
        raise ValueError(f"the window closes on {closes_on}, before it opens on {opens_on}")
    if closes_on <= reach.closed_until:
        return ReminderStage.CLOSED
    closing_from = closes_on - days.before_closing * DAY
    if days.before_closing and opens_on < closing_from <= reach.ahead_until:
        return ReminderStage.CLOSES_SOON
    if opens_on <= reach.ahead_until:
        return ReminderStage.OPEN
    if days.before_opening and opens_on - days.before_opening * DAY <= reach.ahead_until:
        return ReminderStage.OPENS_SOON
    return None
