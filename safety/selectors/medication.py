"""What the pages of concomitant medication read."""

from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from accounts.models import User
from accounts.permissions import Permission
from audit.history import Change, changes
from patients.models import Subject
from patients.models.scoping import ScopedQuerySet
from safety.medication_layout import ENTERED, label, shown, stored
from safety.models import ConcomitantMedication
from safety.selectors.events import Difference, Save, ValueChange


def medication_of_subject(*, subject: Subject, user: User) -> ScopedQuerySet:
    """The subject's medication that the user may see, with the events it was given against, newest beginning first."""
    return (
        ConcomitantMedication.objects.visible_to(user, Permission.VIEW_SAFETY)
        .filter(subject=subject)
        .prefetch_related("treated_events")
        .order_by("-started_on", "-number")
    )


def values_in_words(medication: ConcomitantMedication) -> dict[str, str]:
    """Every entered value as it is read on a page, by field name."""
    return {field: shown(field, value) for field, value in stored(medication).items()}


def history_of(medication: ConcomitantMedication, field: str = "") -> list[Save]:
    """Everything that was stored for the medication, newest first, or for one field only (one of `ENTERED`)."""
    found = changes(medication, [field] if field else list(ENTERED))
    one_save = attrgetter("at", "by", "action", "reason")
    return [_save(list(same)) for _, same in groupby(found, key=one_save)][::-1]


def last_change(medication: ConcomitantMedication) -> Change:
    """The newest change of the medication; every medication has at least its first entry."""
    return changes(medication)[-1]


def differences(medication: ConcomitantMedication, typed: Mapping[str, Any]) -> list[Difference]:
    """Where the stored medication differs from what was typed; `typed` holds cleaned values by field name."""
    return [
        Difference(label(field), shown(field, value), shown(field, typed[field]))
        for field, value in stored(medication, typed).items()
        if typed[field] != value
    ]


def _save(found: list[Change]) -> Save:
    one = found[0]
    values = (ValueChange(label(c.field), shown(c.field, c.before), shown(c.field, c.after)) for c in found)
    return Save(
        at=one.at,
        by=one.by,
        reason=one.reason,
        is_first_entry=one.action == "insert",
        changes=tuple(value for value in values if value.before != value.after),
    )
