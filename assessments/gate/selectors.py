"""Reads of clearances."""

from assessments.gate.model import InfusionClearance
from patients.models import Visit


def clearance_of(visit: Visit) -> InfusionClearance | None:
    """The clearance in force at a visit: the newest; None where the gate was not passed."""
    found = InfusionClearance.objects.filter(visit=visit).select_related("lot", "cleared_by", "second_person")
    return found.order_by("-pk").first()
