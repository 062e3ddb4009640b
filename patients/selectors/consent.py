"""Reads of consent: what was signed, what is to be signed again, what was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Count, DateField, Exists, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from patients.models import ConsentWithdrawal, InformedConsent, Subject, Visit, VisitOutcome, WithdrawalScope
from patients.policies import ENDED
from patients.selectors.days import site_today
from trials.models import InformationSheet, Trial
from trials.selectors import sheets_of

Row = TypeVar("Row", bound=Model)

BEFORE_ALL_SHEETS = date(1900, 1, 1)


def sheets_with_signatures(trial: Trial) -> QuerySet[InformationSheet]:
    """The trial's sheets, newest first, each with how many subjects signed it (`signatures`): one statement."""
    signed = InformedConsent.objects.filter(subject__site__trial=OuterRef("trial"), sheet_version=OuterRef("version"))
    count = signed.order_by().values("sheet_version").annotate(n=Count("pk")).values("n")
    return sheets_of(trial).annotate(signatures=Coalesce(Subquery(count, output_field=IntegerField()), 0))


def sheets_to_sign(trial: Trial, today: date, *, subject: Subject | None = None) -> list[InformationSheet]:
    """The sheets that a signature up to today may stand under, newest first, without those the subject has signed."""
    sheets = sheets_of(trial).filter(valid_from__lte=today)
    if subject is not None:
        sheets = sheets.exclude(version__in=InformedConsent.objects.filter(subject=subject).values("sheet_version"))
    return list(sheets)


def consents_signed(subject: Subject) -> list[InformedConsent]:
    """The subject's consents, oldest first, with who obtained them."""
    return list(subject.consents.select_related("obtained_by").order_by("signed_on", "pk"))


def consent_of(subject: Subject, pk: int) -> InformedConsent | None:
    """One consent of the subject, or None."""
    consent = subject.consents.filter(pk=pk).first()
    if consent is not None:
        consent.subject = subject
    return consent


def withdrawals_of(subject: Subject) -> list[ConsentWithdrawal]:
    """What the subject has withdrawn from, in order."""
    return list(subject.withdrawals.select_related("recorded_by").order_by("pk"))


def treatment_withdrawn_on(subject: Subject) -> date | None:
    """The day from which, itself excluded, no treatment is given any more; None while the subject has not withdrawn."""
    return subject.withdrawals.order_by("withdrawn_on").values_list("withdrawn_on", flat=True).first()


def data_may_be_used(rows: QuerySet[Row], *, subject: str = "pk") -> QuerySet[Row]:
    """The rows without those of subjects who withdrew the use of their data; `subject` is the look-up to the subject's
    primary key, as in `visit__subject`."""
    withdrawn = ConsentWithdrawal.objects.filter(subject=OuterRef(subject), scope=WithdrawalScope.DATA_USE)
    return rows.filter(~Exists(withdrawn))


def subjects_without_data_use(trial: Trial) -> set[int]:
    """Primary keys of the trial's subjects who withdrew the use of their data, and of their earlier screening attempts:
    two statements. A later attempt stands on a consent of its own."""
    subjects = Subject.objects.filter(site__trial=trial)
    earlier = dict(subjects.exclude(previous_attempt=None).values_list("pk", "previous_attempt_id"))
    scope = ConsentWithdrawal.objects.filter(subject__in=subjects, scope=WithdrawalScope.DATA_USE)
    found: set[int] = set()
    for pk in scope.values_list("subject_id", flat=True):
        each: int | None = pk
        while each is not None:
            found.add(each)
            each = earlier.get(each)
    return found


@dataclass(frozen=True)
class ConsentStanding:
    """Where a subject's consent stands on a day: the version to be signed again, the scope withdrawn from; or empty."""

    due: str
    withdrawn: str


def consent_standing(subject: Subject, today: date) -> ConsentStanding:
    """One statement; see `consent_due` for what is due."""
    withdrawals = ConsentWithdrawal.objects.filter(subject=OuterRef("pk")).order_by("-pk")
    rows = _with_due_sheet(Subject.objects.filter(pk=subject.pk), Value(today, output_field=DateField()))
    row = rows.annotate(withdrawn=Subquery(withdrawals.values("scope")[:1])).values("status", "due", "withdrawn").get()
    return ConsentStanding("" if row["status"] in ENDED else row["due"] or "", row["withdrawn"] or "")


def consent_due(subject: Subject, today: date) -> str:
    """The version of the information sheet that the subject has to sign again, empty when there is none.

    Due is the newest sheet that must be signed again and is valid today, when it took effect after every sheet that
    the subject has signed. Nothing is due after the end of participation.
    """
    return consent_standing(subject, today).due


def subjects_to_consent_again(user: User, trial: Trial, now: datetime | None = None) -> QuerySet[Subject]:
    """Subjects of the user's sites whose re-consent is due, with the version as `due`: one statement."""
    mine = Subject.objects.visible_to(user, Permission.REGISTER_SUBJECTS).filter(site__trial=trial)
    return _due_again(mine, now).select_related("site__trial").order_by("number")


def all_to_consent_again(now: datetime) -> QuerySet[Subject]:
    """The same over all trials, for background work only; `due_from` is the day from which the version is valid."""
    return _due_again(Subject.objects.all(), now)


def _due_again(subjects: QuerySet[Any], now: datetime | None) -> QuerySet[Any]:
    rows = _with_due_sheet(subjects.exclude(status__in=ENDED), site_today("site__time_zone", now))
    return rows.filter(due__isnull=False).order_by()


def _with_due_sheet(subjects: QuerySet[Any], today: Any) -> QuerySet[Any]:
    signed = InformedConsent.objects.filter(subject=OuterRef(OuterRef("pk"))).values("sheet_version")
    sheets = InformationSheet.objects.filter(trial=OuterRef("site__trial")).order_by("-valid_from", "-pk")
    asked = sheets.filter(
        Q(valid_until=None) | Q(valid_until__gte=OuterRef("day_at_site")),
        must_be_signed_again=True,
        valid_from__lte=OuterRef("day_at_site"),
        valid_from__gt=OuterRef("newest_signed"),
    )
    newest = Subquery(sheets.filter(version__in=signed).values("valid_from")[:1])
    return subjects.annotate(
        day_at_site=today,
        newest_signed=Coalesce(newest, Value(BEFORE_ALL_SHEETS, output_field=DateField())),
        due=Subquery(asked.values("version")[:1]),
        due_from=Subquery(asked.values("valid_from")[:1]),
    )


def visits_without_consent(subject: Subject) -> set[int]:
    """Primary keys of the visits that took place while a sheet had to be signed again and was not: three statements.

    That is, on a day on which such a sheet was valid and no sheet that took effect with it or after it had been signed
    (a signature on the day of the visit counts).
    """
    sheets = list(sheets_of(subject.site.trial))
    effective = {sheet.version: sheet.valid_from for sheet in sheets}
    signed = [
        (consent.signed_on, effective.get(consent.sheet_version, BEFORE_ALL_SHEETS))
        for consent in subject.consents.all()
    ]
    done = Visit.objects.filter(subject=subject, outcome=VisitOutcome.DONE).values_list("pk", "occurred_on")
    asked = [sheet for sheet in sheets if sheet.must_be_signed_again]
    return {pk for pk, day in done if _lacks_consent(day, asked, signed)}


def _lacks_consent(day: date, asked: Sequence[InformationSheet], signed: Sequence[tuple[date, date]]) -> bool:
    covered = max((effective for signed_on, effective in signed if signed_on <= day), default=BEFORE_ALL_SHEETS)
    return any(sheet.is_valid_on(day) and sheet.valid_from > covered for sheet in asked)
