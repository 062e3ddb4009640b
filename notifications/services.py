"""Announcing messages and sending them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from notifications.models import Notification

MAX_ATTEMPTS = 300
"""Tries before a message is given up: a default, about a day of a failing mail server at one run every five minutes."""

# SMTP, network and TLS errors are OSErrors; a header or address that cannot be written is a ValueError.
_MAIL_ERRORS = (OSError, ValueError)

# bulk_create(ignore_conflicts=True) cannot tell how many rows are new.
_INSERT_NEW = """
INSERT INTO {table} (recipient_id, kind, dedupe_key, subject, body, created_at, attempts, last_error)
SELECT recipient, kind, dedupe_key, subject, body, %s, 0, ''
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS message (recipient, kind, dedupe_key, subject, body)
ON CONFLICT (dedupe_key) DO NOTHING
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Message:
    """What to tell whom, once per `dedupe_key`: plain text in the recipient's language, without identifying data."""

    recipient: User
    kind: str
    dedupe_key: str
    subject: str
    body: str


def announce(messages: Iterable[Message]) -> int:
    """Store the messages whose dedupe key has never been used; returns how many those are.

    One statement whatever their number, safe against a second caller at the same moment. Nothing is sent before
    `deliver_pending` runs. Raises DataError when a subject line or key is longer than its column.
    """
    # One order for everybody, so that two callers with the same keys wait for each other and cannot deadlock.
    ordered = sorted(messages, key=lambda message: message.dedupe_key)
    columns: list[list[Any]] = [
        [message.recipient.pk for message in ordered],
        [message.kind for message in ordered],
        [message.dedupe_key for message in ordered],
        [message.subject for message in ordered],
        [message.body for message in ordered],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_NEW.format(table=Notification._meta.db_table), [timezone.now(), *columns])
        new: int = cursor.rowcount
    return new


def deliver_pending(limit: int) -> int:
    """Send up to `limit` messages that have not been sent, one by one; returns how many the mail server accepted.

    A message that fails keeps its error and is tried again at the next run, up to MAX_ATTEMPTS; it stops no other. Two
    runs at the same moment never send the same message: each holds the row it sends and passes over the rows of the
    other. After a process died between sending and storing, that one message is sent again.
    """
    pending = Notification.objects.filter(sent_at=None, attempts__lt=MAX_ATTEMPTS, recipient__is_active=True)
    # Messages that failed before come last, so that they cannot use up the limit for new ones.
    chosen = list(pending.order_by("attempts", "created_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(_deliver(pk) for pk in chosen)


@transaction.atomic
def _deliver(pk: int) -> bool:
    free = Notification.objects.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
    notification = free.filter(pk=pk, sent_at=None).first()
    if notification is None:
        return False
    notification.attempts += 1
    notification.last_error = _send(notification)
    if not notification.last_error:
        notification.sent_at = timezone.now()
    notification.save(update_fields=["attempts", "last_error", "sent_at"])
    return notification.sent_at is not None


def _send(notification: Notification) -> str:
    """Hands the message to the mail server; returns the error, or nothing when it was accepted."""
    mail = EmailMessage(
        notification.subject,
        notification.body,
        to=[notification.recipient.email],
        # RFC 3834: asks holiday responders not to answer.
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        accepted = mail.send()
    except _MAIL_ERRORS as error:
        logger.warning("%s was not sent: %s", notification, type(error).__name__)
        return f"{type(error).__name__}: {error}"
    return "" if accepted else "The account has no e-mail address."
