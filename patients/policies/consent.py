"""What consent allows, and its withdrawal forbids."""

from datetime import date

from django.db.models import Exists, Min, OuterRef
from django.utils.translation import gettext as _

from patients.models import (
    ConsentWithdrawal,
    InformedConsent,
    Subject,
    SubjectStatus,
    WithdrawalScope,
)
from patients.policies.participation import ENDED
from trials.policies import NotAllowedNow


def may_receive_data(subject: Subject) -> None:
    """Data are entered and corrected only under a consent, and while their use has not been withdrawn."""
    own = {"subject": OuterRef("pk")}
    withdrawn = ConsentWithdrawal.objects.filter(**own, scope=WithdrawalScope.DATA_USE)
    has_consent, is_withdrawn = (
        Subject.objects.filter(pk=subject.pk)
        .values_list(Exists(InformedConsent.objects.filter(**own)), Exists(withdrawn))
        .get()
    )
    if not has_consent:
        raise NotAllowedNow(_("No consent is recorded for %(number)s; record it first.") % {"number": subject.number})
    if is_withdrawn:
        raise NotAllowedNow(
            _("%(number)s has withdrawn the use of the data: nothing more may be entered or corrected.")
            % {"number": subject.number}
        )


def treatment_may_be_given(subject: Subject, day: date) -> None:
    """No treatment after the day on which the subject withdrew from it (treated earlier on that day is possible)."""
    first = subject.withdrawals.aggregate(day=Min("withdrawn_on"))["day"]
    if first is not None and day > first:
        raise NotAllowedNow(
            _("%(number)s withdrew from treatment on %(day)s; no treatment is recorded for a later day.")
            % {"number": subject.number, "day": first}
        )


def consent_may_be_signed_again(subject: Subject) -> None:
    """A further version of the information sheet is signed while the subject takes part."""
    may_receive_data(subject)
    if subject.status in ENDED:
        raise NotAllowedNow(
            _("Participation of %(number)s has ended; nothing more is signed.") % {"number": subject.number}
        )


def may_withdraw(subject: Subject, scope: str, already: str) -> None:
    """Each withdrawal goes further than the one before (`already`, empty when there is none); from treatment alone
    only once it has begun, and from follow-up only while the subject takes part."""
    scopes = ["", *WithdrawalScope.values]
    if scopes.index(scope) <= scopes.index(already):
        raise NotAllowedNow(
            _("%(number)s has withdrawn from “%(scope)s” already.")
            % {"number": subject.number, "scope": WithdrawalScope(already).label}
        )
    if scope == WithdrawalScope.DATA_USE:
        return
    if subject.status in ENDED:
        raise NotAllowedNow(
            _("Participation of %(number)s has ended; only the use of the data can still be withdrawn.")
            % {"number": subject.number}
        )
    if scope != WithdrawalScope.TREATMENT:
        return
    if subject.first_treatment_on is None:
        raise NotAllowedNow(
            _("%(number)s has not been treated yet; record a withdrawal from treatment and follow-up instead.")
            % {"number": subject.number}
        )
    if subject.status == SubjectStatus.FOLLOW_UP:
        raise NotAllowedNow(
            _("Treatment of %(number)s is over; there is no treatment left to withdraw from.")
            % {"number": subject.number}
        )
