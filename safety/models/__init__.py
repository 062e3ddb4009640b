"""Adverse events, what was given against them, the reports of the serious ones, and their review."""

from safety.models.case import AuthorityReport, CaseDocument, CaseStep, ReportVersion, SeriousCase
from safety.models.course import EventTreatment, GradeChange
from safety.models.event import AdverseEvent
from safety.models.medication import ConcomitantMedication
from safety.models.review import EventReview
from safety.models.suggestion import SuggestionDecision

__all__ = [
    "AdverseEvent",
    "AuthorityReport",
    "CaseDocument",
    "CaseStep",
    "ConcomitantMedication",
    "EventReview",
    "EventTreatment",
    "GradeChange",
    "ReportVersion",
    "SeriousCase",
    "SuggestionDecision",
]
