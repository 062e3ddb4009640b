"""The deadline of a case that comes next."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clinical.safety.clock_faces import NOTICES, Clock, ClockState, HourClock
from clinical.safety.clocks import AuthorityReport, ClockFacts, clocks, day_in
from safety.models import SeriousCase

OPEN: Final = (ClockState.RUNNING, ClockState.DUE_SOON, ClockState.OVERDUE)


@dataclass(frozen=True)
class Deadline:
    """The end of a clock that is not met. `ends_at` is the last moment in time; a clock in days shows its day only."""

    ends_at: datetime
    in_days: bool
    state: ClockState


def next_deadline(case: SeriousCase, zone: ZoneInfo, now: datetime) -> Deadline | None:
    """The first end of a clock of the case that waits for a report; `zone` is that of the sponsor's calendar.

    The case comes with its event, versions and reports to authorities.
    """
    found = [_deadline(clock, zone, now) for clock in clocks_of(case)]
    return min((each for each in found if each.state in OPEN), key=lambda each: each.ends_at, default=None)


def clocks_of(case: SeriousCase) -> tuple[Clock, ...]:
    """The clocks of the case, by what is recorded of it. No statement."""
    known_at = case.event.serious_known_at
    submitted = [version.submitted_at for version in case.versions.all() if version.submitted_at is not None]
    told_at = min(submitted, default=None)
    reports = (AuthorityReport(report.sent_on, report.is_complete) for report in case.authority_reports.all())
    facts = ClockFacts(
        serious_known_at=known_at,
        # A moment of awareness that was corrected later may lie after the report; the clock is then met as it starts.
        told_sponsor_at=told_at if known_at is None or told_at is None else max(told_at, known_at),
        is_susar=bool(case.is_susar),
        day_zero=case.day_zero,
        urgent_known_on=case.urgent_known_on,
        reports=tuple(report for report in reports if case.day_zero is None or report.sent_on >= case.day_zero),
    )
    return clocks(facts)


def _deadline(clock: Clock, zone: ZoneInfo, now: datetime) -> Deadline:
    notice = NOTICES[clock.kind]
    if isinstance(clock, HourClock):
        return Deadline(clock.due_at, False, clock.state_at(now, notice))
    last_moment = datetime.combine(clock.due_on + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    return Deadline(last_moment, True, clock.state_on(day_in(zone, now), notice))
