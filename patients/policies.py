"""When something may happen to a subject. Each rule raises NotAllowedNow with the step that comes first."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Exists, Max, Min, OuterRef
from django.utils.translation import gettext as _

from patients.models import (
    AllocationList,
    ConsentWithdrawal,
    EligibilityDecision,
    InformedConsent,
    Subject,
    SubjectStatus,
    Visit,
    VisitKind,
    VisitOutcome,
    WithdrawalScope,
)
from patients.models.subject import TRANSITIONS
from protocols.schema import Arm, Protocol
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of

ENDED = frozenset({SubjectStatus.SCREEN_FAILURE, SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN})
BEFORE_ENROLMENT = frozenset({SubjectStatus.SCREENING, SubjectStatus.ELIGIBLE})

EARLY_TERMINATION_DAYS = 28
"""Days after the end of participation on which its early termination visit may still take place (default)."""


def status_may_become(subject: Subject, status: str) -> None:
    """The workflow of a subject (`TRANSITIONS`)."""
    if status not in TRANSITIONS[subject.status]:
        raise NotAllowedNow(
            _("%(number)s is “%(now)s” and cannot become “%(then)s”.")
            % {"number": subject.number, "now": subject.get_status_display(), "then": SubjectStatus(status).label}
        )


def eligibility_is_open(subject: Subject, decision: EligibilityDecision | None) -> None:
    """Criteria are answered and eligibility is decided during screening, and again when a fact has changed since.

    `decision` is the newest one. After a screen failure, or the end of participation, nothing is decided any more.
    """
    if subject.status == SubjectStatus.SCREENING:
        return
    is_to_be_reviewed = decision is not None and decision.stale_since is not None
    if not is_to_be_reviewed or subject.status in ENDED:
        raise NotAllowedNow(
            _("Eligibility of %(number)s has been decided; its criteria can no longer be answered.")
            % {"number": subject.number}
        )


def may_be_screened_again(subject: Subject) -> None:
    """A person whose screening failed, or who left before enrolment, may be screened once more."""
    left_early = subject.status == SubjectStatus.WITHDRAWN and subject.enrolled_on is None
    if subject.status != SubjectStatus.SCREEN_FAILURE and not left_early:
        raise NotAllowedNow(
            _("%(number)s is “%(status)s”; only after a screen failure is a person screened again.")
            % {"number": subject.number, "status": subject.get_status_display()}
        )
    later = Subject.objects.filter(previous_attempt=subject).first()
    if later is not None:
        raise NotAllowedNow(
            _("%(number)s has been screened again already, as %(later)s.")
            % {"number": subject.number, "later": later.number}
        )


def may_enrol(subject: Subject) -> None:
    """A subject is enrolled after an investigator has decided that all criteria are satisfied."""
    if subject.status == SubjectStatus.SCREENING:
        raise NotAllowedNow(_("An investigator must decide eligibility before the subject can be enrolled."))
    status_may_become(subject, SubjectStatus.ENROLLED)


def a_place_can_be_given(subject: Subject) -> None:
    """A subject of a protocol that randomises is enrolled when the random list is there and gives its arms."""
    protocol = protocol_of(subject.protocol_version)
    if protocol.allocation is None:
        return
    shares = AllocationList.objects.filter(trial=subject.site.trial_id).values_list("shares", flat=True).first()
    if shares is None:
        raise NotAllowedNow(_("The statistician must make the random allocation list before anybody is enrolled."))
    # All arms of the list are compared, not that of the next place: the answer must not tell it.
    if not set(shares) <= {arm.code for arm in protocol.arms}:
        raise NotAllowedNow(
            _("The random list gives arms that protocol version %(version)s does not have; ask the statistician.")
            % {"version": protocol.version}
        )


def other_arms(subject: Subject) -> list[Arm]:
    """The arms that the subject is not in, in the order of the protocol."""
    return [arm for arm in protocol_of(subject.protocol_version).arms if arm.code != subject.arm_code]


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


def arm_may_change(subject: Subject) -> None:
    """The arm of a subject who is enrolled and takes part, where the protocol has another one."""
    if not subject.arm_code:
        raise NotAllowedNow(_("%(number)s is in no arm yet.") % {"number": subject.number})
    if subject.status in ENDED:
        raise NotAllowedNow(
            _("Participation of %(number)s has ended; its arm stays as it is.") % {"number": subject.number}
        )
    if not other_arms(subject):
        raise NotAllowedNow(_("The protocol has one arm only; there is none to change to."))


def participation_may_end(subject: Subject, status: str) -> None:
    """Completion follows the last visit of the schedule, held or missed; withdrawal is possible until participation
    has ended."""
    if status == SubjectStatus.COMPLETED:
        _refuse_early_completion(subject)
    status_may_become(subject, status)


def _refuse_early_completion(subject: Subject) -> None:
    if subject.status != SubjectStatus.FOLLOW_UP:
        raise NotAllowedNow(
            _("Only a subject in follow-up can complete the trial; record a withdrawal if participation ends earlier.")
        )
    if subject.visits.filter(kind=VisitKind.EARLY_TERMINATION).exists():
        raise NotAllowedNow(
            _("%(number)s had its early termination visit; record a withdrawal.") % {"number": subject.number}
        )
    last = subject.visits.filter(kind=VisitKind.SCHEDULED).order_by("position").last()
    if last is not None and not last.outcome:
        raise NotAllowedNow(
            _(
                "The last visit, %(visit)s, is still open: record first what became of it, or record a withdrawal if"
                " participation ends earlier."
            )
            % {"visit": last.code}
        )


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


def not_in_the_future(day: date, *, today: date, field: str) -> None:
    """Raises ValidationError for the field; today at the site is allowed."""
    if day > today:
        raise ValidationError(
            {field: _("%(day)s is in the future (today at the site is %(today)s).") % {"day": day, "today": today}}
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
