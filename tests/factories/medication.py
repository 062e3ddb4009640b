"""Concomitant medication."""

from typing import Any

from accounts.models import User
from patients.models import Subject
from safety.models import ConcomitantMedication
from safety.services.medication import record_medication

PARACETAMOL: dict[str, Any] = {
    "name": "Paracetamol",
    "indication": "Fever",
    "treatment_kind": "other",
    "dose": "500 mg",
    "route": "ORAL",
    "frequency": "as_needed",
}


def make_medication(subject: Subject, by: User, **changed: Any) -> ConcomitantMedication:
    """Paracetamol since today at the site; `changed` holds other values."""
    values = {**PARACETAMOL, "started": subject.site.today().isoformat(), "ended": "", **changed}
    return record_medication(subject=subject, fields=values, by=by)
