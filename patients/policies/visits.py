"""Which visit may take place, and on which day."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from patients.models import (
    Subject,
    SubjectStatus,
    Visit,
    VisitKind,
    VisitOutcome,
    WithdrawalScope,
)
from patients.policies.participation import BEFORE_ENROLMENT, ENDED
from protocols.schema import Protocol
from trials.policies import NotAllowedNow

EARLY_TERMINATION_DAYS = 28
"""Days after the end of participation on which its early termination visit may still take place (default)."""


def visit_may_take_place(visit: Visit, protocol: Protocol) -> None:
    """Order of a trial: screening, enrolment, first infusion, then the rest (21 CFR 11.10(f), operational checks)."""
    subject = visit.subject
    if visit.outcome:
        raise NotAllowedNow(
            _("This visit is already recorded as “%(outcome)s”.") % {"outcome": visit.get_outcome_display()}
        )
    if subject.status in ENDED:
        raise NotAllowedNow(
            _("%(number)s is “%(status)s”: no further visits take place.")
            % {"number": subject.number, "status": subject.get_status_display()}
        )
    if not visit.needs_enrolment:
        return
    if subject.status in BEFORE_ENROLMENT:
        raise NotAllowedNow(_("The subject must be enrolled before this visit."))
    if visit.code != protocol.anchor and subject.first_treatment_on is None:
        raise NotAllowedNow(_("The first infusion has not been recorded yet; the later visits are planned from it."))


def visit_may_be_opened_again(visit: Visit) -> None:
    """A visit that was recorded as missed by mistake, while the subject takes part under the same protocol version."""
    if visit.outcome != VisitOutcome.MISSED:
        raise NotAllowedNow(_("Only a visit that is recorded as missed can be opened again."))
    if visit.subject.status in ENDED:
        raise NotAllowedNow(
            _("Participation of %(number)s has ended; its visits stay as they are.") % {"number": visit.subject.number}
        )
    if visit.protocol_version_id is not None:
        raise NotAllowedNow(_("The visit belongs to the protocol version that the subject was moved away from."))


def early_termination_may_take_place(subject: Subject) -> None:
    """Once, for an enrolled subject who leaves or has left before completion, unless use of the data was withdrawn."""
    if subject.enrolled_on is None:
        raise NotAllowedNow(_("%(number)s was not enrolled; there is nothing to end early.") % {"number": subject})
    if subject.status == SubjectStatus.COMPLETED:
        raise NotAllowedNow(_("%(number)s has completed the trial; it did not end early.") % {"number": subject})
    if subject.visits.filter(kind=VisitKind.EARLY_TERMINATION).exists():
        raise NotAllowedNow(_("The early termination visit of %(number)s is recorded.") % {"number": subject})
    # Who withdraws use of the data leaves the trial with it.
    has_left = subject.status == SubjectStatus.WITHDRAWN
    if has_left and subject.withdrawals.filter(scope=WithdrawalScope.DATA_USE).exists():
        raise NotAllowedNow(
            _("%(number)s has withdrawn further use of the data; nothing more is recorded.") % {"number": subject}
        )


def day_is_possible(day: date, *, subject: Subject, today: date, consent_on: date) -> None:
    """Nothing is recorded for the future or for a day before consent (days at the site, both limits allowed)."""
    if day > today:
        raise NotAllowedNow(
            _("%(day)s is in the future (today at the site is %(today)s).") % {"day": day, "today": today}
        )
    if day < consent_on:
        raise NotAllowedNow(
            _("%(day)s is before the consent of %(consent)s; nothing may be recorded for a day before consent.")
            % {"day": day, "consent": consent_on}
        )


def day_is_in_order(day: date, visit: Visit, protocol: Protocol) -> None:
    """Screening takes place before enrolment, treatment and follow-up after it, no later visit of the schedule before
    the first infusion, and none but that of early termination after the end of participation (each time the day itself
    is allowed)."""
    subject = visit.subject
    _refuse_after_the_end(day, visit)
    if not visit.needs_enrolment:
        if subject.enrolled_on is not None and day > subject.enrolled_on:
            raise NotAllowedNow(
                _("%(day)s is after the enrolment of %(enrolled)s; this visit takes place before it.")
                % {"day": day, "enrolled": subject.enrolled_on}
            )
        return
    if subject.enrolled_on is not None and day < subject.enrolled_on:
        raise NotAllowedNow(
            _("%(day)s is before the enrolment of %(enrolled)s; this visit takes place after it.")
            % {"day": day, "enrolled": subject.enrolled_on}
        )
    if visit.kind != VisitKind.SCHEDULED:
        return
    is_later = visit.code != protocol.anchor
    if not is_later:
        later = subject.visits.filter(needs_enrolment=True, kind=VisitKind.SCHEDULED).exclude(pk=visit.pk)
        _refuse_unless_before(day, later.aggregate(first=Min("occurred_on"))["first"])
    if is_later and subject.first_treatment_on is not None and day < subject.first_treatment_on:
        raise NotAllowedNow(
            _("%(day)s is before the first infusion of %(first)s; this visit takes place after it.")
            % {"day": day, "first": subject.first_treatment_on}
        )


def day_of_the_end(subject: Subject) -> date | None:
    """The day on which participation ended, or on which the screening failed; None while neither has."""
    if subject.status != SubjectStatus.SCREEN_FAILURE:
        return subject.ended_on
    decision = subject.eligibility_decisions.last()
    return subject.site.today(decision.decided_at) if decision is not None else None


def _refuse_after_the_end(day: date, visit: Visit) -> None:
    ended_on = day_of_the_end(visit.subject)
    if ended_on is None:
        return
    is_termination = visit.kind == VisitKind.EARLY_TERMINATION
    if is_termination and day > ended_on + timedelta(days=EARLY_TERMINATION_DAYS):
        raise NotAllowedNow(
            _("%(day)s is more than %(days)s days after the end of participation on %(ended)s.")
            % {"day": day, "days": EARLY_TERMINATION_DAYS, "ended": ended_on}
        )
    if not is_termination and day > ended_on:
        raise NotAllowedNow(
            _("%(day)s is after the end of participation on %(ended)s.") % {"day": day, "ended": ended_on}
        )


def _refuse_unless_before(day: date, first_later_visit_on: date | None) -> None:
    if first_later_visit_on is not None and day > first_later_visit_on:
        raise NotAllowedNow(
            _("%(day)s is after the visit of %(visit)s, which takes place after this one.")
            % {"day": day, "visit": first_later_visit_on}
        )


def no_visit_took_place_after(day: date, subject: Subject) -> None:
    """Enrolment follows the screening visits, and nothing follows the end of participation (the day itself is
    allowed)."""
    last = subject.visits.aggregate(last=Max("occurred_on"))["last"]
    if last is not None and day < last:
        raise NotAllowedNow(
            _("%(day)s is before the visit of %(visit)s, which has taken place.") % {"day": day, "visit": last}
        )


def not_in_the_future(day: date, *, today: date, field: str) -> None:
    """Raises ValidationError for the field; today at the site is allowed."""
    if day > today:
        raise ValidationError(
            {field: _("%(day)s is in the future (today at the site is %(today)s).") % {"day": day, "today": today}}
        )
