"""Recording and correcting adverse events."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from patients.models import Subject
from patients.policies import day_is_possible, may_receive_data
from patients.services.locks import locked_subject
from patients.services.planning import consent_day
from safety.event_days import work_out_days
from safety.layout import ENTERED, stored
from safety.models import AdverseEvent
from safety.services.cases import report_if_serious
from trials.policies import NotAllowedNow


class ChangedMeanwhile(Exception):
    """Somebody else saved the event after it was read; `event` is as it is stored now."""

    def __init__(self, event: AdverseEvent) -> None:
        super().__init__(f"{event} is at version {event.version}")
        self.event = event


@transaction.atomic
def record_adverse_event(*, subject: Subject, fields: Mapping[str, Any], by: User) -> AdverseEvent:
    """A new event with the subject's next number; `fields` are values by field name (`layout.ENTERED`).

    Raises NotAllowedNow without a consent, ValidationError by field when a value is missing, impossible or contradicts
    another. Numbers are given without gaps: the subject's row is locked until the transaction ends.
    """
    subject = locked_subject(subject.pk)
    may_receive_data(subject)
    event = AdverseEvent(subject=subject, number=_next_number(subject))
    _enter(event, fields)
    with acting(by=by):
        event.save(force_insert=True)
    report_if_serious(event, by=by)
    return event


@transaction.atomic
def correct_adverse_event(
    *, event: AdverseEvent, fields: Mapping[str, Any], reason: str, seen_version: int, by: User
) -> AdverseEvent:
    """Store the values that differ from the stored ones, for a reason; values not named in `fields` stay.

    Raises NotAllowedNow once the use of the data is withdrawn, ChangedMeanwhile when the event is no longer at
    `seen_version`, and ValidationError without a reason, without a change, or when a value is impossible or contradicts
    another.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the event is corrected; the reason is kept with the change.")})
    event = (
        AdverseEvent.objects.select_for_update(of=("self",))
        .select_related("subject__site__trial", "subject__protocol_version")
        .get(pk=event.pk)
    )
    may_receive_data(event.subject)
    if event.version != seen_version:
        raise ChangedMeanwhile(event)
    before = stored(event)
    _enter(event, fields)
    changed = [name for name, value in stored(event).items() if value != before[name]]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    event.version += 1
    with acting(by=by, reason=reason):
        event.save(update_fields=[*changed, "onset_on", "ended_on", "version"])
    report_if_serious(event, by=by)
    return event


def _next_number(subject: Subject) -> int:
    last = AdverseEvent.objects.filter(subject=subject).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _enter(event: AdverseEvent, fields: Mapping[str, Any]) -> None:
    unknown = fields.keys() - set(ENTERED)
    if unknown:
        raise TypeError(f"not a field of an adverse event that is entered: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(event, name, value)
    event.clean_fields(exclude=["onset_on", "ended_on"])
    work_out_days(event, consent_on=consent_day(event.subject), today=event.subject.site.today())
    event.full_clean()
    errors = _impossible_days(event) | _wrong_visit(event)
    if errors:
        raise ValidationError(errors)


def _impossible_days(event: AdverseEvent) -> dict[str, str]:
    subject = event.subject
    today, consent_on = subject.site.today(), consent_day(subject)
    days: dict[str, date | None] = {
        "onset": event.onset_on,
        "ended": event.ended_on,
        "admitted_on": event.admitted_on,
        "discharged_on": event.discharged_on,
    }
    errors = {}
    for field, day in days.items():
        if day is None:
            continue
        try:
            day_is_possible(day, subject=subject, today=today, consent_on=consent_on)
        except NotAllowedNow as refusal:
            advice = _("Enter a day from %(first)s to %(last)s.") % {"first": consent_on, "last": today}
            errors[field] = f"{refusal} {advice}"
    return errors


def _wrong_visit(event: AdverseEvent) -> dict[str, str]:
    visit = event.visit
    if visit is None:
        return {}
    if visit.subject_id != event.subject_id:
        return {"visit": _("This visit belongs to another subject.")}
    if visit.occurred_on is None:
        return {"visit": _("This visit has not taken place, so nothing can have followed it.")}
    if event.onset_on < visit.occurred_on:
        return {"visit": _("The event began before this visit; choose an earlier visit or none.")}
    return {}
