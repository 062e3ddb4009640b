"""Background work: sending what has been announced."""

from celery import shared_task

from notifications.services import deliver_pending

BATCH = 100
"""Messages per run; the rest waits for the next one."""


@shared_task
def deliver() -> int:
    """Send what is pending; returns how many messages went out."""
    return deliver_pending(limit=BATCH)
