"""Reads of visits; each starts from what the user may see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import (
    Case,
    F,
    QuerySet,
    When,
)

from accounts.models import User
from audit.history import changes
from clinical.visit_windows import VisitState, study_day
from patients.models import Subject, SubjectStatus, Visit
from patients.models.scoping import ScopedQuerySet
from patients.policies import early_termination_may_take_place
from patients.selectors.consent import treatment_withdrawn_on
from patients.selectors.days import site_today
from patients.visit_content import content_of, is_treatment_visit, name_of
from trials.models import Trial
from trials.policies import allows

PLAN = ("planned_on", "window_opens_on", "window_closes_on")


def open_visits(now: datetime | None = None) -> ScopedQuerySet:
    """Visits that wait for the subject, with the day at their site as `site_day`; those after enrolment wait only for
    the enrolled."""
    ended = (SubjectStatus.SCREEN_FAILURE, SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN)
    return (
        Visit.objects.filter(outcome="", planned_on__isnull=False)
        .exclude(subject__status__in=ended)
        .exclude(needs_enrolment=True, subject__enrolled_on=None)
        .annotate(site_day=site_today("subject__site__time_zone", now))
    )


def visits_to_attend(user: User, trial: Trial, *, days_ahead: int = 7, now: datetime | None = None) -> QuerySet[Any]:
    """Visits that are overdue, due, or open within so many days, in this order, the window that closes first first."""
    overdue, due = When(window_closes_on__lt=F("site_day"), then=0), When(window_opens_on__lte=F("site_day"), then=1)
    return (
        open_visits(now)
        .visible_to(user)
        .filter(subject__site__trial=trial, window_opens_on__lte=F("site_day") + timedelta(days=days_ahead))
        .select_related("subject__site__trial", "subject__protocol_version")
        .defer("subject__protocol_version__files")
        .order_by(Case(overdue, due, default=2), "window_closes_on", "subject__number")
    )


def visits_of(subject: Subject) -> list[Visit]:
    """The subject's visits by day, those that have no day yet at the end in the order of the schedule."""
    visits = list(subject.visits.select_related("protocol_version").defer("protocol_version__files"))
    for visit in visits:
        visit.subject = subject
    # Several visits outside the schedule may share a day and a place; they stay in the order they were added.
    return sorted(visits, key=lambda row: (row.occurred_on or row.planned_on or date.max, row.position, row.pk))


def visit_of(subject: Subject, code: str) -> Visit | None:
    """One visit of the subject, or None."""
    visit = subject.visits.filter(code=code).select_related("protocol_version").defer("protocol_version__files").first()
    if visit is not None:
        visit.subject = subject
    return visit


@dataclass(frozen=True)
class TimelineEntry:
    """A visit with what the protocol calls it and where it stands today."""

    visit: Visit
    name: str
    state: VisitState
    day: int | None
    is_off_window: bool


def timeline(subject: Subject, today: date | None = None) -> list[TimelineEntry]:
    """All visits of the subject as seen today at the site: one statement."""
    today = today or subject.site.today()
    entries = []
    for visit in visits_of(subject):
        day = visit.occurred_on or visit.planned_on
        anchor = subject.first_treatment_on
        entries.append(
            TimelineEntry(
                visit=visit,
                name=name_of(content_of(visit)),
                state=visit.state(today),
                day=study_day(on=day, anchor=anchor) if day and anchor else None,
                is_off_window=not visit.is_inside_window(),
            )
        )
    return entries


def is_to_be_treated(visit: Visit) -> bool:
    """Whether the protocol treats the subject at the visit and the subject has not withdrawn from treatment."""
    return is_treatment_visit(visit) and treatment_withdrawn_on(visit.subject) is None


@dataclass(frozen=True)
class EarlierPlan:
    """A plan of a visit that another one replaced: when, by whom and why."""

    planned_on: date
    opens_on: date
    closes_on: date
    replaced_at: datetime
    replaced_by: str
    reason: str


def earlier_plans(visit: Visit) -> list[EarlierPlan]:
    """The plans of a visit that do not hold any more, oldest first: two statements."""
    plan: dict[str, Any] = {}
    found = []
    one_save = attrgetter("at", "by", "action", "reason")
    for _save, same in groupby(changes(visit, list(PLAN)), key=one_save):
        moved = list(same)
        if all(plan.get(name) for name in PLAN):
            planned_on, opens_on, closes_on = (plan[name] for name in PLAN)
            found.append(EarlierPlan(planned_on, opens_on, closes_on, moved[0].at, moved[0].by, moved[0].reason))
        plan |= {change.field: change.after for change in moved}
    return found


def forms_of_another_day(visit: Visit) -> list[tuple[str, date]]:
    """Forms of the visit, by code, that were assessed on another day than that of the visit, each with its day."""
    if visit.occurred_on is None:
        return []
    other = visit.findings.exclude(collected_on=visit.occurred_on)
    return list(other.order_by("source_form").values_list("source_form", "collected_on").distinct())


def may_terminate_early(subject: Subject) -> bool:
    """Whether the visit of early termination can be recorded: two statements at most."""
    return allows(early_termination_may_take_place, subject)
