"""Reads of the pages about subjects; each starts from what the user may see."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from clinical.visit_windows import VisitState, study_day
from patients.models import EligibilityDecision, InformedConsent, Subject, SubjectIdentity, SubjectStatus, Visit
from patients.models.scoping import ScopedQuerySet
from protocols.schema import Protocol
from trials.models import Site, Trial
from trials.selectors import protocol_of, sites_for


def site_today(time_zone_path: str, now: datetime | None = None) -> Cast:
    """The calendar day at the site, as an SQL expression; `time_zone_path` leads to the site's time zone."""
    moment = Value(now or timezone.now(), output_field=DateTimeField())
    local = Func(F(time_zone_path), moment, function="timezone", output_field=DateTimeField())
    return Cast(local, DateField())


def sites_to_register_at(user: User, trial: Trial) -> QuerySet[Site]:
    """The trial's sites at which the user may register subjects."""
    return sites_for(user, Permission.REGISTER_SUBJECTS).filter(trial=trial)


def visible_sites(user: User, trial: Trial) -> QuerySet[Site]:
    """The trial's sites whose subjects the user may see."""
    return sites_for(user, Permission.VIEW_SUBJECTS).filter(trial=trial)


def registered_alike(site: Site, *, initials: str, signed_on: date) -> list[str]:
    """Numbers of the site's subjects with these initials who signed consent that day: the same person, most likely."""
    alike = Subject.objects.filter(site=site, identity__initials__iexact=initials, consents__signed_on=signed_on)
    return list(alike.order_by("number").values_list("number", flat=True))


def status_choices() -> list[tuple[str, str]]:
    """All states of a subject, for a filter."""
    return [(status.value, str(status.label)) for status in SubjectStatus]


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


def subject_rows(
    user: User,
    trial: Trial,
    *,
    search: str = "",
    site: str = "",
    status: str = "",
    overdue: bool = False,
    now: datetime | None = None,
) -> QuerySet[Subject]:
    """The subject list: one statement, with the next visit that waits and whether one is overdue."""
    waiting = open_visits(now).filter(subject=OuterRef("pk")).order_by("position")
    rows = (
        Subject.objects.visible_to(user)
        .filter(site__trial=trial)
        .select_related("site__trial", "protocol_version")
        .annotate(
            next_code=Subquery(waiting.values("code")[:1]),
            next_opens_on=Subquery(waiting.values("window_opens_on")[:1]),
            next_closes_on=Subquery(waiting.values("window_closes_on")[:1]),
            site_day=site_today("site__time_zone", now),
            is_overdue=Exists(waiting.filter(window_closes_on__lt=F("site_day"))),
        )
        .order_by("site__code", "number")
    )
    if search.strip():
        rows = rows.filter(number__iregex=_number_pattern(search))
    if site:
        rows = rows.filter(site__code=site)
    if status:
        rows = rows.filter(status=status)
    return rows.filter(is_overdue=True) if overdue else rows


def _number_pattern(typed: str) -> str:
    """What finds a subject number however it is typed: gz3, "gz 003" and GZ-003 all mean GZ-003."""
    parts = re.fullmatch(r"(?P<site>.*?)[\s-]*0*(?P<digits>\d+)", typed.strip())
    if parts is None or not parts["site"]:
        return re.escape(typed.strip())
    return rf"^{re.escape(parts['site'])}-0*{parts['digits']}"


def visits_to_attend(user: User, trial: Trial, *, days_ahead: int = 7, now: datetime | None = None) -> QuerySet[Any]:
    """Visits that are overdue, due, or open within so many days, in this order, the window that closes first first."""
    overdue, due = When(window_closes_on__lt=F("site_day"), then=0), When(window_opens_on__lte=F("site_day"), then=1)
    return (
        open_visits(now)
        .visible_to(user)
        .filter(subject__site__trial=trial, window_opens_on__lte=F("site_day") + timedelta(days=days_ahead))
        .select_related("subject__site__trial", "subject__protocol_version")
        .order_by(Case(overdue, due, default=2), "window_closes_on", "subject__number")
    )


def subjects_with_status(user: User, trial: Trial, status: str) -> QuerySet[Subject]:
    """Subjects of the trial that stand so."""
    rows = Subject.objects.visible_to(user).filter(site__trial=trial, status=status)
    return rows.select_related("site__trial").order_by("number")


def visits_of(subject: Subject) -> list[Visit]:
    """The subject's visits in the order of the schedule."""
    visits = list(subject.visits.order_by("position"))
    for visit in visits:
        visit.subject = subject
    return visits


def visit_of(subject: Subject, code: str) -> Visit | None:
    """One visit of the subject, or None."""
    visit = subject.visits.filter(code=code).first()
    if visit is not None:
        visit.subject = subject
    return visit


def identity_of(subject: Subject) -> SubjectIdentity:
    """The subject's contact details; the caller has asked for the permission."""
    return SubjectIdentity.objects.get(subject=subject)


def consents_of(subject: Subject) -> list[InformedConsent]:
    """The subject's consents, oldest first."""
    return list(subject.consents.select_related("obtained_by"))


def latest_decision(subject: Subject) -> EligibilityDecision | None:
    """The investigator's decision on eligibility, if there is one."""
    return subject.eligibility_decisions.select_related("decided_by").last()


class StripFact(NamedTuple):
    """One fact of the strip that never leaves a subject's pages; with a kind, the value is shown as that status."""

    label: str
    value: str
    kind: str = ""


def subject_strip(subject: Subject, today: date | None = None) -> list[StripFact]:
    """Number, site, status, arm, day in the trial and next visit: one statement."""
    today = today or subject.site.today()
    protocol = protocol_of(subject.protocol_version)
    facts = [
        StripFact(_("Subject"), subject.number),
        StripFact(_("Site"), subject.site.name),
        StripFact(_("Status"), subject.status, "subject"),
    ]
    if subject.arm_code:
        facts.append(StripFact(_("Arm"), protocol.arm(subject.arm_code).name))
    if subject.first_treatment_on:
        facts.append(StripFact(_("Day"), str(study_day(on=today, anchor=subject.first_treatment_on))))
    facts.append(StripFact(_("Next visit"), _next_visit(subject, protocol)))
    return facts


def _next_visit(subject: Subject, protocol: Protocol) -> str:
    visit = subject.visits.filter(outcome="").order_by("position").first()
    if visit is None:
        return _("none")
    name = protocol.visit(visit.code).name
    if visit.window_opens_on is None:
        return _("%(visit)s, not dated yet") % {"visit": name}
    window = {"visit": name, "opens": visit.window_opens_on, "closes": visit.window_closes_on}
    return _("%(visit)s, %(opens)s to %(closes)s") % window


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
    protocol = protocol_of(subject.protocol_version)
    entries = []
    for visit in visits_of(subject):
        day = visit.occurred_on or visit.planned_on
        anchor = subject.first_treatment_on
        entries.append(
            TimelineEntry(
                visit=visit,
                name=protocol.visit(visit.code).name,
                state=visit.state(today),
                day=study_day(on=day, anchor=anchor) if day and anchor else None,
                is_off_window=not visit.is_inside_window(),
            )
        )
    return entries
