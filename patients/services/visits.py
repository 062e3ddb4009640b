"""What becomes of a visit of the schedule, and of its date."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from patients.models import ContactMode, Finding, Subject, SubjectStatus, Visit, VisitKind, VisitOutcome
from patients.policies import (
    day_is_in_order,
    day_is_possible,
    may_receive_data,
    status_may_become,
    treatment_may_be_given,
    visit_may_be_opened_again,
    visit_may_take_place,
)
from patients.selectors.consent import treatment_withdrawn_on
from patients.services.changes import reminders_may_change
from patients.services.deviations import notice_deviations
from patients.services.eligibility import review_decision
from patients.services.locks import locked_subject, locked_visit
from patients.services.planning import consent_day, plan
from patients.visit_content import is_treatment_visit
from protocols.schema import Protocol
from trials.policies import allows
from trials.selectors import protocol_of


@transaction.atomic
def record_visit(*, visit: Visit, occurred_on: date, by: User, contact_mode: str = ContactMode.ON_SITE) -> Visit:
    """The visit took place on this day at the site; its forms can be entered from now on.

    A day outside the window is accepted, and drafts a deviation (it happened); a future day, a day before consent, or a
    visit out of the order of the trial raises NotAllowedNow, a treatment by telephone alone ValidationError.
    """
    visit = locked_visit(visit)
    subject, protocol = visit.subject, protocol_of(visit.subject.protocol_version)
    may_receive_data(subject)
    visit_may_take_place(visit, protocol)
    day_is_possible(occurred_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    day_is_in_order(occurred_on, visit, protocol)
    if visit.needs_enrolment:
        visit.arm_code = earlier_arm(subject, occurred_on)
    visit.outcome, visit.occurred_on, visit.contact_mode = VisitOutcome.DONE, occurred_on, contact_mode
    refuse_impossible_contact(visit)
    with acting(by=by, reason="Visit took place"):
        visit.save(update_fields=["outcome", "occurred_on", "contact_mode", "arm_code"])
        reminders_may_change()
        _begin_follow_up(subject, protocol, after=visit)
        notice_deviations(subject=subject, by=by)
    return visit


def earlier_arm(subject: Subject, day: date) -> str:
    """The arm the subject was in on this day where it is in another one by now; else empty."""
    allocation = subject.allocations.filter(allocated_on__lte=day).last()
    return allocation.arm_code if allocation is not None and allocation.arm_code != subject.arm_code else ""


def refuse_impossible_contact(visit: Visit) -> None:
    """Nobody is treated by telephone; raises ValidationError for such a visit and for an unknown kind of contact.

    After the subject has withdrawn from treatment, nobody is treated at the visits that were planned for it.
    """
    if visit.contact_mode not in ContactMode.values:
        raise ValidationError({"contact_mode": _("Choose how subject and site met.")})
    if visit.contact_mode != ContactMode.BY_PHONE:
        return
    if _was_treated(visit) or (is_treatment_visit(visit) and not _is_after_treatment(visit)):
        raise ValidationError(
            {"contact_mode": _("Treatment is given at this visit; it cannot take place by telephone alone.")}
        )


def _was_treated(visit: Visit) -> bool:
    forms = protocol_of(visit.subject.protocol_version).treatment_forms
    return Finding.objects.filter(visit=visit.pk, source_form__in=forms).exists()


def _is_after_treatment(visit: Visit) -> bool:
    stopped_on = treatment_withdrawn_on(visit.subject)
    return stopped_on is not None and visit.occurred_on is not None and visit.occurred_on > stopped_on


def _begin_follow_up(subject: Subject, protocol: Protocol, *, after: Visit | None = None) -> None:
    """Follow-up begins when no treatment is left to come, or with the first visit of the last epoch.

    The caller signs for the write.
    """
    if not allows(status_may_become, subject, SubjectStatus.FOLLOW_UP):
        return
    last = {visit.code for visit in protocol.visits if visit.epoch == protocol.epochs[-1].code}
    to_come = set(protocol.arm(subject.arm_code).treatment_visits) - last
    has_begun = after is not None and after.outcome == VisitOutcome.DONE and after.code in last
    if has_begun or not subject.visits.filter(outcome="", code__in=to_come).exists():
        subject.status = SubjectStatus.FOLLOW_UP
        subject.save(update_fields=["status"])


@transaction.atomic
def correct_visit_date(
    *, visit: Visit, occurred_on: date, reason: str, by: User, contact_mode: str | None = None
) -> Visit:
    """Change the day of a visit that took place, or how it did (None: as it is), for a reason.

    The anchor visit moves the first treatment with it. Forms keep the days on which they were assessed. Raises
    NotAllowedNow for a day out of the order of the trial, or one after the withdrawal from treatment where treatment
    was given; ValidationError for a visit that did not take place and for a treatment by telephone alone.
    """
    visit = locked_visit(visit)
    if visit.outcome != VisitOutcome.DONE:
        raise ValidationError(_("Only a visit that took place has a date to correct."))
    may_receive_data(visit.subject)
    subject, protocol = visit.subject, protocol_of(visit.subject.protocol_version)
    day_is_possible(occurred_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    day_is_in_order(occurred_on, visit, protocol)
    if _was_treated(visit):
        treatment_may_be_given(subject, occurred_on)
    visit.occurred_on, visit.contact_mode = occurred_on, contact_mode or visit.contact_mode
    refuse_impossible_contact(visit)
    if visit.kind != VisitKind.SCHEDULED:
        visit.position = position_on(subject, occurred_on)
    with acting(by=by, reason=stated(reason)):
        visit.save(update_fields=["occurred_on", "contact_mode", "position"])
        if visit.code == protocol.anchor and subject.first_treatment_on is not None:
            _date_from(subject, occurred_on)
        notice_deviations(subject=subject, by=by)
    return visit


def position_on(subject: Subject, day: date) -> int:
    """The place in the schedule of a visit outside it: that of the last scheduled visit held before or on this day."""
    held = subject.visits.filter(kind=VisitKind.SCHEDULED, occurred_on__lte=day).order_by("position")
    return held.values_list("position", flat=True).last() or 0


@transaction.atomic
def miss_visit(*, visit: Visit, reason: str, by: User) -> Visit:
    """The visit did not take place, for a reason; raises ValidationError before its window has opened."""
    visit = locked_visit(visit)
    protocol = protocol_of(visit.subject.protocol_version)
    visit_may_take_place(visit, protocol)
    today = visit.subject.site.today()
    if visit.window_opens_on is None or today < visit.window_opens_on:
        raise ValidationError(_("The window of this visit has not opened yet; it cannot have been missed."))
    visit.outcome = VisitOutcome.MISSED
    with acting(by=by, reason=stated(reason)):
        visit.save(update_fields=["outcome"])
        reminders_may_change()
        _begin_follow_up(visit.subject, protocol, after=visit)
        notice_deviations(subject=visit.subject, by=by)
    return visit


@transaction.atomic
def reopen_visit(*, visit: Visit, reason: str, by: User) -> Visit:
    """Take back that a visit was missed, for a reason: it waits again, as it is planned now.

    A draft of the deviation becomes void. A subject who was only waiting for follow-up is on treatment again. Raises
    NotAllowedNow for a visit that is not missed, after the end of participation, and after a move to another version.
    """
    visit = locked_visit(visit)
    subject, protocol = visit.subject, protocol_of(visit.subject.protocol_version)
    may_receive_data(subject)
    visit_may_be_opened_again(visit)
    visit.outcome = ""
    with acting(by=by, reason=stated(reason)):
        visit.save(update_fields=["outcome"])
        reminders_may_change()
        plan(subject)
        _resume_treatment(visit, protocol)
        notice_deviations(subject=subject, by=by)
    return visit


def _resume_treatment(visit: Visit, protocol: Protocol) -> None:
    """The caller signs for the write."""
    subject = visit.subject
    last = [each.code for each in protocol.visits if each.epoch == protocol.epochs[-1].code]
    has_begun = subject.visits.filter(outcome=VisitOutcome.DONE, code__in=last).exists()
    is_awaited = visit.code not in last and is_treatment_visit(visit) and treatment_withdrawn_on(subject) is None
    if subject.status == SubjectStatus.FOLLOW_UP and is_awaited and not has_begun:
        subject.status = SubjectStatus.ON_TREATMENT
        subject.save(update_fields=["status"])


@transaction.atomic
def record_first_treatment(*, subject: Subject, infused_on: date, by: User, reason: str) -> None:
    """The anchor: all later visits get their planned dates and windows from this day (first treatment = Day 1).

    Called again with another day, it moves the planned dates of the visits that have no outcome yet; history keeps the
    old ones.
    """
    subject = locked_subject(subject.pk)
    with acting(by=by, reason=reason):
        _date_from(subject, infused_on)
        notice_deviations(subject=subject, by=by)


def _date_from(subject: Subject, first_treatment_on: date) -> None:
    """Plan from this day; the caller has locked the subject and signs for the writes."""
    if subject.first_treatment_on == first_treatment_on:
        return
    subject.first_treatment_on = first_treatment_on
    if allows(status_may_become, subject, SubjectStatus.ON_TREATMENT):
        subject.status = SubjectStatus.ON_TREATMENT
    subject.save(update_fields=["first_treatment_on", "status"])
    plan(subject)
    _begin_follow_up(subject, protocol_of(subject.protocol_version))
    review_decision(subject)
