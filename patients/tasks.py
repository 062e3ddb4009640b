"""Background work about subjects: what people are told is kept as the record is."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from notifications.tasks import DATABASE_AWAY, RETRY
from patients.services import reminders


@shared_task(autoretry_for=DATABASE_AWAY, **RETRY)
def sweep_visit_windows() -> dict[str, int]:
    """Tell of visit windows; returns how many reminders are new and how many were withdrawn."""
    return vars(reminders.sweep_visit_windows(timezone.now()))


@shared_task(autoretry_for=DATABASE_AWAY, **RETRY)
def sweep_consent() -> dict[str, int]:
    """Tell of consent to renew; returns what `sweep_visit_windows` does."""
    return vars(reminders.sweep_consent(timezone.now()))


@shared_task(autoretry_for=DATABASE_AWAY, **RETRY)
def sweep_eligibility() -> dict[str, int]:
    """Tell of eligibility to look at again; returns what `sweep_visit_windows` does."""
    return vars(reminders.sweep_eligibility(timezone.now()))


@shared_task(autoretry_for=DATABASE_AWAY, **RETRY)
def sweep_again(changed_at: str) -> list[str]:
    """Look again after a change at this moment (ISO 8601); returns the kinds that were swept."""
    return reminders.sweep_since(datetime.fromisoformat(changed_at))
