"""Background work about subjects."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from notifications.tasks import deliver
from patients.services import reminders


@shared_task
def remind_of_opening_windows() -> int:
    """Announce the visit windows that open soon and start sending; returns how many messages are new."""
    new = reminders.remind_of_opening_windows(timezone.now())
    if new:
        transaction.on_commit(deliver.delay)
    return new
