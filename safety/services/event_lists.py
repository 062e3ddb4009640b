"""What an event has several of: changes of its grade, and medications given against it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from safety.consistency import grade_lines_that_cannot_be
from safety.layout import GRADE_CHANGES, TREATMENTS
from safety.models import AdverseEvent, EventTreatment, GradeChange

Lists = Mapping[str, tuple[Any, ...]]
"""By name: changes as (day, grade) in their order, medications by primary key in theirs."""


def entered_lists(event: AdverseEvent, fields: Mapping[str, Any], stored: Lists) -> Lists:
    """The lists as they are to be; one that is not named in `fields` stays as it is stored.

    Raises ValidationError for a medication of another subject.
    """
    changes, treatments = stored[GRADE_CHANGES], stored[TREATMENTS]
    if GRADE_CHANGES in fields:
        changes = tuple(sorted((day, int(grade)) for day, grade in fields[GRADE_CHANGES]))
    if TREATMENTS in fields:
        chosen = sorted(set(fields[TREATMENTS]), key=lambda medication: medication.number)
        if any(medication.subject_id != event.subject_id for medication in chosen):
            raise ValidationError({TREATMENTS: _("This medication belongs to another subject.")})
        treatments = tuple(medication.pk for medication in chosen)
    return {GRADE_CHANGES: changes, TREATMENTS: treatments}


def refuse_wrong_lists(event: AdverseEvent, lists: Lists, *, today: date) -> None:
    """Raises ValidationError where the changes of grade cannot be those of the event."""
    found = grade_lines_that_cannot_be(event.outline, lists[GRADE_CHANGES], today=today)
    if found:
        raise ValidationError({GRADE_CHANGES: [str(each) for each in found]})


def store_lists(event: AdverseEvent, lists: Lists, *, stored: Lists) -> None:
    """Make the rows of the event exactly these; the caller holds the transaction and signs for the writes."""
    if lists[GRADE_CHANGES] != stored[GRADE_CHANGES]:
        _store_changes(event, lists[GRADE_CHANGES])
    if lists[TREATMENTS] != stored[TREATMENTS]:
        _store_treatments(event, lists[TREATMENTS])


def _store_changes(event: AdverseEvent, lines: Iterable[tuple[date, int]]) -> None:
    left = {change.changed_on: change for change in event.grade_changes.all()}
    new, changed = [], []
    for day, grade in lines:
        change = left.pop(day, None)
        if change is None:
            new.append(GradeChange(event=event, changed_on=day, grade=grade))
        elif change.grade != grade:
            change.grade = grade
            changed.append(change)
    GradeChange.objects.filter(pk__in=[change.pk for change in left.values()]).delete()
    GradeChange.objects.bulk_update(changed, ["grade"])
    GradeChange.objects.bulk_create(new)


def _store_treatments(event: AdverseEvent, keys: tuple[int, ...]) -> None:
    rows = EventTreatment.objects.filter(event=event)
    rows.exclude(medication__in=keys).delete()
    known = set(rows.values_list("medication_id", flat=True))
    EventTreatment.objects.bulk_create(
        EventTreatment(event=event, medication_id=key) for key in keys if key not in known
    )
