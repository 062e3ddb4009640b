"""What a visit consists of for its subject: under the protocol version and the arm that were in force."""

from django.utils.translation import get_language

from patients.models import Visit
from protocols.schema import Protocol, VisitContent
from trials.selectors import protocol_of


def protocol_at(visit: Visit) -> Protocol:
    """The protocol version under which the visit took place or will take place."""
    return protocol_of(visit.protocol_version or visit.subject.protocol_version)


def arm_code_at(visit: Visit) -> str:
    """The arm in which the visit took place or will take place; empty at a visit before enrolment.

    Such a visit may stand on an earlier protocol version, which need not have the arm the subject is in today.
    """
    return visit.arm_code or (visit.subject.arm_code if visit.needs_enrolment else "")


def content_of(visit: Visit) -> VisitContent:
    """Name and forms of the visit in its protocol."""
    return protocol_at(visit).content(visit.code)


def forms_of(visit: Visit) -> tuple[str, ...]:
    """Codes of the forms that the visit asks of its subject, in the order of the protocol."""
    return protocol_at(visit).forms_at(visit.code, arm_code_at(visit))


def is_treatment_visit(visit: Visit) -> bool:
    """Whether the subject's arm is treated at the visit."""
    arm = arm_code_at(visit)
    return bool(arm) and visit.code in protocol_at(visit).arm(arm).treatment_visits


def name_of(content: VisitContent) -> str:
    """What the visit is called in the reader's language."""
    return content.name_in(get_language() or "en")
