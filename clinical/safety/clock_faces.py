"""How a clock stands at a moment or on a day, and which stage people are told of.

A clock in hours ends with a moment, one in days with a calendar day; both are in time up to and including their end.
Nothing here knows what time it is: a report later than the moment asked about has not been made yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

NOW = timedelta(0)


class ClockKind(StrEnum):
    """Which report a clock is for.

    A SUSAR is urgent when it is fatal or life-threatening; its complete report has a clock of its own.
    """

    SITE_TO_SPONSOR = "site_to_sponsor"
    SUSAR_OTHER = "susar_other"
    SUSAR_URGENT = "susar_urgent"
    SUSAR_URGENT_COMPLETE = "susar_urgent_complete"


class ClockState(StrEnum):
    """How a clock stands: three states without a report, two with one."""

    RUNNING = "running"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"


class ClockStage(StrEnum):
    """How far a clock without a report is, in order; it is in one stage at a time, the last one it has reached."""

    STARTED = "started"
    DUE_SOON = "due_soon"
    LAST_WARNING = "last_warning"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How long before the end people are told, and how long after the clock became overdue others are.

    `last_warning` is a second notice nearer to the end, None for none. A clock in days takes whole days. Raises
    ValueError for a length that is negative and for a last warning before the first.
    """

    due_soon: timedelta
    last_warning: timedelta | None
    escalated_after: timedelta

    def __post_init__(self) -> None:
        if min(self.due_soon, self.escalated_after) < NOW:
            raise ValueError(f"{self.due_soon} before and {self.escalated_after} after: neither may be negative")
        if self.last_warning is not None and not NOW <= self.last_warning <= self.due_soon:
            raise ValueError(f"the last warning, {self.last_warning} before, is not between the first and the end")


_IN_HOURS = Notice(due_soon=timedelta(hours=6), last_warning=None, escalated_after=timedelta(hours=12))
_IN_DAYS = Notice(due_soon=timedelta(days=3), last_warning=timedelta(days=1), escalated_after=timedelta(days=1))
NOTICES: Final[Mapping[ClockKind, Notice]] = {
    ClockKind.SITE_TO_SPONSOR: _IN_HOURS,
    ClockKind.SUSAR_OTHER: _IN_DAYS,
    ClockKind.SUSAR_URGENT: _IN_DAYS,
    ClockKind.SUSAR_URGENT_COMPLETE: _IN_DAYS,
}
"""When people are told of each clock (default)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A clock as it is seen: what is left of it, negative past the end, and how long it has been overdue.

    `is_met_late` is None while there is no report.
    """

    has_begun: bool
    left: timedelta
    overdue_for: timedelta
    is_met_late: bool | None

    def state(self, notice: Notice) -> ClockState:
        if self.is_met_late is not None:
            return ClockState.MET_LATE if self.is_met_late else ClockState.MET
        if self.left < NOW:
            return ClockState.OVERDUE
        return ClockState.DUE_SOON if self.left <= notice.due_soon else ClockState.RUNNING

    def stage(self, notice: Notice) -> ClockStage | None:
        if self.is_met_late is not None or not self.has_begun:
            return None
        if self.left < NOW:
            return ClockStage.ESCALATED if self.overdue_for >= notice.escalated_after else ClockStage.OVERDUE
        if notice.last_warning is not None and self.left <= notice.last_warning:
            return ClockStage.LAST_WARNING
        return ClockStage.DUE_SOON if self.left <= notice.due_soon else ClockStage.STARTED


@dataclass(frozen=True, slots=True)
class HourClock:
    """A clock that ends with a moment, `due_at`, itself in time; `met_at` is None without a report."""

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    met_at: datetime | None

    def state_at(self, now: datetime, notice: Notice) -> ClockState:
        """How the clock stands at a moment; raises ValueError for one without a time zone."""
        return self._read(now).state(notice)

    def stage_at(self, now: datetime, notice: Notice) -> ClockStage | None:
        """The stage reached at a moment, None before the start and once it is met; raises as `state_at` does.

        Escalation begins `escalated_after` the end.
        """
        return self._read(now).stage(notice)

    def _read(self, now: datetime) -> _Reading:
        # Moments of one zone are compared by the clock on the wall, which is wrong across a change to summer time.
        at, due_at = in_utc(now), in_utc(self.due_at)
        met_at = None if self.met_at is None else in_utc(self.met_at)
        return _Reading(
            has_begun=at >= in_utc(self.started_at),
            left=due_at - at,
            overdue_for=at - due_at,
            is_met_late=None if met_at is None or met_at > at else met_at > due_at,
        )


@dataclass(frozen=True, slots=True)
class DayClock:
    """A clock that ends with a calendar day, `due_on`, itself in time; `met_on` is None without a report."""

    kind: ClockKind
    started_on: date
    due_on: date
    met_on: date | None

    def state_on(self, today: date, notice: Notice) -> ClockState:
        """How the clock stands on a day of the calendar that its own days are of."""
        return self._read(today).state(notice)

    def stage_on(self, today: date, notice: Notice) -> ClockStage | None:
        """The stage reached on a day, None before the start and once it is met.

        Overdue begins on the day after `due_on`, escalation `escalated_after` that.
        """
        return self._read(today).stage(notice)

    def _read(self, today: date) -> _Reading:
        return _Reading(
            has_begun=today >= self.started_on,
            left=self.due_on - today,
            overdue_for=today - self.due_on - timedelta(days=1),
            is_met_late=None if self.met_on is None or self.met_on > today else self.met_on > self.due_on,
        )


Clock = HourClock | DayClock


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; raises ValueError where it has no time zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)
