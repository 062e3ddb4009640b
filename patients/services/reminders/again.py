"""Sweeping at once when the record has changed, instead of within minutes."""

from datetime import datetime

from django.utils import timezone

from notifications.selectors import last_runs
from patients.services.reminders.consent import CONSENT, sweep_consent
from patients.services.reminders.eligibility import ELIGIBILITY, sweep_eligibility
from patients.services.reminders.visit_windows import VISIT_WINDOW, sweep_visit_windows

_SWEEPS = {VISIT_WINDOW: sweep_visit_windows, CONSENT: sweep_consent, ELIGIBILITY: sweep_eligibility}


def sweep_since(changed_at: datetime) -> list[str]:
    """Run the sweeps that have not looked at the record since this moment; returns their kinds.

    Of many changes in a row the first sweep that begins after them does the work of all.
    """
    last = last_runs()
    due = [kind for kind in _SWEEPS if kind not in last or last[kind].ran_at <= changed_at]
    for kind in due:
        _SWEEPS[kind](timezone.now())
    return due
