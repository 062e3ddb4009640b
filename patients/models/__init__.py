"""What is kept about a subject, one module per noun."""

from patients.models.allocation import Allocation, AllocationList, AllocationPlace
from patients.models.calendar_feed import CalendarFeed
from patients.models.consent import ConsentWithdrawal, InformedConsent, WithdrawalScope
from patients.models.deviation import Deviation, DeviationCategory, DeviationSeverity, DeviationStatus
from patients.models.eligibility import CriterionAnswer, EligibilityDecision
from patients.models.finding import Finding
from patients.models.identity import SubjectIdentity
from patients.models.subject import Subject, SubjectStatus
from patients.models.visit import ContactMode, Visit, VisitKind, VisitOutcome

__all__ = [
    "Allocation",
    "AllocationList",
    "AllocationPlace",
    "CalendarFeed",
    "ConsentWithdrawal",
    "ContactMode",
    "CriterionAnswer",
    "Deviation",
    "DeviationCategory",
    "DeviationSeverity",
    "DeviationStatus",
    "EligibilityDecision",
    "Finding",
    "InformedConsent",
    "Subject",
    "SubjectIdentity",
    "SubjectStatus",
    "Visit",
    "VisitKind",
    "VisitOutcome",
    "WithdrawalScope",
]
