"""Moving a subject to an amended protocol."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from clinical.visit_windows import PlannedVisit, plan_visits
from patients.models import InformedConsent, Subject, Visit, VisitKind, VisitOutcome
from patients.policies import ENDED, may_receive_data
from patients.services.changes import reminders_may_change
from patients.services.eligibility import review_decision
from patients.services.locks import locked_subject
from patients.services.planning import plan, reference_dates
from patients.services.visits import position_on
from protocols.schema import Protocol
from protocols.schema import Visit as ScheduledVisit
from trials.models import InformationSheet, ProtocolVersion
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


@dataclass(frozen=True)
class NewVisit:
    """A visit that the new version brings; `planned` is empty while its day is not known."""

    content: ScheduledVisit
    planned: PlannedVisit | None


@dataclass(frozen=True)
class MovedVisit:
    """A visit that waits and gets other dates; `after` is empty while its new day is not known."""

    visit: Visit
    content: ScheduledVisit
    after: PlannedVisit


@dataclass(frozen=True)
class Move:
    """What becomes of a subject's visits under another protocol version.

    `too_late` are visits of the new version that are not asked of this subject: they belong before an enrolment that
    has taken place, or their window closed before today.
    """

    added: tuple[NewVisit, ...]
    too_late: tuple[NewVisit, ...]
    cancelled: tuple[Visit, ...]
    moved: tuple[MovedVisit, ...]
    kept: int


def later_versions(subject: Subject) -> list[ProtocolVersion]:
    """The trial's protocol versions that were stored after the subject's own, the newest first."""
    versions = ProtocolVersion.objects.filter(trial=subject.site.trial_id, pk__gt=subject.protocol_version_id)
    return list(versions.defer("files").order_by("-pk"))


def may_move(subject: Subject, version: ProtocolVersion) -> None:
    """A subject moves to a later version of the trial's protocol, after signing a sheet that belongs to it.

    Raises NotAllowedNow that says what is missing: participation has ended, the version is not a later one, no such
    sheet is signed, the version lacks the subject's arm, or it counts from another first treatment than was given.
    """
    may_receive_data(subject)
    facts = {"number": subject.number, "version": version.version}
    if subject.status in ENDED:
        raise NotAllowedNow(
            _("Participation of %(number)s has ended; it stays on its protocol version.") % {"number": subject.number}
        )
    if version.pk not in {later.pk for later in later_versions(subject)}:
        raise NotAllowedNow(_("Protocol version %(version)s is not later than the one of %(number)s.") % facts)
    _refuse_unsigned(subject, version)
    new, old = protocol_of(version), protocol_of(subject.protocol_version)
    if subject.arm_code and subject.arm_code not in {arm.code for arm in new.arms}:
        raise NotAllowedNow(_("Protocol version %(version)s has no arm %(arm)s.") % {**facts, "arm": subject.arm_code})
    if subject.first_treatment_on is not None and new.anchor != old.anchor:
        raise NotAllowedNow(
            _("Protocol version %(version)s counts from another visit than %(number)s was first treated at.") % facts
        )


def _refuse_unsigned(subject: Subject, version: ProtocolVersion) -> None:
    sheets = InformationSheet.objects.filter(protocol_version=version)
    needed = list(sheets.order_by("valid_from").values_list("version", flat=True))
    if InformedConsent.objects.filter(subject=subject, sheet_version__in=needed).exists():
        return
    if not needed:
        raise NotAllowedNow(
            _("No information sheet belongs to protocol version %(version)s; an administrator adds it first.")
            % {"version": version.version}
        )
    raise NotAllowedNow(
        _("%(number)s must first sign an information sheet that belongs to version %(version)s: %(sheets)s.")
        % {"number": subject.number, "version": version.version, "sheets": ", ".join(needed)}
    )


def what_changes(subject: Subject, version: ProtocolVersion, today: date) -> Move:
    """What a move would do to the subject's visits, without doing it; visits that are over stay as they are."""
    new = protocol_of(version)
    planned = plan_visits([visit.timing for visit in new.visits], reference_dates(subject))
    contents = {visit.code: visit for visit in new.visits}
    visits = list(subject.visits.all())
    waiting = [visit for visit in visits if not visit.outcome]
    fresh = [
        NewVisit(content, planned.get(code))
        for code, content in contents.items()
        if code not in {visit.code for visit in visits}
    ]
    late = [visit for visit in fresh if _is_too_late(visit, subject, new, today)]
    kept = [visit for visit in waiting if visit.code in contents]
    moved = [
        MovedVisit(visit, contents[visit.code], planned[visit.code])
        for visit in kept
        if visit.code in planned and _days(visit) != _planned_days(planned[visit.code])
    ]
    return Move(
        added=tuple(visit for visit in fresh if visit not in late),
        too_late=tuple(late),
        cancelled=tuple(visit for visit in waiting if visit.code not in contents),
        moved=tuple(moved),
        kept=len(kept) - len(moved),
    )


def _is_too_late(visit: NewVisit, subject: Subject, protocol: Protocol, today: date) -> bool:
    if subject.enrolled_on is not None and not _needs_enrolment(visit.content.code, protocol):
        return True
    return visit.planned is not None and visit.planned.closes_on < today


def _days(visit: Visit) -> tuple[Any, ...]:
    return visit.planned_on, visit.window_opens_on, visit.window_closes_on


def _planned_days(planned: PlannedVisit) -> tuple[Any, ...]:
    return planned.planned_on, planned.opens_on, planned.closes_on


def _needs_enrolment(code: str, protocol: Protocol) -> bool:
    codes = [visit.code for visit in protocol.visits]
    return codes.index(code) >= codes.index(protocol.anchor)


@transaction.atomic
def move_to_version(*, subject: Subject, version: ProtocolVersion, reason: str, by: User) -> Move:
    """Put the subject under a later protocol version, for a reason; returns what became of the visits.

    Visits that are over keep the version they took place under; open visits that the new version lacks are cancelled,
    its new ones are added unless it is too late for them, and all that wait are planned again. Before enrolment, a
    decision on eligibility is to be reviewed where its criteria have changed. Raises NotAllowedNow as `may_move` does,
    ValidationError without a reason.
    """
    subject = locked_subject(subject.pk)
    may_move(subject, version)
    move, old, new = (
        what_changes(subject, version, subject.site.today()),
        subject.protocol_version,
        protocol_of(version),
    )
    with acting(by=by, reason=_reason(old, version, stated(reason))):
        subject.visits.filter(pk__in=[visit.pk for visit in move.cancelled]).update(outcome=VisitOutcome.CANCELLED)
        reminders_may_change()
        subject.visits.exclude(outcome="").filter(protocol_version=None).update(protocol_version=old)
        subject.protocol_version = version
        subject.save(update_fields=["protocol_version"])
        _arrange(subject, new)
        Visit.objects.bulk_create(_visit(subject, added.content.code, new) for added in move.added)
        plan(subject)
        review_decision(subject)
    return move


def _reason(old: ProtocolVersion, new: ProtocolVersion, reason: str) -> str:
    return f"Moved from protocol version {old.version} to {new.version}: {reason}"


def _visit(subject: Subject, code: str, protocol: Protocol) -> Visit:
    position = [visit.code for visit in protocol.visits].index(code)
    return Visit(subject=subject, code=code, position=position, needs_enrolment=_needs_enrolment(code, protocol))


def _arrange(subject: Subject, protocol: Protocol) -> None:
    """Every scheduled visit stands where the version has it, and those outside the schedule behind the same one as
    before; a visit that is over stays before or after enrolment as it was."""
    positions = {visit.code: position for position, visit in enumerate(protocol.visits)}
    changed = []
    for visit in subject.visits.filter(kind=VisitKind.SCHEDULED, code__in=positions):
        needs = visit.needs_enrolment if visit.outcome else _needs_enrolment(visit.code, protocol)
        if (visit.position, visit.needs_enrolment) != (positions[visit.code], needs):
            visit.position, visit.needs_enrolment = positions[visit.code], needs
            changed.append(visit)
    if changed:
        Visit.objects.bulk_update(changed, ["position", "needs_enrolment"])
    for visit in subject.visits.exclude(kind=VisitKind.SCHEDULED).filter(occurred_on__isnull=False):
        position = position_on(subject, cast(date, visit.occurred_on))
        if visit.position != position:
            visit.position = position
            visit.save(update_fields=["position"])
