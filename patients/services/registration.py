"""Registering a subject: consent, number, contact details and the schedule, in one transaction."""

from dataclasses import dataclass, fields
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from patients.models import InformedConsent, Subject, SubjectIdentity, Visit
from patients.services.changes import reminders_may_change
from patients.services.consent import offered_sheet, refuse_future_signature
from patients.services.planning import plan
from trials.models import Site
from trials.selectors import newest_protocol, protocol_of


@dataclass(frozen=True)
class Identity:
    """Who a subject is, for the site only."""

    initials: str
    phone: str = ""
    email: str = ""
    contact_note: str = ""


@transaction.atomic
def register_subject(
    *, site: Site, identity: Identity, signed_on: date, sheet_version: str, language: str, by: User
) -> Subject:
    """A new subject in screening, with the next number of the site and the visits of the newest protocol version.

    Raises ValidationError when the consent lies in the future, when the sheet was not valid on that day or not offered
    in that language (the message says which are), or when a field breaks a rule. Numbers are given without gaps:
    the site's row is locked until the transaction ends.
    """
    refuse_future_signature(signed_on, site.today())
    offered_sheet(site.trial, version=sheet_version, language=language, day=signed_on)
    version = newest_protocol(site.trial)
    with acting(by=by, reason="Subject registered"):
        subject = Subject(site=site, number=_next_number(site), protocol_version=version)
        subject.full_clean()
        subject.save(force_insert=True)
        consent = InformedConsent(
            subject=subject, signed_on=signed_on, sheet_version=sheet_version, language=language, obtained_by=by
        )
        consent.full_clean()
        consent.save(force_insert=True)
        details = SubjectIdentity(subject=subject, **vars(identity))
        details.full_clean()
        details.save(force_insert=True)
        Visit.objects.bulk_create(_schedule(subject))
        reminders_may_change()
        plan(subject)
    return subject


def _schedule(subject: Subject) -> list[Visit]:
    protocol = protocol_of(subject.protocol_version)
    codes = [visit.code for visit in protocol.visits]
    anchor = codes.index(protocol.anchor)
    return [
        Visit(subject=subject, code=code, position=position, needs_enrolment=position >= anchor)
        for position, code in enumerate(codes)
    ]


def _next_number(site: Site) -> str:
    locked = Site.objects.select_for_update().get(pk=site.pk)
    locked.subjects_registered += 1
    locked.save(update_fields=["subjects_registered"])
    return f"{site.code}-{locked.subjects_registered:03d}"


@transaction.atomic
def correct_identity(*, identity: SubjectIdentity, seen_version: int, by: User, reason: str) -> None:
    """Store changed contact details; `seen_version` is the one they were opened at.

    Raises ValidationError when a field breaks a rule, or when somebody else has changed them since: nothing is
    overwritten unseen.
    """
    stored = SubjectIdentity.objects.select_for_update().get(pk=identity.pk)
    if stored.row_version != seen_version:
        values = [getattr(stored, field.name) for field in fields(Identity)]
        raise ValidationError(
            _("Somebody else has changed these details. Stored now: %(stored)s. Save again to replace them.")
            % {"stored": ", ".join(filter(None, values))}
        )
    identity.row_version = stored.row_version + 1
    identity.full_clean()
    with acting(by=by, reason=stated(reason)):
        identity.save()
