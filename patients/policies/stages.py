"""What stage of the trial a subject may reach: screening, eligibility, enrolment, arm, end of participation."""

from django.utils.translation import gettext as _

from patients.models import (
    AllocationList,
    EligibilityDecision,
    Subject,
    SubjectStatus,
    VisitKind,
)
from patients.models.subject import TRANSITIONS
from patients.policies.participation import ENDED
from protocols.schema import Arm
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


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
