"""Screening a person once more: another attempt, with a number and a consent of its own."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from patients.models import Subject
from patients.policies import day_of_the_end, may_be_screened_again
from patients.services.locks import locked_subject
from patients.services.planning import consent_day
from patients.services.registration import Identity, register_subject


@transaction.atomic
def screen_again(*, subject: Subject, signed_on: date, sheet_version: str, language: str, by: User) -> Subject:
    """A new screening attempt of the same person: new number, new consent, visits of the newest protocol version.

    The earlier attempt stays as it is; contact details are taken over. Raises NotAllowedNow unless the earlier
    screening has ended, ValidationError when the consent is earlier than the end of it or a field breaks a rule.
    """
    earlier = locked_subject(subject.pk)
    may_be_screened_again(earlier)
    _refuse_early_consent(earlier, signed_on)
    kept = earlier.identity
    identity = Identity(kept.initials, phone=kept.phone, email=kept.email, contact_note=kept.contact_note)
    again = register_subject(
        site=earlier.site, identity=identity, signed_on=signed_on, sheet_version=sheet_version, language=language, by=by
    )
    again.previous_attempt, again.attempt = earlier, earlier.attempt + 1
    with acting(by=by, reason=f"Screened again after {earlier.number}"):
        again.save(update_fields=["previous_attempt", "attempt"])
    return again


def _refuse_early_consent(earlier: Subject, signed_on: date) -> None:
    ended_on = day_of_the_end(earlier) or consent_day(earlier)
    if signed_on < ended_on:
        raise ValidationError(
            {"signed_on": _("The earlier screening ended on %(day)s; the new consent follows it.") % {"day": ended_on}}
        )
