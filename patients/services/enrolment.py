"""Enrolling a subject and ending participation."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from clinical.eligibility import Eligibility, Standing
from patients.eligibility import eligibility_of
from patients.models import Allocation, AllocationPlace, Subject, SubjectStatus
from patients.policies import day_is_possible, may_enrol, no_visit_took_place_after, participation_may_end
from patients.services.allocation import next_place
from patients.services.changes import reminders_may_change
from patients.services.eligibility import cancel_open_visits, newest_decision
from patients.services.locks import locked_subject
from patients.services.planning import consent_day
from trials.models import Site, Trial
from trials.policies import NotAllowedNow, enrolment_is_open
from trials.selectors import protocol_of


@transaction.atomic
def enrol(*, subject: Subject, enrolled_on: date, by: User, arm_code: str = "") -> Subject:
    """Take an eligible subject into the trial, with the next enrolment number of the site and an arm.

    Where the protocol randomises, the arm is that of the next place on the list, and none may be given; elsewhere
    `arm_code` names it. Trial and site stay locked until the transaction ends, so numbers and places follow each other
    without gaps whoever enrols at the same moment. Raises NotAllowedNow before the eligibility decision, when it is to
    be reviewed, while enrolment is stopped, when target or limit are reached, or for an impossible day; ValidationError
    for an unknown arm.
    """
    subject = locked_subject(subject.pk)
    may_enrol(subject)
    day_is_possible(enrolled_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    no_visit_took_place_after(enrolled_on, subject)
    _refuse_changed_facts(subject)
    trial = Trial.objects.select_for_update(no_key=True).get(pk=subject.site.trial_id)
    site = Site.objects.select_for_update(no_key=True).select_related(None).get(pk=subject.site_id)
    enrolment_is_open(trial, site)
    with acting(by=by, reason="Enrolled"):
        place = _place(subject, arm_code)
        site.subjects_enrolled += 1
        site.save(update_fields=["subjects_enrolled"])
        subject.status, subject.enrolled_on = SubjectStatus.ENROLLED, enrolled_on
        subject.arm_code = place.arm_code if place else arm_code
        subject.enrolment_number = site.subjects_enrolled
        subject.save(update_fields=["status", "arm_code", "enrolled_on", "enrolment_number"])
        reminders_may_change()
        Allocation.objects.create(
            subject=subject, arm_code=subject.arm_code, place=place, allocated_on=enrolled_on, allocated_by=by
        )
    return subject


def _place(subject: Subject, arm_code: str) -> AllocationPlace | None:
    """The next place of the random list; None where the arm is chosen."""
    protocol = protocol_of(subject.protocol_version)
    if protocol.allocation is not None:
        if arm_code:
            raise ValidationError({"arm_code": _("The arm comes from the random list; it cannot be chosen.")})
        return next_place(subject)
    arms = [arm.code for arm in protocol.arms]
    if arm_code not in arms:
        raise ValidationError({"arm_code": _("Choose one of the arms %(arms)s.") % {"arms": ", ".join(arms)}})
    return None


def _refuse_changed_facts(subject: Subject) -> None:
    decision = newest_decision(subject)
    if decision is not None and decision.stale_since is not None:
        raise NotAllowedNow(
            _("Facts have changed since eligibility was decided (%(codes)s); an investigator must decide again.")
            % {"codes": ", ".join(decision.stale_criteria)}
        )
    current = eligibility_of(subject)
    if current.overall != Eligibility.ELIGIBLE:
        codes = current.codes(Standing.FAILED) + current.codes(Standing.UNKNOWN)
        raise NotAllowedNow(
            _(
                "Forms have changed since eligibility was decided; these criteria are not satisfied or not known any"
                " more: %(codes)s. Correct the forms, or record a withdrawal."
            )
            % {"codes": ", ".join(codes)}
        )


@transaction.atomic
def end_participation(*, subject: Subject, status: str, ended_on: date, reason: str, by: User) -> Subject:
    """Record completion or withdrawal; visits without an outcome are cancelled.

    Raises NotAllowedNow when the subject's status does not allow it or the day is impossible.
    """
    subject = locked_subject(subject.pk)
    participation_may_end(subject, status)
    day_is_possible(ended_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    no_visit_took_place_after(ended_on, subject)
    subject.status, subject.ended_on = SubjectStatus(status), ended_on
    with acting(by=by, reason=stated(reason)):
        subject.save(update_fields=["status", "ended_on"])
        cancel_open_visits(subject)
    return subject
