"""Background work: mails, and the sign that beat, queue and worker are alive."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from notifications import services
from notifications.services.mails import MailServerUnreachable

BATCH = 100
"""Mails per run; the rest waits for the next one."""
RETRY = {"retry_backoff": 5, "retry_backoff_max": 300, "retry_jitter": True, "max_retries": 5}
"""How tasks are tried again: after about 5, 10, 20, 40 and 80 seconds; beat starts them anew later in any case."""
DATABASE_AWAY = (OperationalError, InterfaceError)


@shared_task(ignore_result=True)
def tick() -> None:
    """Record that a tick of the scheduler has arrived."""
    services.record_run(services.TICK, timezone.now())


@shared_task(autoretry_for=(*DATABASE_AWAY, MailServerUnreachable), **RETRY)
def send_mails() -> int:
    """Gather what is to be told by mail and send what waits; returns how many mails went out."""
    return services.send_mails(timezone.now(), limit=BATCH)
