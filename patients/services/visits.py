"""What becomes of a visit."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from patients.models import Subject, SubjectStatus, Visit, VisitOutcome
from patients.policies import (
    day_is_in_order,
    day_is_possible,
    may_receive_data,
    status_may_become,
    visit_may_take_place,
)
from patients.services.eligibility import review_decision
from patients.services.planning import consent_day, plan
from trials.policies import allows
from trials.selectors import protocol_of


def _locked(visit: Visit) -> Visit:
    Subject.objects.select_for_update(of=("self",)).get(pk=visit.subject_id)
    related = ("subject__site", "subject__protocol_version", "protocol_version")
    return Visit.objects.select_related(*related).get(pk=visit.pk)


@transaction.atomic
def record_visit(*, visit: Visit, occurred_on: date, by: User) -> Visit:
    """The visit took place on this day at the site; its forms can be entered from now on.

    A day outside the window is accepted (it happened); a future day, a day before consent, or a visit out of the
    order of the trial raises NotAllowedNow.
    """
    visit = _locked(visit)
    subject, protocol = visit.subject, protocol_of(visit.subject.protocol_version)
    may_receive_data(subject)
    visit_may_take_place(visit, protocol)
    day_is_possible(occurred_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    day_is_in_order(occurred_on, visit, protocol)
    visit.outcome, visit.occurred_on = VisitOutcome.DONE, occurred_on
    with acting(by=by, reason="Visit took place"):
        visit.save(update_fields=["outcome", "occurred_on"])
        if protocol.visit(visit.code).epoch == protocol.epochs[-1].code and allows(
            status_may_become, subject, SubjectStatus.FOLLOW_UP
        ):
            subject.status = SubjectStatus.FOLLOW_UP
            subject.save(update_fields=["status"])
    return visit


@transaction.atomic
def correct_visit_date(*, visit: Visit, occurred_on: date, reason: str, by: User) -> Visit:
    """Change the day of a visit that took place, for a reason; the anchor visit moves the first infusion with it."""
    visit = _locked(visit)
    if visit.outcome != VisitOutcome.DONE:
        raise ValidationError(_("Only a visit that took place has a date to correct."))
    may_receive_data(visit.subject)
    subject, protocol = visit.subject, protocol_of(visit.subject.protocol_version)
    day_is_possible(occurred_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    day_is_in_order(occurred_on, visit, protocol)
    visit.occurred_on = occurred_on
    with acting(by=by, reason=stated(reason)):
        visit.save(update_fields=["occurred_on"])
    if visit.code == protocol.anchor and subject.first_treatment_on is not None:
        record_first_treatment(subject=subject, infused_on=occurred_on, by=by, reason=reason)
    return visit


@transaction.atomic
def miss_visit(*, visit: Visit, reason: str, by: User) -> Visit:
    """The visit did not take place, for a reason; raises NotAllowedNow before its window has opened."""
    visit = _locked(visit)
    visit_may_take_place(visit, protocol_of(visit.subject.protocol_version))
    today = visit.subject.site.today()
    if visit.window_opens_on is None or today < visit.window_opens_on:
        raise ValidationError(_("The window of this visit has not opened yet; it cannot have been missed."))
    visit.outcome = VisitOutcome.MISSED
    with acting(by=by, reason=stated(reason)):
        visit.save(update_fields=["outcome"])
    return visit


@transaction.atomic
def record_first_treatment(*, subject: Subject, infused_on: date, by: User, reason: str) -> None:
    """The anchor: all later visits get their planned dates and windows from this day (first infusion = Day 1).

    Called again with another day, it moves the planned dates of the visits that have no outcome yet; history keeps the
    old ones.
    """
    subject = Subject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    if subject.first_treatment_on == infused_on:
        return
    subject.first_treatment_on = infused_on
    if allows(status_may_become, subject, SubjectStatus.ON_TREATMENT):
        subject.status = SubjectStatus.ON_TREATMENT
    with acting(by=by, reason=reason):
        subject.save(update_fields=["first_treatment_on", "status"])
        plan(subject)
        review_decision(subject)
