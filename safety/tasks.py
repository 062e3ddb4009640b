"""Background work of safety."""

from celery import shared_task
from django.utils import timezone

from notifications.tasks import DATABASE_AWAY, RETRY
from safety.services import alerts, clock_reminders


@shared_task(autoretry_for=DATABASE_AWAY, **RETRY)
def sweep_clocks() -> dict[str, int]:
    """Tell of clocks of serious events; returns how many reminders are new and how many were withdrawn."""
    return vars(clock_reminders.sweep_clocks(timezone.now()))


@shared_task(autoretry_for=DATABASE_AWAY, **RETRY)
def tell_of_stopping_rules() -> dict[str, int]:
    """Tell of stopping rules that hold; returns how many reminders are new."""
    return vars(alerts.tell_of_stopping_rules(timezone.now()))
