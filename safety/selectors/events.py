"""What the pages of the safety log read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from accounts.models import User
from accounts.permissions import Permission
from audit.history import Change, changes
from patients.models import Subject, Visit
from patients.models.scoping import ScopedQuerySet
from patients.models.visit import VisitOutcome
from patients.visit_content import content_of, name_of
from safety.layout import ENTERED, label, shown, stored
from safety.models import AdverseEvent


@dataclass(frozen=True)
class ValueChange:
    """One value replaced by another, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Save:
    """What one person stored at one moment, and why; the reason is empty for the first entry."""

    at: datetime
    by: str
    reason: str
    is_first_entry: bool
    changes: tuple[ValueChange, ...]


@dataclass(frozen=True)
class Difference:
    """A value that is stored one way and typed another way."""

    label: str
    stored: str
    typed: str


def events_of_subject(*, subject: Subject, user: User) -> ScopedQuerySet:
    """The subject's events that the user may see, newest onset first."""
    return (
        AdverseEvent.objects.visible_to(user, Permission.VIEW_SAFETY)
        .filter(subject=subject)
        .select_related("subject", "case")
        .order_by("-onset_on", "-number")
    )


def visits_it_may_follow(subject: Subject) -> ScopedQuerySet:
    """The visits of the subject that took place, in the order of the schedule."""
    return Visit.objects.filter(subject=subject, outcome=VisitOutcome.DONE).order_by("position")


def visit_name(visit: Visit, subject: Subject) -> str:
    """The protocol's name of a visit with the day on which it took place."""
    visit.subject = subject
    name = name_of(content_of(visit))
    return f"{name}, {visit.occurred_on}" if visit.occurred_on else name


def visit_names(subject: Subject) -> dict[int, str]:
    """The names of all the subject's visits by primary key; one statement."""
    return {visit.pk: visit_name(visit, subject) for visit in Visit.objects.filter(subject=subject)}


def values_in_words(event: AdverseEvent) -> dict[str, str]:
    """Every entered value as it is read on a page, by field name."""
    visits = visit_names(event.subject)
    return {field: shown(field, value, visits) for field, value in stored(event).items()}


def history_of(event: AdverseEvent, field: str = "") -> list[Save]:
    """Everything that was stored for the event, newest first, or for one field only (one of `layout.ENTERED`)."""
    visits = visit_names(event.subject)
    found = changes(event, [field] if field else list(ENTERED))
    one_save = attrgetter("at", "by", "action", "reason")
    return [_save(list(same), visits) for _, same in groupby(found, key=one_save)][::-1]


def last_change(event: AdverseEvent) -> Change:
    """The newest change of the event; every event has at least its first entry."""
    return changes(event)[-1]


def differences(event: AdverseEvent, typed: Mapping[str, Any]) -> list[Difference]:
    """Where the stored event differs from what was typed; `typed` holds cleaned values by field name."""
    visits = visit_names(event.subject)
    found = []
    for field, value in stored(event, typed).items():
        entered = typed[field].pk if isinstance(typed[field], Visit) else typed[field]
        if entered != value:
            found.append(Difference(label(field), shown(field, value, visits), shown(field, entered, visits)))
    return found


def _save(found: list[Change], visits: Mapping[int, str]) -> Save:
    one = found[0]
    values = (
        ValueChange(label(c.field), shown(c.field, c.before, visits), shown(c.field, c.after, visits)) for c in found
    )
    return Save(
        at=one.at,
        by=one.by,
        reason=one.reason,
        is_first_entry=one.action == "insert",
        changes=tuple(value for value in values if value.before != value.after),
    )
