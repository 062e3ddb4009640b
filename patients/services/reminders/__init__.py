"""Telling people of visit windows, consent to renew and eligibility to look at again."""

from patients.services.reminders.again import sweep_since
from patients.services.reminders.consent import CONSENT, sweep_consent
from patients.services.reminders.eligibility import ELIGIBILITY, sweep_eligibility
from patients.services.reminders.visit_windows import VISIT_WINDOW, sweep_visit_windows

__all__ = [
    "CONSENT",
    "ELIGIBILITY",
    "VISIT_WINDOW",
    "sweep_consent",
    "sweep_eligibility",
    "sweep_since",
    "sweep_visit_windows",
]
