"""Which clocks run for a serious event, from when, and until when each report is due.

- The site tells the sponsor within 24 hours of becoming aware that the event is serious (Regulation (EU) 536/2014,
  Article 41; elsewhere "immediately", with 24 hours as the practice). This is a length of time, whatever clocks on the
  wall do, and ends with the last moment itself.
- The sponsor tells the authority of a SUSAR within 15 calendar days; of a fatal or life-threatening one within 7, and
  completes that report within 8 more (ICH E2A). Day 0 is the sponsor's calendar day of first knowing the four minimum
  data: patient, reporter, product, event. A report on the due day is in time; weekends and holidays count.

Where an event changes later, these are defaults:

- One that becomes serious starts the site's clock at the awareness of that. Day 0 is then the day on which the sponsor
  knew the four minimum data of the event as a serious one.
- A SUSAR that becomes fatal or life-threatening has 7 days from the day on which the sponsor knew that, and 8 more, but
  never longer than it already had. Where its report of the other kind was sent before, that one stays met and the new
  clocks are not shortened by it.
- A SUSAR that turns out to be neither has the 15 days of the others, from day 0.
- Where an event was judged to be no SUSAR and new information comes, that may be what makes it one: day 0 is then the
  day on which the sponsor knew it, and nobody has judged. A SUSAR keeps its day 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from clinical.safety.clock_faces import Clock, ClockKind, DayClock, HourClock, in_utc

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLimits:
    """How long each clock runs, in hours or calendar days; `complete_days` come on top of `urgent_days`.

    Raises ValueError for a limit that is not above 0.
    """

    site_hours: int = 24
    urgent_days: int = 7
    complete_days: int = 8
    other_days: int = 15

    def __post_init__(self) -> None:
        limits = (self.site_hours, self.urgent_days, self.complete_days, self.other_days)
        if min(limits) <= 0:
            raise ValueError(f"the limits are {limits}; each must be above 0")


LIMITS: Final = ClockLimits()


@dataclass(frozen=True, slots=True)
class AuthorityReport:
    """A report of the SUSAR that went to the authority on a day of the sponsor's calendar.

    `is_complete` is for one that leaves nothing to be added, whether it is the first report or not.
    """

    sent_on: date
    is_complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """What is recorded of one event; None wherever nothing is recorded or the matter does not, or no longer, apply.

    - `serious_known_at` is the moment at which the site became aware that the event is serious, `told_sponsor_at` that
      of its first report to the sponsor.
    - `day_zero` and all other days are those of the sponsor's calendar (`day_in`).
    - `urgent_known_on` is the day on which the sponsor knew that the event is fatal or life-threatening; known before
      day 0, it counts from day 0.

    Raises ValueError for moments without a time zone, days with a time of day, a report to the sponsor before the site
    was aware, and a report to the authority before day 0.
    """

    serious_known_at: datetime | None
    told_sponsor_at: datetime | None = None
    is_susar: bool = False
    day_zero: date | None = None
    urgent_known_on: date | None = None
    reports: tuple[AuthorityReport, ...] = ()

    def __post_init__(self) -> None:
        moments = [in_utc(moment) for moment in (self.serious_known_at, self.told_sponsor_at) if moment is not None]
        if moments != sorted(moments):
            raise ValueError(f"told to the sponsor at {self.told_sponsor_at}, before anybody at the site was aware")
        sent = [report.sent_on for report in self.reports]
        for day in (self.day_zero, self.urgent_known_on, *sent):
            if isinstance(day, datetime):
                raise ValueError(f"{day} has a time of day; hand in a day of the sponsor's calendar")
        if self.day_zero is not None and any(day < self.day_zero for day in sent):
            raise ValueError(f"a report went to the authority on {min(sent)}, before day 0, {self.day_zero}")


def clocks(facts: ClockFacts, limits: ClockLimits = LIMITS) -> tuple[Clock, ...]:
    """Every clock of the event, those that are met included, the site's first; none for an event that is not serious.

    Of a SUSAR there are clocks once day 0 is known.
    """
    found: list[Clock] = []
    if facts.serious_known_at is not None:
        found.append(_site_clock(facts.serious_known_at, facts.told_sponsor_at, limits))
    if facts.is_susar and facts.day_zero is not None:
        found += _susar_clocks(facts.day_zero, facts.urgent_known_on, facts.reports, limits)
    return tuple(found)


def day_in(zone: tzinfo, moment: datetime) -> date:
    """The calendar day of a moment in a time zone; raises ValueError for a moment without one."""
    return in_utc(moment).astimezone(zone).date()


def _site_clock(known_at: datetime, told_at: datetime | None, limits: ClockLimits) -> HourClock:
    due_at = (in_utc(known_at) + timedelta(hours=limits.site_hours)).astimezone(known_at.tzinfo)
    return HourClock(ClockKind.SITE_TO_SPONSOR, started_at=known_at, due_at=due_at, met_at=told_at)


def _susar_clocks(
    day_zero: date, urgent_on: date | None, reports: Iterable[AuthorityReport], limits: ClockLimits
) -> list[DayClock]:
    sent = sorted(reports, key=lambda report: report.sent_on)
    other = DayClock(
        ClockKind.SUSAR_OTHER,
        started_on=day_zero,
        due_on=day_zero + limits.other_days * DAY,
        met_on=_first([report.sent_on for report in sent], since=day_zero),
    )
    if urgent_on is None:
        return [other]
    started_on = max(day_zero, urgent_on)
    was_met = other.met_on is not None and other.met_on < started_on
    due_on = started_on + limits.urgent_days * DAY
    complete_on = due_on + limits.complete_days * DAY
    urgent = DayClock(
        ClockKind.SUSAR_URGENT,
        started_on=started_on,
        due_on=due_on if was_met else min(due_on, other.due_on),
        met_on=_first([report.sent_on for report in sent], since=started_on),
    )
    complete = DayClock(
        ClockKind.SUSAR_URGENT_COMPLETE,
        started_on=started_on,
        due_on=complete_on if was_met else min(complete_on, other.due_on),
        met_on=_first([report.sent_on for report in sent if report.is_complete], since=started_on),
    )
    return [other, urgent, complete] if was_met else [urgent, complete]


def _first(days: Iterable[date], *, since: date) -> date | None:
    return next((day for day in days if day >= since), None)
