"""Which blank forms a protocol version has, visit by visit."""

from dataclasses import dataclass, replace

from assessments.blank.blocks import BlankForm
from assessments.blank.build import blank_form
from assessments.form_specs import NOBODY, CrfSpec
from assessments.registry import INSTRUMENTS
from patients.visit_content import name_of
from protocols.schema import EARLY_TERMINATION, UNSCHEDULED, Protocol, VisitContent
from trials.models import ProtocolVersion, Trial

VISIT_UNKNOWN = ""
"""The code of no visit: the form is printed with room for it."""


@dataclass(frozen=True)
class BlankVisit:
    """A visit with the forms that are filled in at it, whichever the arm."""

    code: str
    name: str
    specs: tuple[CrfSpec, ...]


def wanted_version(trial: Trial, wanted: str) -> ProtocolVersion | None:
    """The protocol version of this name, the newest for an empty one; None where the trial has no such version."""
    versions = trial.protocol_versions.defer("files").order_by("-loaded_at", "-pk")
    return (versions.filter(version=wanted) if wanted else versions).first()


def visits_of(protocol: Protocol) -> tuple[BlankVisit, ...]:
    """The planned visits in order, then those outside the schedule that have forms."""
    planned = [_visit(visit.code, visit) for visit in protocol.visits]
    extra = [_visit(EARLY_TERMINATION, protocol.early_termination), _visit(UNSCHEDULED, protocol.unscheduled)]
    return tuple(visit for visit in (*planned, *extra) if visit.specs)


def blank_visit(protocol: Protocol, code: str) -> BlankVisit:
    """One visit with its forms; with `VISIT_UNKNOWN` no visit in particular, with every form of the protocol.

    Raises LookupError where the protocol has no such visit.
    """
    visits = {visit.code: visit for visit in visits_of(protocol)}
    if code != VISIT_UNKNOWN:
        return visits[code]
    named = {spec.code for visit in visits.values() for spec in visit.specs}
    return BlankVisit(VISIT_UNKNOWN, "", tuple(spec for spec in INSTRUMENTS.values() if spec.code in named))


def form_of(protocol: Protocol, form_code: str, *, visit_code: str = VISIT_UNKNOWN) -> BlankForm:
    """One form, at a visit or at none in particular; raises LookupError where the protocol has no such form there."""
    visit = blank_visit(protocol, visit_code)
    return _at(protocol, visit, {spec.code: spec for spec in visit.specs}[form_code])


def casebook(protocol: Protocol) -> list[BlankForm]:
    """Every form of every visit, in order."""
    return [_at(protocol, visit, spec) for visit in visits_of(protocol) for spec in visit.specs]


def _at(protocol: Protocol, visit: BlankVisit, spec: CrfSpec) -> BlankForm:
    return blank_form(
        spec,
        trial=protocol.registration,
        protocol_version=protocol.version,
        visit_code=visit.code,
        visit_name=visit.name,
        context=replace(NOBODY, panels=protocol.panels, pga_levels=protocol.pga_levels),
    )


def _visit(code: str, content: VisitContent) -> BlankVisit:
    return BlankVisit(code, name_of(content), tuple(INSTRUMENTS[form] for form in content.forms))
