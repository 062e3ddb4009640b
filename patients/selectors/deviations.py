"""Reads of protocol deviations; each starts from what the user may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.history import Change, changes
from clinical.deviations import DeviationKind
from patients.deviation_facts import expected_of
from patients.models import Deviation, DeviationStatus, Subject, Visit
from patients.selectors.consent import data_may_be_used
from patients.services.deviations import CAUSE_GONE, cause_of
from patients.visit_content import content_of, name_of
from trials.models import Trial


@dataclass(frozen=True)
class DeviationFilter:
    """Which deviations of a trial are wanted; empty means that it does not matter, for `status` all but void ones."""

    site: str = ""
    status: str = ""
    category: str = ""
    severity: str = ""


def deviations_of_trial(user: User, trial: Trial, wanted: DeviationFilter) -> QuerySet[Deviation]:
    """The deviations of the subjects whom the user may see: those to complete first, then by day, newest first."""
    rows = _with_visit(Deviation.objects.visible_to(user)).filter(subject__site__trial=trial)
    if wanted.site:
        rows = rows.filter(subject__site__code=wanted.site)
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    rows = rows.filter(status=wanted.status) if wanted.status else rows.exclude(status=DeviationStatus.VOID)
    drafts_first = Case(When(status=DeviationStatus.DRAFT, then=Value(0)), default=Value(1))
    return rows.order_by(drafts_first, "-occurred_on", "subject__number", "-number")


def deviations_to_complete(user: User, trial: Trial) -> QuerySet[Deviation]:
    """The drafts of the trial that the user may see, oldest first, and that may still be completed."""
    rows = data_may_be_used(_with_visit(Deviation.objects.visible_to(user)), subject="subject")
    drafts = rows.filter(subject__site__trial=trial, status=DeviationStatus.DRAFT)
    return drafts.order_by("occurred_on", "subject__number", "number")


def deviations_of_subject(subject: Subject) -> list[Deviation]:
    """All deviations of the subject, newest first."""
    return list(_with_visit(subject.deviations.all()).order_by("-occurred_on", "-number"))


def deviation_of(subject: Subject, number: int) -> Deviation | None:
    """One deviation of the subject, or None."""
    return _with_visit(subject.deviations.filter(number=number)).select_related("recorded_by").first()


def drafts_at(visit: Visit) -> list[Deviation]:
    """The deviations noticed at a visit that wait to be completed."""
    return list(visit.deviations.filter(status=DeviationStatus.DRAFT).order_by("number"))


def _with_visit(rows: QuerySet[Deviation]) -> QuerySet[Deviation]:
    versions = ("visit__protocol_version", "subject__protocol_version")
    found = rows.select_related("subject__site__trial", "visit", *versions)
    return found.defer(*(f"{version}__files" for version in versions))


def title_of(deviation: Deviation) -> str:
    """What the deviation is, in a few words."""
    return str(deviation.get_kind_display()) if deviation.kind else str(deviation.get_category_display())


def visit_name_of(deviation: Deviation) -> str:
    """The protocol's name of the visit concerned; empty where there is none."""
    visit = deviation.visit
    if visit is None:
        return ""
    visit.subject = deviation.subject
    return name_of(content_of(visit))


def days_off_in_words(days: int) -> str:
    """How far outside the window: negative days are too early."""
    if days < 0:
        return ngettext("%(days)s day before the window", "%(days)s days before the window", -days) % {"days": -days}
    return ngettext("%(days)s day after the window", "%(days)s days after the window", days) % {"days": days}


def in_words(deviation: Deviation) -> str:
    """What Dermis noticed, as a sentence; empty for a deviation that somebody reported."""
    facts = {"visit": visit_name_of(deviation), "day": date_format(deviation.occurred_on)}
    if deviation.days_off is not None:
        facts["off"] = days_off_in_words(deviation.days_off)
    sentences = {
        DeviationKind.VISIT_OUTSIDE_WINDOW: _("%(visit)s took place on %(day)s, %(off)s."),
        DeviationKind.VISIT_MISSED: _("%(visit)s was missed; its window closed on %(day)s."),
        DeviationKind.TREATMENT_MISSED: _("%(visit)s, with its treatment, was missed; its window closed on %(day)s."),
        DeviationKind.VISIT_BY_PHONE: _("%(visit)s took place by telephone alone on %(day)s."),
        DeviationKind.VISIT_WITHOUT_CONSENT: _("%(visit)s took place on %(day)s without the consent in force."),
        DeviationKind.TREATED_NOT_ELIGIBLE: _("Treated since %(day)s, and found not eligible afterwards."),
        DeviationKind.TREATMENT_OFF_SCHEDULE: _("Treated on %(day)s at %(visit)s, %(off)s.")
        if "off" in facts
        else _("Treated on %(day)s at %(visit)s, outside the schedule."),
    }
    return sentences[DeviationKind(deviation.kind)] % facts if deviation.kind else ""


def doubts_about(subject: Subject, deviations: list[Deviation]) -> dict[int, str]:
    """What people should check, by number: complete deviations that do not follow from the record any more, or follow
    otherwise. One statement."""
    expected = {cause_of(each.kind, each.key): each for each in expected_of(subject)}
    found = {}
    for deviation in deviations:
        if not deviation.kind or deviation.status != DeviationStatus.COMPLETE:
            continue
        cause = expected.get(cause_of(deviation.kind, deviation.visit_id))
        if cause is None:
            found[deviation.number] = _("The record was corrected and its cause has gone: check.")
        elif (cause.kind.value, cause.occurred_on, cause.days_off) != (
            deviation.kind,
            deviation.occurred_on,
            deviation.days_off,
        ):
            found[deviation.number] = _("The record was corrected and says something else now: check.")
    return found


def why_void(deviation: Deviation) -> str:
    """Why it is no deviation, in the reader's language where Dermis itself said so."""
    return _(deviation.void_reason) if deviation.void_reason == CAUSE_GONE else deviation.void_reason


def visit_choices(subject: Subject) -> list[tuple[str, str]]:
    """The subject's visits that took place or were missed, by code, for choosing one."""
    visits = subject.visits.exclude(outcome="").select_related("protocol_version").defer("protocol_version__files")
    choices = []
    for visit in visits.order_by("position", "pk"):
        visit.subject = subject
        day = f", {date_format(visit.occurred_on)}" if visit.occurred_on else ""
        choices.append((visit.code, f"{name_of(content_of(visit))}{day}"))
    return choices


TOLD = ("status", "occurred_on", "days_off", "category", "severity", "description", "cause", "action", "void_reason")
"""The fields that history and comparisons show, in their order."""


@dataclass(frozen=True)
class ValueChange:
    """One value replaced by another, as people read it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Save:
    """What was stored at one moment, by whom and why."""

    by: str
    reason: str
    is_first_entry: bool
    at: Any
    changes: tuple[ValueChange, ...]


def history_of(deviation: Deviation) -> list[Save]:
    """Everything that was stored of the deviation, newest first: two statements."""
    one_save = attrgetter("at", "by", "action", "reason")
    saves = [_save(list(same)) for _key, same in groupby(changes(deviation, ["kind", *TOLD]), key=one_save)]
    return saves[::-1]


def _save(found: list[Change]) -> Save:
    one = found[0]
    values = (ValueChange(_label(c.field), shown(c.field, c.before), shown(c.field, c.after)) for c in found)
    return Save(
        by=one.by,
        reason=one.reason,
        is_first_entry=one.action == "insert",
        at=one.at,
        changes=tuple(value for value in values if value.before != value.after),
    )


def _label(field: str) -> str:
    return str(capfirst(_column(field).verbose_name))


def _column(field: str) -> Any:
    return Deviation._meta.get_field(field)


def shown(field: str, value: Any) -> str:
    """A stored value as people read it."""
    if value is None or value == "":
        return ""
    choices: dict[Any, Any] = dict(_column(field).flatchoices)
    return str(choices.get(value, value))


def differences(stored: Deviation, typed: Mapping[str, Any]) -> list[ValueChange]:
    """Where what is stored (`before`) differs from what was typed (`after`)."""
    pairs = [(name, getattr(stored, name), typed[name]) for name in TOLD if name in typed]
    return [ValueChange(_label(name), shown(name, old), shown(name, new)) for name, old, new in pairs if old != new]
