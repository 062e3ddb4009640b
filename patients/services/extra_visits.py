"""Visits that no schedule holds: unscheduled ones, and the one of early termination."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from patients.models import ContactMode, Subject, Visit, VisitKind, VisitOutcome
from patients.policies import (
    day_is_in_order,
    day_is_possible,
    early_termination_may_take_place,
    may_receive_data,
)
from patients.services.deviations import notice_deviations
from patients.services.locks import locked_subject
from patients.services.planning import consent_day
from patients.services.visits import earlier_arm, position_on, refuse_impossible_contact
from protocols.schema import EARLY_TERMINATION, UNSCHEDULED
from trials.selectors import protocol_of


@transaction.atomic
def add_unscheduled_visit(
    *, subject: Subject, occurred_on: date, why: str, by: User, contact_mode: str = ContactMode.ON_SITE
) -> Visit:
    """A visit that took place outside the schedule; unscheduled visits of a subject are UNS-1, UNS-2 ...

    Raises ValidationError without a reason, NotAllowedNow for a day in the future, before consent or after the end of
    participation. Before enrolment the visit belongs to screening, from that day on to the trial.
    """
    if not why.strip():
        raise ValidationError({"why": _("Say why the visit took place.")})
    subject = locked_subject(subject.pk)
    number = subject.visits.filter(kind=VisitKind.UNSCHEDULED).count() + 1
    visit = Visit(subject=subject, code=f"{UNSCHEDULED}-{number}", kind=VisitKind.UNSCHEDULED, note=why.strip())
    visit.needs_enrolment = subject.enrolled_on is not None and occurred_on >= subject.enrolled_on
    return _hold(visit, occurred_on=occurred_on, contact_mode=contact_mode, by=by)


@transaction.atomic
def record_early_termination(
    *, subject: Subject, occurred_on: date, by: User, contact_mode: str = ContactMode.ON_SITE
) -> Visit:
    """The last visit of a subject who leaves before completion; it happens once (code ET).

    It may precede the end of participation, or follow it within `EARLY_TERMINATION_DAYS`. Raises NotAllowedNow for a
    subject who was not enrolled, has completed or withdrew further use of the data, and for an impossible day.
    """
    subject = locked_subject(subject.pk)
    early_termination_may_take_place(subject)
    visit = Visit(subject=subject, code=EARLY_TERMINATION, kind=VisitKind.EARLY_TERMINATION, needs_enrolment=True)
    return _hold(visit, occurred_on=occurred_on, contact_mode=contact_mode, by=by)


def _hold(visit: Visit, *, occurred_on: date, contact_mode: str, by: User) -> Visit:
    subject = visit.subject
    may_receive_data(subject)
    day_is_possible(occurred_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    day_is_in_order(occurred_on, visit, protocol_of(subject.protocol_version))
    visit.outcome, visit.occurred_on, visit.contact_mode = VisitOutcome.DONE, occurred_on, contact_mode
    visit.position = position_on(subject, occurred_on)
    if visit.needs_enrolment:
        visit.arm_code = earlier_arm(subject, occurred_on)
    refuse_impossible_contact(visit)
    visit.clean_fields(exclude=["subject"])
    with acting(by=by):
        visit.save(force_insert=True)
        notice_deviations(subject=subject, by=by)
    return visit
