"""For which criteria of the protocol a kind of treatment counts, and what a medication should be checked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinical.intervals import IntervalUnit
from clinical.wash_outs import WashOut, keeps_out, wash_out_of
from patients.medication_codes import TreatmentKind
from patients.models import Subject
from patients.policies import ENDED
from patients.services.planning import consent_day
from protocols.schema import Criterion, Protocol
from safety.models import ConcomitantMedication
from trials.selectors import protocol_of


@dataclass(frozen=True)
class Counted:
    """A criterion for which a kind of treatment counts; `asked` is what it asks, as a sentence."""

    criterion: Criterion
    wash_out: WashOut

    @property
    def code(self) -> str:
        """The code of the criterion."""
        return self.criterion.code

    @property
    def asked(self) -> str:
        """What the criterion asks of this kind of treatment."""
        least = self.wash_out.at_least
        if self.wash_out.is_ever:
            return _("It must never have been used before the first treatment.")
        if not least:
            return _("It must not be in use at the first treatment.")
        if self.wash_out.unit == IntervalUnit.MONTHS:
            return ngettext(
                "The last use must be at least %(count)s completed month before the first treatment.",
                "The last use must be at least %(count)s completed months before the first treatment.",
                least,
            ) % {"count": least}
        return ngettext(
            "The last use must be at least %(count)s day before the first treatment.",
            "The last use must be at least %(count)s days before the first treatment.",
            least,
        ) % {"count": least}


@dataclass(frozen=True)
class PointToCheck:
    """A medication that a criterion may forbid: which one, what it asks, and what the record says."""

    code: str
    asked: str
    found: str


def counted_for(protocol: Protocol, kind: str) -> list[Counted]:
    """The criteria of the protocol for which this kind of treatment counts, in their order."""
    found = ((criterion, wash_out_of(criterion.kind, criterion.rule, kind)) for criterion in protocol.criteria)
    return [Counted(criterion, wash_out) for criterion, wash_out in found if wash_out is not None]


def all_counted_for(protocol: Protocol) -> list[tuple[str, list[Counted]]]:
    """Every kind of treatment that counts for a criterion, by its name."""
    kinds = ((str(kind.label), counted_for(protocol, kind)) for kind in TreatmentKind)
    return [(name, counted) for name, counted in kinds if counted]


def points_to_check(medication: ConcomitantMedication) -> list[PointToCheck]:
    """What a criterion of the subject's protocol version may forbid about the medication.

    The days are taken as they can be at the worst: the first day that it can have begun and the last that it can have
    ended. A criterion that keeps out who is under a treatment is read as forbidding it after the first treatment too
    (default: criteria say who may take part, and seldom what is permitted later). Nobody is enrolled, refused or noted
    as a deviation by any of this.
    """
    subject = medication.subject
    if subject.first_treatment_on is None and subject.status in ENDED:
        return []
    protocol = protocol_of(subject.protocol_version)
    counted = counted_for(protocol, medication.treatment_kind)
    if not counted:
        return []
    treated_on = subject.first_treatment_on
    on = protocol.reference_day(consent_on=consent_day(subject), first_treatment_on=treated_on)
    return [point for one in counted for point in _points(one, medication, on=on)]


def _points(counted: Counted, medication: ConcomitantMedication, *, on: date) -> Iterator[PointToCheck]:
    criterion, subject = counted.criterion, medication.subject
    kind, last_on = medication.treatment_kind, medication.ended_on
    if medication.started_on < on and keeps_out(criterion.kind, criterion.rule, kind, last_on=last_on, on=on):
        yield PointToCheck(counted.code, counted.asked, _before(medication, on))
    if counted.wash_out.forbids_ongoing and _may_be_during(medication, subject):
        found = _(
            "By its days it can have been taken since the first treatment on %(day)s; check whether the protocol "
            "permits that."
        )
        asked = _("It keeps out whoever is under this kind of treatment.")
        yield PointToCheck(counted.code, asked, found % {"day": on})


def _may_be_during(medication: ConcomitantMedication, subject: Subject) -> bool:
    first, over = subject.first_treatment_on, subject.ended_on
    if first is None or (over is not None and medication.started_on > over):
        return False
    return medication.started_on >= first or medication.ended_on is None or medication.ended_on > first


def _before(medication: ConcomitantMedication, on: date) -> str:
    days = {"ended": medication.ended, "day": on}
    if medication.subject.first_treatment_on is None:
        if not medication.ended:
            return _("It has no end; the first treatment is planned for %(day)s.") % days
        return _("It was taken until %(ended)s; the first treatment is planned for %(day)s.") % days
    if not medication.ended:
        return _("It has no end; the first treatment was on %(day)s.") % days
    return _("It was taken until %(ended)s; the first treatment was on %(day)s.") % days
