"""Mails: gathered once per person and day, sent one by one, tried again when that fails."""

import logging
import smtplib
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.utils import timezone

from notifications.compose import compose
from notifications.kinds import KINDS
from notifications.models import Mail, MutedKind, Reminder
from notifications.mornings import mornings
from notifications.selectors import standing
from notifications.services.runs import MAILS, record_run

MAX_ATTEMPTS = 60
"""Tries before a mail is given up (default): more than two days of a mail server that fails."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries; the first one is repeated after two minutes, and each wait is twice the one before (default)."""

# What says that the server takes no mail at all, whoever it is for.
_NO_SERVER = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
)
# A reminder goes into one mail: whoever inserts the mail takes the reminders with it.
_GATHER = """
WITH wanted AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS w (recipient_id, key, reminder_id)),
mail AS (
    INSERT INTO {mail} (recipient_id, key, created_at, send_after, attempts, last_error, subject, text)
    SELECT DISTINCT recipient_id, key, %s::timestamptz, %s::timestamptz, 0, '', '', '' FROM wanted
    ORDER BY recipient_id, key
    ON CONFLICT (recipient_id, key) DO NOTHING
    RETURNING id, recipient_id, key
)
UPDATE {reminder} AS reminder SET mail_id = mail.id
FROM wanted JOIN mail USING (recipient_id, key)
WHERE reminder.id = wanted.reminder_id AND reminder.mail_id IS NULL
"""

logger = logging.getLogger(__name__)


class MailServerUnreachable(Exception):
    """The mail server took nothing; what waits is tried again later."""


class _Result(Enum):
    SENT = "sent"
    NOT_SENT = "not sent"
    NO_SERVER = "no server"


def send_mails(now: datetime, *, limit: int) -> int:
    """Gather what is to be told by mail and send what waits; returns how many mails went out."""
    gather_mails(now)
    sent = deliver_waiting(limit=limit)
    record_run(MAILS, now, told=sent)
    return sent


@transaction.atomic
def gather_mails(now: datetime) -> int:
    """Put what people have not been told by mail yet into mails; returns how many reminders that are.

    Everything of a day goes into one mail per person, in the morning of a working day where the person works; what is
    urgent goes alone and at once. Left out are kinds the person does not want by mail, what was read already, and
    trials that the person has left. Safe against a second caller: the database has one mail per person and key.
    """
    wanted = _wanted(now)
    if not wanted:
        return 0
    recipients, keys, reminders = (list(column) for column in zip(*wanted, strict=True))
    statement = _GATHER.format(mail=Mail._meta.db_table, reminder=Reminder._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [recipients, keys, reminders, now, now])
        gathered: int = cursor.rowcount
    return gathered


def _wanted(now: datetime) -> list[tuple[int, str, int]]:
    """Recipient, key of the mail and reminder."""
    muted = set(MutedKind.objects.values_list("user_id", "kind"))
    waiting = standing(now).filter(mail=None, read_at=None)
    urgent = {code for code, kind in KINDS.items() if kind.is_urgent}
    today = mornings(now, from_hour=settings.DERMIS_DIGEST_FROM_HOUR)
    wanted = []
    for recipient, kind, pk in waiting.order_by("recipient_id", "pk").values_list("recipient_id", "kind", "pk"):
        if (recipient, kind) in muted:
            continue
        if kind in urgent:
            wanted.append((recipient, f"urgent:{pk}", pk))
        elif (day := today.get(recipient)) is not None:
            wanted.append((recipient, f"digest:{day}", pk))
    return wanted


def deliver_waiting(*, limit: int) -> int:
    """Send up to `limit` mails that are due, one by one; returns how many the mail server accepted.

    A mail that fails keeps its error and is tried again later, up to MAX_ATTEMPTS; it stops no other. Two runs at the
    same moment never send the same mail: each holds the row it sends and passes over the rows of the other. After a
    process died between sending and storing, that one mail is sent again under the same message id. Raises
    MailServerUnreachable, without trying the others, when the server takes nothing.
    """
    due = Mail.objects.filter(
        sent_at=None, attempts__lt=MAX_ATTEMPTS, send_after__lte=timezone.now(), recipient__is_active=True
    )
    sent = 0
    # Mails that failed before come last, so that they cannot use up the limit for new ones.
    for pk in list(due.order_by("attempts", "created_at", "pk").values_list("pk", flat=True)[:limit]):
        match _deliver(pk):
            case _Result.SENT:
                sent += 1
            case _Result.NO_SERVER:
                raise MailServerUnreachable(f"{sent} mails sent, the others wait")
    return sent


@transaction.atomic
def _deliver(pk: int) -> _Result:
    free = Mail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
    mail = free.filter(pk=pk, sent_at=None, send_after__lte=timezone.now()).first()
    if mail is None:
        return _Result.NOT_SENT
    reminders = list(standing(timezone.now()).filter(mail=mail).select_related("trial", "site"))
    if not reminders:
        mail.delete()
        return _Result.NOT_SENT
    mail.attempts += 1
    result, mail.last_error = _send(mail, reminders)
    if result is _Result.SENT:
        mail.sent_at = timezone.now()
        # What was left out has not been mailed: it may be, should it hold again.
        mail.reminders.exclude(pk__in=[each.pk for each in reminders]).update(mail=None)
    else:
        mail.send_after = timezone.now() + min(timedelta(minutes=2 ** min(mail.attempts, 10)), LONGEST_WAIT)
    mail.save()
    return result


def _send(mail: Mail, reminders: list[Reminder]) -> tuple[_Result, str]:
    """Writes the mail and hands it to the server; returns the error, or nothing when it was accepted."""
    try:
        message = _message(mail, reminders)
    except Exception as error:  # a slip of ours in the words of one kind must not stop all other mails
        logger.exception("mail %s cannot be written", mail.pk)
        return _Result.NOT_SENT, _described(error)
    try:
        accepted = message.send()
    # SMTP, network and TLS errors are OSErrors; a header or address that cannot be written is a ValueError.
    except (OSError, ValueError) as error:
        logger.warning("mail %s was not sent: %s", mail.pk, type(error).__name__)
        return _Result.NO_SERVER if _is_down(error) else _Result.NOT_SENT, _described(error)
    return (_Result.SENT, "") if accepted else (_Result.NOT_SENT, "The account has no e-mail address.")


def _is_down(error: Exception) -> bool:
    # A certificate that is refused is both an OSError and a ValueError: it is the server's, not the mail's.
    is_of_network = isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
    return is_of_network or isinstance(error, _NO_SERVER)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _message(mail: Mail, reminders: list[Reminder]) -> EmailMultiAlternatives:
    written = compose(reminders, language=mail.recipient.language)
    mail.subject, mail.text = written.subject, written.text
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.recipient.email],
        # The same id for every try: a mail program shows a mail once that came twice. RFC 3834: asks holiday
        # responders not to answer.
        headers={"Message-ID": f"<mail-{mail.pk}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(written.html, "text/html")
    return message


def try_again(mail: Mail) -> None:
    """A mail that failed is tried at the next run, with all its tries before it again."""
    Mail.objects.filter(pk=mail.pk, sent_at=None).update(attempts=0, send_after=timezone.now())
