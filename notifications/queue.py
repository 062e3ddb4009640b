"""Handing work to the queue: what a person records never waits for it, nor fails with it."""

import logging
import time
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

PAUSE_SECONDS = 30
"""How long a process leaves a queue alone that did not answer; the sweeps find everything all the same."""

EXPIRES_SECONDS = 5 * 60
"""When nobody has taken such a task by then, a sweep of the schedule has done its work."""

logger = logging.getLogger(__name__)
_silent_until = 0.0


def soon(task: str) -> None:
    """Hand the task of this name to the queue when the transaction has been committed, with that moment (ISO 8601).

    Nothing is raised when the queue does not answer.
    """
    transaction.on_commit(lambda: _hand_over(task), robust=True)


def _hand_over(task: str) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        with current_app.connection_for_write() as connection:
            _connect(connection)
            arguments = [timezone.now().isoformat()]
            current_app.send_task(task, arguments, connection=connection, retry=False, expires=EXPIRES_SECONDS)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("the task queue does not answer (%s); the next sweep does the work", type(error).__name__)


def waiting() -> int | None:
    """How many tasks wait for a worker; None when the queue does not answer."""
    with current_app.connection_for_read() as connection:
        try:
            _connect(connection)
            queue = connection.default_channel.queue_declare(current_app.conf.task_default_queue, passive=True)
        except (OperationalError, *connection.connection_errors):
            return None
        except connection.channel_errors:
            return 0  # the queue is made by the first task
    return int(queue.message_count)


def _connect(connection: Any) -> None:
    # Left to itself a connection tries for some six seconds, and somebody waits for the page.
    connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
