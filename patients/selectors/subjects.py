"""Reads of subjects; each starts from what the user may see."""

import re
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import (
    Exists,
    F,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from clinical.visit_windows import study_day
from patients.models import (
    EligibilityDecision,
    InformedConsent,
    Subject,
    SubjectIdentity,
    SubjectStatus,
    Visit,
    VisitOutcome,
)
from patients.selectors.consent import consent_standing
from patients.selectors.days import site_today
from patients.selectors.visits import open_visits
from patients.visit_content import name_of
from protocols.schema import Protocol
from trials.models import Site, Trial
from trials.selectors import protocol_of, sites_for


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


SORTS = {
    "number": ("site__code", "number"),
    "status": ("status",),
    "next": ("next_closes_on",),
    "last": ("last_on",),
}
"""What the subject list can be sorted by; with a hyphen before the name, downwards."""


def subject_rows(
    user: User,
    trial: Trial,
    *,
    search: str = "",
    site: str = "",
    status: str = "",
    overdue: bool = False,
    version: str = "",
    arm: str = "",
    day: date | None = None,
    sort: str = "number",
    now: datetime | None = None,
) -> QuerySet[Subject]:
    """The subject list: one statement, with the next visit that waits, whether one is overdue, and the last one done.

    With a `day`, only subjects who have something on that day of the calendar.
    """
    waiting = open_visits(now).filter(subject=OuterRef("pk")).order_by("position")
    done = Visit.objects.filter(subject=OuterRef("pk"), outcome=VisitOutcome.DONE).order_by("-occurred_on", "-position")
    rows = (
        Subject.objects.visible_to(user)
        .filter(site__trial=trial)
        .select_related("site__trial", "protocol_version")
        .defer("protocol_version__files")
        .annotate(
            next_code=Subquery(waiting.values("code")[:1]),
            next_opens_on=Subquery(waiting.values("window_opens_on")[:1]),
            next_closes_on=Subquery(waiting.values("window_closes_on")[:1]),
            site_day=site_today("site__time_zone", now),
            is_overdue=Exists(waiting.filter(window_closes_on__lt=F("site_day"))),
            last_code=Subquery(done.values("code")[:1]),
            last_on=Subquery(done.values("occurred_on")[:1]),
        )
        .order_by(*_order(sort))
    )
    if search.strip():
        rows = rows.filter(number__iregex=_number_pattern(search))
    if site:
        rows = rows.filter(site__code=site)
    if status:
        rows = rows.filter(status=status)
    if version:
        rows = rows.filter(protocol_version__version=version)
    if arm:
        rows = rows.filter(arm_code=arm)
    if day:
        open_then = waiting.filter(Q(planned_on=day) | Q(window_closes_on=day))
        rows = rows.filter(Exists(open_then) | Exists(done.filter(occurred_on=day)))
    return rows.filter(is_overdue=True) if overdue else rows


def _order(sort: str) -> list[OrderBy]:
    """By the column, empty ones last; subjects alike in it by number."""
    descending = sort.startswith("-")
    columns = SORTS.get(sort.removeprefix("-"), ())
    chosen = [F(name).desc(nulls_last=True) if descending else F(name).asc(nulls_last=True) for name in columns]
    return [*chosen, F("site__code").asc(), F("number").asc()]


def version_and_arm_choices(trial: Trial) -> tuple[list[str], list[tuple[str, str]]]:
    """The protocol versions of the trial, and the arms of all of them by code and name: one statement."""
    versions = list(trial.protocol_versions.defer("files"))
    arms = {arm.code: arm.name for version in versions for arm in protocol_of(version).arms}
    return [version.version for version in versions], list(arms.items())


def arm_name(subject: Subject) -> str:
    """What the subject's arm is called in the subject's protocol version; empty before enrolment."""
    return protocol_of(subject.protocol_version).arm(subject.arm_code).name if subject.arm_code else ""


def _number_pattern(typed: str) -> str:
    """What finds a subject number however it is typed: gz3, "gz 003" and GZ-003 all mean GZ-003."""
    parts = re.fullmatch(r"(?P<site>.*?)[\s-]*0*(?P<digits>\d+)", typed.strip())
    if parts is None or not parts["site"]:
        return re.escape(typed.strip())
    return rf"^{re.escape(parts['site'])}-0*{parts['digits']}"


def subjects_with_status(user: User, trial: Trial, status: str) -> QuerySet[Subject]:
    """Subjects of the trial that stand so."""
    rows = Subject.objects.visible_to(user).filter(site__trial=trial, status=status)
    return rows.select_related("site__trial").order_by("number")


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
    """Number, site, status, arm, day in the trial, next visit, and consent that needs attention: two statements."""
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
    return facts + _consent_facts(subject, today)


def _consent_facts(subject: Subject, today: date) -> list[StripFact]:
    """What was withdrawn, and what is to be signed again; nothing while consent stands as it should."""
    standing = consent_standing(subject, today)
    facts = []
    if standing.withdrawn:
        facts.append(StripFact(_("Consent"), standing.withdrawn, "consent"))
    if standing.due:
        facts.append(StripFact(_("Sheet %(version)s") % {"version": standing.due}, "due", "consent"))
    return facts


def _next_visit(subject: Subject, protocol: Protocol) -> str:
    visit = subject.visits.filter(outcome="").order_by("position").first()
    if visit is None:
        return _("none")
    name = name_of(protocol.visit(visit.code))
    if visit.window_opens_on is None:
        return _("%(visit)s, not dated yet") % {"visit": name}
    window = {"visit": name, "opens": visit.window_opens_on, "closes": visit.window_closes_on}
    return _("%(visit)s, %(opens)s to %(closes)s") % window
