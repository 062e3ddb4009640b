"""Messages are stored once per dedupe key, sent once, and tried again when sending fails."""

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from accounts.models import User
from audit.context import acting
from notifications.models import Notification
from notifications.services import MAX_ATTEMPTS, Message, announce, deliver_pending
from tests.factories import UserFactory

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
UNWRITABLE_ADDRESS = "wang@example.org\nBcc: someone@example.org"


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory()


def message(recipient: User, key: str = "k1") -> Message:
    return Message(recipient=recipient, kind="test", dedupe_key=key, subject=f"About {key}", body="Plain text.")


def the_only_one() -> Notification:
    return Notification.objects.get()


def test_a_message_is_stored_until_it_is_delivered(reader: User) -> None:
    assert announce([message(reader)]) == 1
    stored = the_only_one()
    assert (stored.recipient, stored.kind, stored.subject, stored.body) == (
        reader,
        "test",
        "About k1",
        "Plain text.",
    )
    assert (stored.sent_at, stored.attempts, stored.last_error) == (None, 0, "")
    assert mail.outbox == []


def test_a_used_key_is_not_stored_again_and_only_new_ones_are_counted(reader: User) -> None:
    announce([message(reader, "k1")])
    assert announce([message(reader, "k1"), message(reader, "k2"), message(reader, "k2")]) == 1
    assert set(Notification.objects.values_list("dedupe_key", flat=True)) == {"k1", "k2"}


def test_announcing_nothing_is_no_error(db: None) -> None:
    assert announce([]) == 0


def test_a_message_without_a_key_is_refused_by_the_database(reader: User) -> None:
    with pytest.raises(IntegrityError, match="notifications_has_dedupe_key"), transaction.atomic():
        announce([message(reader, "")])


def test_a_message_cannot_be_stored_as_sent_without_an_attempt(reader: User) -> None:
    announce([message(reader)])
    with pytest.raises(IntegrityError, match="notifications_sent_in_some_attempt"), transaction.atomic():
        Notification.objects.update(sent_at="2026-05-04T12:00Z")


def test_a_pending_message_is_sent_to_its_recipient_once(reader: User) -> None:
    announce([message(reader)])
    assert deliver_pending(10) == 1
    assert deliver_pending(10) == 0
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([reader.email], "About k1", "Plain text.")
    assert sent.extra_headers == {"Auto-Submitted": "auto-generated"}
    stored = the_only_one()
    assert stored.sent_at is not None
    assert stored.attempts == 1


def test_a_mail_server_that_does_not_answer_is_tried_again_at_the_next_run(reader: User, settings: Settings) -> None:
    announce([message(reader)])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # never listens: every connection is refused
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        assert deliver_pending(10) == 0
    failed = the_only_one()
    assert (failed.sent_at, failed.attempts) == (None, 1)
    assert "ConnectionRefusedError" in failed.last_error

    settings.EMAIL_BACKEND = LOCMEM
    assert deliver_pending(10) == 1
    delivered = the_only_one()
    assert delivered.sent_at is not None
    assert (delivered.attempts, delivered.last_error) == (2, "")


def test_a_message_that_fails_does_not_stop_the_others(reader: User) -> None:
    unreachable = UserFactory()
    change_address(unreachable, UNWRITABLE_ADDRESS)
    announce([message(unreachable, "k1")])
    announce([message(reader, "k2")])
    assert deliver_pending(10) == 1
    assert [sent.to for sent in mail.outbox] == [[reader.email]]
    assert "BadHeaderError" in Notification.objects.get(dedupe_key="k1").last_error


def test_messages_that_failed_leave_the_limit_to_new_ones(reader: User) -> None:
    unreachable = UserFactory()
    change_address(unreachable, UNWRITABLE_ADDRESS)
    announce([message(unreachable, "k1")])
    deliver_pending(1)
    announce([message(reader, "k2")])
    assert deliver_pending(1) == 1
    assert Notification.objects.get(dedupe_key="k1").attempts == 1


def test_no_more_than_the_limit_is_sent_in_one_run(reader: User) -> None:
    announce([message(reader, f"k{number}") for number in range(3)])
    assert deliver_pending(2) == 2
    assert len(mail.outbox) == 2


def test_an_account_without_an_address_counts_as_a_failure(reader: User) -> None:
    change_address(reader, "")
    announce([message(reader)])
    assert deliver_pending(10) == 0
    assert the_only_one().last_error == "The account has no e-mail address."


@pytest.mark.parametrize(("attempts", "delivered"), [(MAX_ATTEMPTS - 1, 1), (MAX_ATTEMPTS, 0)])
def test_a_message_is_given_up_after_the_last_attempt(reader: User, attempts: int, delivered: int) -> None:
    announce([message(reader)])
    Notification.objects.update(attempts=attempts)
    assert deliver_pending(10) == delivered


def test_who_may_no_longer_sign_in_gets_no_mail(reader: User) -> None:
    announce([message(reader)])
    with acting(by=reader, reason="Left the hospital"):
        User.objects.filter(pk=reader.pk).update(is_active=False)
    assert deliver_pending(10) == 0
    assert the_only_one().attempts == 0


def change_address(user: User, email: str) -> None:
    with acting(by=user, reason="Test of a bad address"):
        User.objects.filter(pk=user.pk).update(email=email)


# --- two at the same moment: on a database where other connections see what is written --------------------------------


class SlowBackend(EmailBackend):
    """Takes as long as a real server, so that two runs meet on the same messages."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        time.sleep(0.05)
        return super().send_messages(messages)


def in_own_connection(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    finally:
        connection.close()


def test_two_runs_at_the_same_moment_send_every_message_once(committed_db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.SlowBackend"
    reader = UserFactory()
    announce([message(reader, f"k{number}") for number in range(6)])
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(in_own_connection, deliver_pending, 10) for _run in range(2)]
        assert sum(run.result() for run in runs) == 6
    assert sorted(sent.subject for sent in mail.outbox) == [f"About k{number}" for number in range(6)]
    assert set(Notification.objects.values_list("attempts", flat=True)) == {1}


def test_a_run_passes_over_a_message_that_another_is_sending(committed_db: None) -> None:
    announce([message(UserFactory())])
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Notification.objects.select_for_update().get()
        assert pool.submit(in_own_connection, deliver_pending, 10).result(timeout=10) == 0
    assert mail.outbox == []


def test_two_announcements_of_the_same_keys_at_the_same_moment_store_each_once(committed_db: None) -> None:
    reader = UserFactory()
    keys = [f"k{number}" for number in range(300)]
    batches = [[message(reader, key) for key in order] for order in (keys, keys[::-1])]
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(in_own_connection, announce, batch) for batch in batches]
        assert sum(run.result() for run in runs) == 300
