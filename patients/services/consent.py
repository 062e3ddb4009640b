"""Consent after registration: signing a further sheet, correcting what was recorded, withdrawing."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from patients.models import ConsentWithdrawal, InformedConsent, Subject, SubjectStatus, WithdrawalScope
from patients.policies import (
    ENDED,
    consent_may_be_signed_again,
    day_is_possible,
    may_receive_data,
    may_withdraw,
    no_visit_took_place_after,
)
from patients.services.changes import reminders_may_change
from patients.services.deviations import notice_deviations
from patients.services.eligibility import cancel_open_visits, review_decision
from patients.services.locks import locked_subject
from patients.services.planning import consent_day, plan
from trials.models import InformationSheet, Trial
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of, sheets_valid_on


def offered_sheet(trial: Trial, *, version: str, language: str, day: date) -> InformationSheet:
    """The sheet of this version, if it may be signed in this language on this day; locked until the transaction ends.

    Raises ValidationError (`sheet_version` or `language`) that says which sheets, or languages, there are.
    """
    valid = list(sheets_valid_on(trial, day).select_related(None).select_for_update(no_key=True))
    sheet = next((sheet for sheet in valid if sheet.version == version), None)
    if sheet is None:
        raise ValidationError({"sheet_version": _not_offered(version, day, [sheet.version for sheet in valid])})
    if language not in sheet.languages:
        message = _("Sheet %(version)s is not available in this language, but in: %(languages)s.")
        raise ValidationError(
            {"language": message % {"version": version, "languages": ", ".join(sheet.language_names)}}
        )
    return sheet


def _not_offered(version: str, day: date, valid: list[str]) -> str:
    if not valid:
        return _(
            "No information sheet is valid on %(day)s. An administrator of the trial adds one under Information sheets."
        ) % {"day": day}
    return _("Sheet “%(version)s” is not valid on %(day)s; valid then: %(valid)s.") % {
        "version": version,
        "day": day,
        "valid": ", ".join(valid),
    }


def refuse_future_signature(signed_on: date, today: date) -> None:
    """Raise ValidationError (`signed_on`) for a signature later than today at the site."""
    if signed_on > today:
        raise ValidationError({"signed_on": _("Consent cannot be signed in the future.")})


@transaction.atomic
def record_consent(
    *, subject: Subject, signed_on: date, sheet_version: str, language: str, by: User
) -> InformedConsent:
    """The subject has signed a further version of the information sheet.

    Raises ValidationError, by field, for a future day, a day before the first consent, a version that was signed
    already, and a version or language that is not offered on that day; NotAllowedNow when participation has ended.
    """
    subject = locked_subject(subject.pk)
    consent_may_be_signed_again(subject)
    refuse_future_signature(signed_on, subject.site.today())
    _refuse_before_first(signed_on, consent_day(subject))
    _refuse_signed_twice(subject, sheet_version)
    offered_sheet(subject.site.trial, version=sheet_version, language=language, day=signed_on)
    consent = InformedConsent(
        subject=subject, signed_on=signed_on, sheet_version=sheet_version, language=language, obtained_by=by
    )
    consent.full_clean()
    with acting(by=by, reason="Consent signed again"):
        consent.save(force_insert=True)
        reminders_may_change()
        notice_deviations(subject=subject, by=by)
    return consent


def _refuse_before_first(signed_on: date, first: date) -> None:
    if signed_on < first:
        message = _("This is before the first consent of %(first)s. If that day is wrong, correct that consent.")
        raise ValidationError({"signed_on": message % {"first": first}})


def _refuse_signed_twice(subject: Subject, sheet_version: str, *, but: int | None = None) -> None:
    signed = subject.consents.filter(sheet_version=sheet_version).exclude(pk=but).first()
    if signed is not None:
        message = _("%(number)s signed version %(version)s on %(day)s; correct that consent if something is wrong.")
        facts = {"number": subject.number, "version": sheet_version, "day": signed.signed_on}
        raise ValidationError({"sheet_version": message % facts})


@transaction.atomic
def correct_consent(
    *,
    consent: InformedConsent,
    seen_version: int,
    signed_on: date,
    sheet_version: str,
    language: str,
    reason: str,
    by: User,
) -> InformedConsent:
    """Change day, sheet or language of a consent, for a reason; open visits are planned again from the first consent.

    Raises ValidationError, by field, for what `record_consent` refuses, for a day after enrolment or after anything
    that was recorded under the consent, when somebody else has changed it since `seen_version`, when nothing differs,
    or when the reason is missing; NotAllowedNow once the use of the data is withdrawn.
    """
    subject = locked_subject(consent.subject_id)
    may_receive_data(subject)
    stored = InformedConsent.objects.get(pk=consent.pk)
    if stored.row_version != seen_version:
        raise ValidationError(_changed_meanwhile(stored))
    values = {"signed_on": signed_on, "sheet_version": sheet_version, "language": language}
    changed = [name for name, value in values.items() if getattr(stored, name) != value]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    refuse_future_signature(signed_on, subject.site.today())
    _refuse_day_out_of_order(signed_on, stored, subject)
    _refuse_signed_twice(subject, sheet_version, but=stored.pk)
    offered_sheet(subject.site.trial, version=sheet_version, language=language, day=signed_on)
    for name in changed:
        setattr(stored, name, values[name])
    stored.row_version += 1
    with acting(by=by, reason=stated(reason)):
        stored.save(update_fields=[*changed, "row_version"])
        reminders_may_change()
        if "signed_on" in changed:
            plan(subject)
            review_decision(subject)
        notice_deviations(subject=subject, by=by)
    return stored


def _changed_meanwhile(stored: InformedConsent) -> str:
    message = _(
        "Somebody else has changed this consent. Stored now: %(day)s, sheet %(version)s, %(language)s. Save again to"
        " replace it."
    )
    facts = {"day": stored.signed_on, "version": stored.sheet_version, "language": stored.get_language_display()}
    return message % facts


def _refuse_day_out_of_order(signed_on: date, stored: InformedConsent, subject: Subject) -> None:
    others = subject.consents.exclude(pk=stored.pk).aggregate(first=Min("signed_on"))["first"]
    if others is not None and (others, stored.pk) < (stored.signed_on, stored.pk):
        _refuse_before_first(signed_on, others)
        latest = {_("the end of participation"): subject.ended_on}
    else:
        latest = {_("a later consent"): others, **_first_days(subject)}
    for what, day in latest.items():
        if day is not None and signed_on > day:
            message = _("This is after %(what)s (%(day)s), which needs the consent.")
            raise ValidationError({"signed_on": message % {"what": what, "day": day}})


def _first_days(subject: Subject) -> dict[str, date | None]:
    """The earliest days of all that follows the first consent."""
    return {
        _("enrolment"): subject.enrolled_on,
        _("the first visit"): subject.visits.aggregate(first=Min("occurred_on"))["first"],
        _("the first result"): subject.findings.aggregate(first=Min("collected_on"))["first"],
        # Adverse events stand above this app; their relation is known here by its name only.
        _("the first adverse event"): subject.adverse_events.aggregate(first=Min("onset_on"))["first"],
        _("the withdrawal"): subject.withdrawals.aggregate(first=Min("withdrawn_on"))["first"],
        _("the end of participation"): subject.ended_on,
    }


@transaction.atomic
def withdraw_consent(
    *, subject: Subject, scope: str, withdrawn_on: date, reason: str = "", by: User
) -> ConsentWithdrawal:
    """The subject withdraws from treatment, from follow-up too, or from any further use of the data as well.

    From treatment: the subject goes into follow-up, visits stay as contacts, and treatment forms are closed for later
    days. From follow-up: participation ends on this day and open visits are cancelled. From the use of the data: as
    follow-up, and nothing may be entered, corrected or exported any more. A subject need not say why. Raises
    NotAllowedNow when this was withdrawn already or the record does not allow it, or for an impossible day.
    """
    subject = locked_subject(subject.pk)
    earlier = subject.withdrawals.order_by("-pk").first()
    may_withdraw(subject, scope, earlier.scope if earlier else "")
    day_is_possible(withdrawn_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    if earlier is not None and withdrawn_on < earlier.withdrawn_on:
        raise NotAllowedNow(
            _("%(day)s is before the earlier withdrawal of %(earlier)s.")
            % {"day": withdrawn_on, "earlier": earlier.withdrawn_on}
        )
    withdrawal = ConsentWithdrawal(
        subject=subject, scope=scope, withdrawn_on=withdrawn_on, reason=reason.strip(), recorded_by=by
    )
    withdrawal.full_clean()
    with acting(by=by, reason=": ".join(filter(None, [f"Consent withdrawn ({scope})", reason.strip()]))):
        withdrawal.save(force_insert=True)
        if scope == WithdrawalScope.TREATMENT:
            _end_treatment(subject, withdrawn_on)
        elif subject.status in ENDED:
            _refuse_before_the_end(withdrawn_on, subject)
        else:
            _end_participation(subject, withdrawn_on)
    return withdrawal


def _end_treatment(subject: Subject, day: date) -> None:
    forms = protocol_of(subject.protocol_version).treatment_forms
    later = subject.findings.filter(source_form__in=forms, visit__occurred_on__gt=day).order_by("visit__occurred_on")
    treated = later.values_list("visit__occurred_on", flat=True).first()
    if treated is not None or (subject.first_treatment_on is not None and day < subject.first_treatment_on):
        raise NotAllowedNow(
            _("%(day)s is before the treatment of %(treated)s, which has been recorded.")
            % {"day": day, "treated": treated or subject.first_treatment_on}
        )
    subject.status = SubjectStatus.FOLLOW_UP
    subject.save(update_fields=["status"])


def _end_participation(subject: Subject, day: date) -> None:
    no_visit_took_place_after(day, subject)
    subject.status, subject.ended_on = SubjectStatus.WITHDRAWN, day
    subject.save(update_fields=["status", "ended_on"])
    cancel_open_visits(subject)


def _refuse_before_the_end(day: date, subject: Subject) -> None:
    if subject.ended_on is not None and day < subject.ended_on:
        raise NotAllowedNow(
            _("%(day)s is before the end of participation on %(ended)s.") % {"day": day, "ended": subject.ended_on}
        )
