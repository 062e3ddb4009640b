"""Writes of the safety log."""

from safety.services.events import ChangedMeanwhile, correct_adverse_event, record_adverse_event
from safety.services.medication import MedicationChangedMeanwhile, correct_medication, record_medication

__all__ = [
    "ChangedMeanwhile",
    "MedicationChangedMeanwhile",
    "correct_adverse_event",
    "correct_medication",
    "record_adverse_event",
    "record_medication",
]
