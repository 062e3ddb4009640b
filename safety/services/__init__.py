"""Writes of the safety log."""

from safety.services.authority_reports import (
    AuthorityReportChangedMeanwhile,
    correct_authority_report,
    report_to_authority,
    take_back_authority_report,
)
from safety.services.case_reviews import assess
from safety.services.cases import ReportChangedMeanwhile, follow_up, open_case, save_draft, submit, take_step
from safety.services.documents import add_document
from safety.services.events import ChangedMeanwhile, correct_adverse_event, record_adverse_event
from safety.services.suggestions import decide_suggestion

__all__ = [
    "AuthorityReportChangedMeanwhile",
    "ChangedMeanwhile",
    "ReportChangedMeanwhile",
    "add_document",
    "assess",
    "correct_adverse_event",
    "correct_authority_report",
    "decide_suggestion",
    "follow_up",
    "open_case",
    "record_adverse_event",
    "report_to_authority",
    "save_draft",
    "submit",
    "take_back_authority_report",
    "take_step",
]
