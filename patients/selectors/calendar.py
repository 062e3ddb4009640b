"""Reads of a site's calendar: day by day, what is planned, whose window closes and what was done."""

from calendar import MONDAY, Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from clinical.visit_windows import VisitState
from patients.models import Visit, VisitOutcome
from patients.selectors.visits import open_visits
from patients.visit_content import content_of, name_of
from trials.models import Site

VISITS_OF_A_DAY_IN_A_MONTH = 6
VISITS_OF_A_DAY_IN_A_WEEK = 40


@dataclass(frozen=True)
class CalendarEntry:
    """A visit on a day of the calendar. `closes`: its window ends on that day; `only_closes`: it stands there for
    nothing else, being planned for an earlier day."""

    visit: Visit
    name: str
    state: VisitState
    closes: bool
    only_closes: bool


@dataclass(frozen=True)
class CalendarDay:
    """A day with its first visits, and how many there are besides. `is_outside`: of the month before or after."""

    on: date
    is_today: bool
    entries: tuple[CalendarEntry, ...] = ()
    more: int = 0
    is_outside: bool = False


def month_of(user: User, site: Site, on: date, *, today: date) -> list[list[CalendarDay]]:
    """The month around a day, in weeks that begin on Monday. Days outside the month hold no visits."""
    weeks = Calendar(MONDAY).monthdatescalendar(on.year, on.month)
    inside = [day for week in weeks for day in week if day.month == on.month]
    days = {day.on: day for day in _days(user, site, inside, today=today, at_most=VISITS_OF_A_DAY_IN_A_MONTH)}
    return [[days.get(day) or CalendarDay(day, day == today, is_outside=True) for day in week] for week in weeks]


def week_of(user: User, site: Site, on: date, *, today: date) -> list[CalendarDay]:
    """Monday to Sunday of the week around a day."""
    monday = on - timedelta(days=on.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]
    return _days(user, site, week, today=today, at_most=VISITS_OF_A_DAY_IN_A_WEEK)


def _days(user: User, site: Site, days: list[date], *, today: date, at_most: int) -> list[CalendarDay]:
    """The days with so many visits each: what is planned first, then windows that close, then what was done.

    Three statements, each of which reads no more than `at_most` visits of a day however many there are.
    """
    waiting = open_visits().visible_to(user).filter(subject__site=site)
    done = Visit.objects.visible_to(user).filter(subject__site=site, outcome=VisitOutcome.DONE)
    closing = waiting.exclude(window_closes_on=F("planned_on"))
    shown: dict[date, list[CalendarEntry]] = defaultdict(list)
    total: dict[date, int] = defaultdict(int)
    for rows, field in ((waiting, "planned_on"), (closing, "window_closes_on"), (done, "occurred_on")):
        for visit in _first_of_each_day(rows, field, days, at_most):
            day, is_first_of_day = getattr(visit, field), visit.place_of_day == 1
            total[day] += visit.visits_of_day if is_first_of_day else 0
            if len(shown[day]) < at_most:
                shown[day].append(_entry(visit, day, field, today))
    return [CalendarDay(day, day == today, tuple(shown[day]), more=total[day] - len(shown[day])) for day in days]


def _first_of_each_day(rows: QuerySet[Visit], field: str, days: list[date], at_most: int) -> Iterable[Any]:
    return (
        rows.filter(**{f"{field}__range": (days[0], days[-1])})
        .annotate(
            place_of_day=Window(
                RowNumber(), partition_by=F(field), order_by=[F("subject__number").asc(), F("position").asc()]
            ),
            visits_of_day=Window(Count("pk"), partition_by=F(field)),
        )
        .filter(place_of_day__lte=at_most)
        .select_related("subject__protocol_version", "protocol_version")
        .defer("subject__protocol_version__files", "protocol_version__files")
        .order_by(field, "place_of_day")
    )


def _entry(visit: Visit, day: date, field: str, today: date) -> CalendarEntry:
    return CalendarEntry(
        visit=visit,
        name=name_of(content_of(visit)),
        state=visit.state(today),
        closes=not visit.outcome and visit.window_closes_on == day,
        only_closes=field == "window_closes_on",
    )
