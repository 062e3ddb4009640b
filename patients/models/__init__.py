"""What is kept about a subject, one module per noun."""

from patients.models.consent import InformedConsent
from patients.models.eligibility import CriterionAnswer, EligibilityDecision
from patients.models.finding import Finding
from patients.models.identity import SubjectIdentity
from patients.models.subject import Subject, SubjectStatus
from patients.models.visit import Visit, VisitOutcome

__all__ = [
    "CriterionAnswer",
    "EligibilityDecision",
    "Finding",
    "InformedConsent",
    "Subject",
    "SubjectIdentity",
    "SubjectStatus",
    "Visit",
    "VisitOutcome",
]
