"""What the pages of the safety log read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from accounts.models import User
from accounts.permissions import Permission
from audit.history import Change, changes, changes_where
from patients.models import Subject, Visit
from patients.models.scoping import ScopedQuerySet
from patients.models.visit import VisitOutcome
from patients.visit_content import content_of, name_of
from safety.layout import (
    ENTERED,
    GRADE_CHANGES,
    LISTS,
    READ,
    TREATMENTS,
    Names,
    grade_from,
    label,
    shown,
    stored,
    stored_lists,
)
from safety.models import AdverseEvent, ConcomitantMedication, EventTreatment, GradeChange


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
        .select_related("subject__site__trial", "case")
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


def medications_of(subject: Subject) -> ScopedQuerySet:
    """The medications of the subject, in the order of their numbers."""
    return ConcomitantMedication.objects.filter(subject=subject).order_by("number")


def medication_name(medication: ConcomitantMedication) -> str:
    """What the medication is called among those of its subject."""
    return f"{medication.number} · {medication.name}"


def names_of(event: AdverseEvent) -> Names:
    """What the keys in the values of an event are called; two statements."""
    subject = event.subject
    return Names(
        visits={visit.pk: visit_name(visit, subject) for visit in Visit.objects.filter(subject=subject)},
        medications={each.pk: medication_name(each) for each in medications_of(subject)},
        term=event.term_code,
    )


def values_in_words(event: AdverseEvent) -> dict[str, str]:
    """Every entered value as it is read on a page, by field name; four statements."""
    names = names_of(event)
    values = {**stored(event), **stored_lists(event)}
    return {name: shown(name, values[name], names) for name in READ}


def history_of(event: AdverseEvent, field: str = "") -> list[Save]:
    """Everything that was stored for the event, newest first, or for one value only (one of `layout.READ`)."""
    names = names_of(event)
    found: list[tuple[Change, ValueChange]] = []
    if field not in LISTS:
        own = changes(event, [field] if field else list(ENTERED))
        found += [(each, _of_event(each, names)) for each in own]
    if field in ("", GRADE_CHANGES):
        found += [(each, _of_grade(each, names)) for each in changes_where(GradeChange, ["grade"], event_id=event.pk)]
    if field in ("", TREATMENTS):
        given = changes_where(EventTreatment, ["medication"], event_id=event.pk)
        found += [(each, _of_treatment(each, names)) for each in given]
    saves: dict[tuple[Any, ...], list[tuple[Change, ValueChange]]] = defaultdict(list)
    for change, value in sorted(found, key=lambda each: each[0].at):
        saves[change.at, change.by, change.reason].append((change, value))
    return [_save(same) for same in saves.values()][::-1]


def last_change(event: AdverseEvent) -> Change:
    """The newest change of the event; every event has at least its first entry."""
    return changes(event)[-1]


def differences(event: AdverseEvent, typed: Mapping[str, Any]) -> list[Difference]:
    """Where the stored event differs from what was typed; `typed` holds cleaned values by field name."""
    names = names_of(event)
    kept = {**stored(event), **stored_lists(event)}
    found = []
    for name in (name for name in READ if name in typed):
        value, entered = kept[name], _as_stored(name, typed[name])
        if entered != value:
            found.append(Difference(label(name), shown(name, value, names), shown(name, entered, names)))
    return found


def _as_stored(name: str, typed: Any) -> Any:
    if name == TREATMENTS:
        return tuple(medication.pk for medication in sorted(typed, key=attrgetter("number")))
    if name == GRADE_CHANGES:
        return tuple(sorted(typed))
    return typed.pk if isinstance(typed, Visit) else typed


def _of_event(change: Change, names: Names) -> ValueChange:
    values = (shown(change.field, value, names) for value in (change.before, change.after))
    return ValueChange(label(change.field), *values)


def _of_grade(change: Change, names: Names) -> ValueChange:
    values = (shown("grade", value, names) for value in (change.before, change.after))
    return ValueChange(grade_from(change.row.changed_on), *values)


def _of_treatment(change: Change, names: Names) -> ValueChange:
    values = (shown(TREATMENTS, (value,) if value else (), names) for value in (change.before, change.after))
    return ValueChange(label(TREATMENTS), *values)


def _save(found: list[tuple[Change, ValueChange]]) -> Save:
    one = found[0][0]
    return Save(
        at=one.at,
        by=one.by,
        reason=one.reason,
        # Only what is entered for the first time needs no reason.
        is_first_entry=not one.reason,
        changes=tuple(value for _change, value in found if value.before != value.after),
    )
