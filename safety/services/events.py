"""Recording and correcting adverse events."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from clinical.partial_days import latest
from patients.models import Subject
from patients.policies import day_is_possible, may_receive_data
from patients.services.locks import locked_subject
from patients.services.planning import consent_day
from safety.event_days import onset_moment, work_out_days
from safety.layout import ENTERED, GRADE_CHANGES, LISTS, TREATMENTS, stored, stored_lists
from safety.models import AdverseEvent, SeriousCase
from safety.selectors.causes import possible_causes
from safety.services.cases import report_if_serious
from safety.services.event_lists import Lists, entered_lists, refuse_wrong_lists, store_lists
from safety.services.suggestions import take_up
from safety.terms import RELATION_OF
from trials.policies import NotAllowedNow

NO_LISTS: Lists = {GRADE_CHANGES: (), TREATMENTS: ()}


class ChangedMeanwhile(Exception):
    """Somebody else saved the event after it was read; `event` is as it is stored now."""

    def __init__(self, event: AdverseEvent) -> None:
        super().__init__(f"{event} is at version {event.version}")
        self.event = event


@transaction.atomic
def record_adverse_event(
    *, subject: Subject, fields: Mapping[str, Any], by: User, suggestion: str = ""
) -> AdverseEvent:
    """A new event with the subject's next number; `fields` are values by field name (`layout.ENTERED`), changes of
    grade as pairs of day and grade, and medications (`layout.LISTS`). A serious event is known since now unless said
    otherwise. `suggestion` is the source of the suggestion that the event takes up.

    Raises NotAllowedNow without a consent, ValidationError by field when a value is missing, impossible or contradicts
    another, and when the suggestion does not stand any more. Numbers are given without gaps: the subject's row is
    locked until the transaction ends.
    """
    subject = locked_subject(subject.pk)
    may_receive_data(subject)
    event = AdverseEvent(subject=subject, number=_next_number(subject))
    lists = _enter(event, fields, stored_now=NO_LISTS)
    with acting(by=by):
        event.save(force_insert=True)
        store_lists(event, lists, stored=NO_LISTS)
        if suggestion:
            take_up(subject=subject, source=suggestion, event=event)
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
    # Subject, case, event: everybody who writes waits for them in this order.
    subject = locked_subject(event.subject_id)
    SeriousCase.objects.select_for_update(of=("self",)).filter(event=event.pk).first()
    event = AdverseEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    event.subject = subject
    may_receive_data(subject)
    if event.version != seen_version:
        raise ChangedMeanwhile(event)
    before, lists_before = stored(event), stored_lists(event)
    lists = _enter(event, fields, stored_now=lists_before)
    changed = [name for name, value in stored(event).items() if value != before[name]]
    if not changed and lists == lists_before:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    event.version += 1
    with acting(by=by, reason=reason):
        event.save(update_fields=[*changed, "onset_on", "ended_on", "version"])
        store_lists(event, lists, stored=lists_before)
    report_if_serious(event, by=by)
    return event


def _next_number(subject: Subject) -> int:
    last = AdverseEvent.objects.filter(subject=subject).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _enter(event: AdverseEvent, fields: Mapping[str, Any], *, stored_now: Lists) -> Lists:
    """Put the values into the event and check them all; the lists as they are to be stored with it."""
    unknown = fields.keys() - {*ENTERED, *LISTS}
    if unknown:
        raise TypeError(f"not a field of an adverse event that is entered: {', '.join(sorted(unknown))}")
    before = stored(event)
    for name, value in fields.items():
        if name not in LISTS:
            setattr(event, name, value)
    if "serious_known_at" not in fields:
        _know_since_now(event, was_serious=before["is_serious"])
    event.clean_fields(exclude=["onset_on", "ended_on"])
    if not event.onset:
        raise ValidationError({"onset": _("Enter the day on which the event began, as far as it is known.")})
    today, consent_on = event.subject.site.today(), consent_day(event.subject)
    work_out_days(event, consent_on=consent_on, today=today)
    impossible = (
        _impossible_days(event, today=today, consent_on=consent_on)
        | _impossible_moments(event)
        | _wrong_visit(event)
        | _impossible_causes(event, before)
    )
    _refuse_together(event, impossible)
    event.full_clean()
    lists = entered_lists(event, fields, stored_now)
    refuse_wrong_lists(event, lists, today=today)
    return lists


def _refuse_together(event: AdverseEvent, impossible: Mapping[str, str]) -> None:
    """Say at once what cannot be and what contradicts itself, in words, before the database's own rules are asked."""
    errors = {field: [ValidationError(message)] for field, message in impossible.items()}
    try:
        event.clean()
    except ValidationError as contradictions:
        contradictions.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _know_since_now(event: AdverseEvent, *, was_serious: bool | None) -> None:
    if not event.is_serious:
        event.serious_known_at = None
    elif not was_serious:
        event.serious_known_at = timezone.now().replace(second=0, microsecond=0)


def _impossible_days(event: AdverseEvent, *, today: date, consent_on: date) -> dict[str, str]:
    errors = {}
    for field, day in (("onset", event.onset_on), ("ended", event.ended_on)):
        if day is None:
            continue
        try:
            day_is_possible(day, subject=event.subject, today=today, consent_on=consent_on)
        except NotAllowedNow as refusal:
            advice = _("Enter a day from %(first)s to %(last)s.") % {"first": consent_on, "last": today}
            errors[field] = f"{refusal} {advice}"
    # A stay that the event prolonged may have begun before the consent.
    for field, day in (("admitted_on", event.admitted_on), ("discharged_on", event.discharged_on)):
        if day is not None and day > today:
            errors[field] = _("This day is in the future (today at the site is %(today)s).") % {"today": today}
    return errors


def _impossible_moments(event: AdverseEvent) -> dict[str, str]:
    now, zone = timezone.now(), event.subject.site.zone
    errors = {}
    onset = onset_moment(event)
    if onset is not None and onset > now:
        errors["onset_time"] = _("This moment is in the future.")
    known = event.serious_known_at
    if known is not None and known > now:
        errors["serious_known_at"] = _("This moment is in the future.")
    elif known is not None and (known < onset if onset else timezone.localtime(known, zone).date() < event.onset_on):
        errors["serious_known_at"] = _("This moment is before the event began.")
    return errors


def _wrong_visit(event: AdverseEvent) -> dict[str, str]:
    visit = event.visit
    if visit is None:
        return {}
    if visit.subject_id != event.subject_id:
        return {"visit": _("This visit belongs to another subject.")}
    if visit.occurred_on is None:
        return {"visit": _("This visit has not taken place, so nothing can have followed it.")}
    if latest(event.onset) < visit.occurred_on:
        return {"visit": _("The event began before this visit; choose an earlier visit or none.")}
    return {}


def _impossible_causes(event: AdverseEvent, before: Mapping[str, Any]) -> dict[str, str]:
    named = {cause: name for cause, name in RELATION_OF.items() if getattr(event, name) not in ("", before[name])}
    if not named:
        return {}
    possible = possible_causes(event.subject)
    message = _("The subject cannot have been exposed to this.")
    return {name: message for cause, name in named.items() if cause not in possible}
