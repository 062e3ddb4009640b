"""Recording and correcting concomitant medication."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from clinical.partial_days import earliest, is_after, latest
from patients.models import Subject
from patients.policies import may_receive_data
from patients.services.locks import locked_subject
from safety.medication_layout import ENTERED, stored
from safety.models import ConcomitantMedication

_WORKED_OUT = ("started_on", "ended_on")


class MedicationChangedMeanwhile(Exception):
    """Somebody else saved the medication after it was read; `medication` is as it is stored now."""

    def __init__(self, medication: ConcomitantMedication) -> None:
        super().__init__(f"{medication} is at version {medication.version}")
        self.medication = medication


@transaction.atomic
def record_medication(*, subject: Subject, fields: Mapping[str, Any], by: User) -> ConcomitantMedication:
    """A new medication with the subject's next number; `fields` are values by field name (`medication_layout.ENTERED`).

    Raises NotAllowedNow without a consent, ValidationError by field when a value is missing or impossible: a day in the
    future, an end that is certainly before the start. It may have begun before the consent. Numbers are given without
    gaps: the subject's row is locked until the transaction ends.
    """
    subject = locked_subject(subject.pk)
    may_receive_data(subject)
    medication = ConcomitantMedication(subject=subject, number=_next_number(subject))
    _enter(medication, fields)
    with acting(by=by):
        medication.save(force_insert=True)
    return medication


@transaction.atomic
def correct_medication(
    *, medication: ConcomitantMedication, fields: Mapping[str, Any], reason: str, seen_version: int, by: User
) -> ConcomitantMedication:
    """Store the values that differ from the stored ones, for a reason; values not named in `fields` stay.

    Raises NotAllowedNow once the use of the data is withdrawn, MedicationChangedMeanwhile when the medication is no
    longer at `seen_version`, and ValidationError without a reason, without a change, or when a value is impossible.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the medication is corrected; the reason is kept with the change.")})
    medication = (
        ConcomitantMedication.objects.select_for_update(of=("self",))
        .select_related("subject__site__trial", "subject__protocol_version")
        .defer("subject__protocol_version__files")
        .get(pk=medication.pk)
    )
    may_receive_data(medication.subject)
    if medication.version != seen_version:
        raise MedicationChangedMeanwhile(medication)
    before = stored(medication)
    _enter(medication, fields)
    changed = [name for name, value in stored(medication).items() if value != before[name]]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    medication.version += 1
    with acting(by=by, reason=reason):
        medication.save(update_fields=[*changed, *_WORKED_OUT, "version"])
    return medication


def _next_number(subject: Subject) -> int:
    last = ConcomitantMedication.objects.filter(subject=subject).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _enter(medication: ConcomitantMedication, fields: Mapping[str, Any]) -> None:
    unknown = fields.keys() - set(ENTERED)
    if unknown:
        raise TypeError(f"not a field of a medication that is entered: {', '.join(sorted(unknown))}")
    days = medication.started, medication.ended
    for name, value in fields.items():
        setattr(medication, name, value)
    medication.clean_fields(exclude=_WORKED_OUT)
    today = medication.subject.site.today()
    errors = _impossible_days(medication, today)
    if errors:
        raise ValidationError(errors)
    if days != (medication.started, medication.ended):
        # Known to be over on the day of the entry: a correction of other values later on does not unlearn that.
        _work_out_days(medication, today)
    medication.full_clean()


def _impossible_days(medication: ConcomitantMedication, today: date) -> dict[str, str]:
    if not medication.started:
        return {"started": _("Enter the day on which it was begun, or the month or year if no more is known.")}
    errors = {}
    for field in ("started", "ended"):
        text = getattr(medication, field)
        if text and earliest(text) > today:
            errors[field] = _("This is in the future. Enter a day not after %(today)s.") % {"today": today}
    if not errors and medication.ended and is_after(medication.started, medication.ended):
        errors["ended"] = _("The end is before the beginning; one of the two days is wrong.")
    return errors


def _work_out_days(medication: ConcomitantMedication, today: date) -> None:
    """The first day that it can have begun, and the last that it can have ended, but none after today."""
    medication.started_on = earliest(medication.started)
    medication.ended_on = min(latest(medication.ended), today) if medication.ended else None
