"""Writes of the safety log."""

from safety.services.events import ChangedMeanwhile, correct_adverse_event, record_adverse_event

__all__ = ["ChangedMeanwhile", "correct_adverse_event", "record_adverse_event"]
