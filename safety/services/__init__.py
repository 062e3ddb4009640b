"""Writes of the safety log."""

from safety.services.events import ChangedMeanwhile, correct_adverse_event, record_adverse_event
from safety.services.suggestions import decide_suggestion

__all__ = ["ChangedMeanwhile", "correct_adverse_event", "decide_suggestion", "record_adverse_event"]
