"""Enrolling a subject and ending participation."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from clinical.eligibility import Eligibility, Standing
from patients.eligibility import eligibility_of
from patients.models import Subject, SubjectStatus
from patients.policies import day_is_possible, may_enrol, no_visit_took_place_after, participation_may_end
from patients.services.eligibility import cancel_open_visits
from patients.services.planning import consent_day
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


@transaction.atomic
def enrol(*, subject: Subject, arm_code: str, enrolled_on: date, by: User) -> Subject:
    """Take an eligible subject into an arm of the protocol.

    Raises NotAllowedNow before the eligibility decision, when corrections since have left a criterion unsatisfied, or
    for an impossible day; ValidationError for an unknown arm.
    """
    subject = Subject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    may_enrol(subject)
    day_is_possible(enrolled_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    no_visit_took_place_after(enrolled_on, subject)
    _refuse_changed_facts(subject)
    arms = [arm.code for arm in protocol_of(subject.protocol_version).arms]
    if arm_code not in arms:
        raise ValidationError({"arm_code": _("Choose one of the arms %(arms)s.") % {"arms": ", ".join(arms)}})
    subject.status, subject.arm_code, subject.enrolled_on = SubjectStatus.ENROLLED, arm_code, enrolled_on
    with acting(by=by, reason="Enrolled"):
        subject.save(update_fields=["status", "arm_code", "enrolled_on"])
    return subject


def _refuse_changed_facts(subject: Subject) -> None:
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
    subject = Subject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    participation_may_end(subject, status)
    day_is_possible(ended_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    no_visit_took_place_after(ended_on, subject)
    subject.status, subject.ended_on = SubjectStatus(status), ended_on
    with acting(by=by, reason=stated(reason)):
        subject.save(update_fields=["status", "ended_on"])
        cancel_open_visits(subject)
    return subject
