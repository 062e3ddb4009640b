"""Mails are sent one by one; what fails keeps its error, is tried again, and stops no other."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connections, transaction
from pytest_django import Settings

from accounts.models import User
from audit.context import acting
from notifications.kinds import KINDS
from notifications.models import LastRun, Mail, Reminder
from notifications.services import MAX_ATTEMPTS, deliver_waiting, gather_mails, send_mails, try_again
from notifications.services.mails import MailServerUnreachable
from tests.factories import make_kind, make_member, make_reminder, make_site, make_trial, system
from tests.mail_server import MailServer
from tests.worlds import NOW
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

MINUTE = timedelta(minutes=1)


def address(user: User, email: str) -> None:
    with acting(by=system(), reason="Address of the test"):
        User.objects.filter(pk=user.pk).update(email=email)


@pytest.fixture
def waiting(site: Site, coordinator: User) -> Mail:
    """A mail to the coordinator that nobody has tried to send."""
    make_reminder(coordinator, site)
    gather_mails(NOW)
    return Mail.objects.get()


@pytest.fixture
def nobody_listens(settings: Settings) -> Iterator[None]:
    """A mail server whose port is kept and refuses everybody."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        _by_smtp(settings, kept.getsockname()[1])
        yield


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A mail server that takes everything until it is told otherwise."""
    with MailServer() as listening:
        _by_smtp(settings, listening.port)
        yield listening


def _by_smtp(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def tried_at(moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return deliver_waiting(limit=10)


# --- withdrawn in the meantime ----------------------------------------------------------------------------------------


def test_what_was_withdrawn_before_the_mail_went_is_left_out(site: Site, coordinator: User) -> None:
    gone, stays = make_reminder(coordinator, site, stage="closed"), make_reminder(coordinator, site)
    gather_mails(NOW)
    Reminder.objects.filter(pk=gone.pk).update(withdrawn_at=NOW)
    assert deliver_waiting(limit=10) == 1
    assert "missed" not in mail.outbox[0].body
    assert list(Reminder.objects.exclude(mail=None)) == [stays]


def test_what_was_left_out_is_mailed_when_it_holds_again(site: Site, coordinator: User) -> None:
    gone, _stays = make_reminder(coordinator, site), make_reminder(coordinator, site)
    gather_mails(NOW)
    for withdrawn_at in (NOW, None):
        Reminder.objects.filter(pk=gone.pk).update(withdrawn_at=withdrawn_at)
        deliver_waiting(limit=10)
    assert gather_mails(NOW + timedelta(days=1)) == 1
    assert Mail.objects.get(sent_at=None).reminders.get() == gone


def test_a_mail_of_which_nothing_is_left_vanishes(waiting: Mail) -> None:
    Reminder.objects.update(withdrawn_at=NOW)
    assert deliver_waiting(limit=10) == 0
    assert mail.outbox == []
    assert not Mail.objects.exists()


def test_what_comes_back_after_its_mail_vanished_is_mailed_the_same_day(waiting: Mail) -> None:
    Reminder.objects.update(withdrawn_at=NOW)
    deliver_waiting(limit=10)
    Reminder.objects.update(withdrawn_at=None)
    assert send_mails(NOW, limit=10) == 1


# --- two workers ------------------------------------------------------------------------------------------------------


def person_with_mails(count: int) -> None:
    site = make_site(make_trial())
    for _n in range(count):
        make_reminder(make_member("coordinator", site), site)
    gather_mails(NOW)


def test_a_mail_that_another_worker_is_sending_is_passed_over(committed_db: None) -> None:
    person_with_mails(2)
    held, done = Event(), Event()

    def hold() -> int:
        try:
            with transaction.atomic():
                pk = Mail.objects.select_for_update().earliest("pk").pk
                held.set()
                done.wait(timeout=30)
            return pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(hold)
        assert held.wait(timeout=30)
        assert deliver_waiting(limit=10) == 1
        done.set()
        assert Mail.objects.get(sent_at=None).pk == other.result(timeout=30)
    assert deliver_waiting(limit=10) == 1
    assert len(mail.outbox) == 2


def test_workers_that_send_at_once_send_each_mail_once(committed_db: None) -> None:
    person_with_mails(12)

    def work(_n: int) -> int:
        try:
            return deliver_waiting(limit=20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 12
    assert len({sent.to[0] for sent in mail.outbox}) == len(mail.outbox) == 12


# --- the server refuses -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nobody_listens")
def test_each_wait_is_twice_the_one_before_up_to_an_hour(waiting: Mail) -> None:
    waits, moment = [], NOW
    for _try in range(8):
        assert waits == [] or tried_at(moment - timedelta(seconds=1)) == 0
        with pytest.raises(MailServerUnreachable):
            tried_at(moment)
        waiting.refresh_from_db()
        waits.append((waiting.send_after - moment) / MINUTE)
        moment = waiting.send_after
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert waiting.attempts == 8
    assert waiting.last_error.startswith("ConnectionRefusedError: ")


@pytest.mark.usefixtures("nobody_listens")
def test_a_server_that_takes_nothing_is_asked_once_and_the_run_is_not_kept(site: Site) -> None:
    for _n in range(3):
        make_reminder(make_member("coordinator", site), site)
    with pytest.raises(MailServerUnreachable, match="0 mails sent"):
        send_mails(NOW, limit=10)
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert not LastRun.objects.exists()


def test_a_refused_certificate_is_the_servers_and_not_the_mails(waiting: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an OSError and a ValueError at once."""

    def refuse(*_arguments: Any, **_names: Any) -> int:
        raise ssl.SSLCertVerificationError("certificate has expired")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    with pytest.raises(MailServerUnreachable):
        deliver_waiting(limit=10)


def test_after_the_outage_the_same_mail_goes_out(waiting: Mail, server: MailServer) -> None:
    server.refuses_content = True
    assert tried_at(NOW) == 0
    server.refuses_content = False
    assert tried_at(NOW + 2 * MINUTE) == 1
    waiting.refresh_from_db()
    assert (waiting.attempts, waiting.last_error, waiting.sent_at) == (2, "", NOW + 2 * MINUTE)
    assert server.message_ids == [f"<mail-{waiting.pk}@test.invalid>"] * 2
    assert tried_at(NOW + timedelta(days=1)) == 0


def test_the_database_refuses_a_mail_that_was_sent_in_no_attempt(coordinator: User) -> None:
    with pytest.raises(IntegrityError, match="mail_sent_in_some_attempt"), transaction.atomic():
        Mail.objects.create(recipient=coordinator, key="digest:2026-05-20", sent_at=NOW)


# --- one mail fails ---------------------------------------------------------------------------------------------------


def two_mails(site: Site) -> tuple[Mail, Mail]:
    first, second = (make_member("coordinator", site) for _n in range(2))
    for person in (first, second):
        make_reminder(person, site)
    gather_mails(NOW)
    return Mail.objects.get(recipient=first), Mail.objects.get(recipient=second)


def test_an_address_that_the_server_refuses_stops_no_other(site: Site, server: MailServer) -> None:
    wrong, right = two_mails(site)
    server.refuses = {wrong.recipient.email}
    assert deliver_waiting(limit=10) == 1
    assert server.recipients == [right.recipient.email]
    wrong.refresh_from_db()
    assert wrong.last_error.startswith("SMTPRecipientsRefused: ")
    assert wrong.send_after == NOW + 2 * MINUTE


@pytest.mark.parametrize(
    ("email", "error"),
    [("a@example.invalid\nBcc: b@example.invalid", "BadHeaderError: "), ("", "The account has no e-mail address.")],
)
def test_an_address_that_is_none_stops_no_other(site: Site, email: str, error: str) -> None:
    wrong, right = two_mails(site)
    address(wrong.recipient, email)
    assert deliver_waiting(limit=10) == 1
    assert [sent.to for sent in mail.outbox] == [[right.recipient.email]]
    wrong.refresh_from_db()
    assert wrong.last_error.startswith(error)


@pytest.mark.parametrize("slip", [{"facts": {}}, {"stage": "never"}])
def test_a_reminder_that_cannot_be_put_into_words_stops_no_other_mail(site: Site, slip: dict[str, Any]) -> None:
    wrong, right = two_mails(site)
    wrong.reminders.update(**slip)
    assert deliver_waiting(limit=10) == 1
    assert [sent.to for sent in mail.outbox] == [[right.recipient.email]]
    wrong.refresh_from_db()
    assert (wrong.attempts, wrong.sent_at) == (1, None)
    assert wrong.last_error


def test_a_kind_that_only_a_newer_version_knows_waits_for_a_process_that_does(site: Site) -> None:
    newer, right = two_mails(site)
    reminder = newer.reminders.get()
    Reminder.objects.filter(pk=reminder.pk).update(kind="of_tomorrow")
    assert deliver_waiting(limit=10) == 1
    assert [sent.to for sent in mail.outbox] == [[right.recipient.email]]
    reminder.refresh_from_db()
    assert (reminder.mail, reminder.withdrawn_at) == (None, None)
    assert gather_mails(NOW) == 0


def test_mails_that_failed_before_do_not_use_up_the_limit_of_new_ones(site: Site) -> None:
    old, new = two_mails(site)
    Mail.objects.filter(pk=old.pk).update(attempts=3)
    assert deliver_waiting(limit=1) == 1
    assert [sent.to for sent in mail.outbox] == [[new.recipient.email]]


def test_a_mail_is_given_up_after_so_many_tries_and_revived_by_hand(waiting: Mail) -> None:
    Mail.objects.update(attempts=MAX_ATTEMPTS - 1)
    address(waiting.recipient, "")
    assert tried_at(NOW) == 0
    waiting.refresh_from_db()
    assert waiting.attempts == MAX_ATTEMPTS
    address(waiting.recipient, "back@example.invalid")
    assert tried_at(NOW + timedelta(days=9)) == 0
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        try_again(waiting)
        assert deliver_waiting(limit=10) == 1
    assert mail.outbox[0].to == ["back@example.invalid"]


def test_a_mail_that_went_out_is_not_revived(waiting: Mail) -> None:
    deliver_waiting(limit=10)
    try_again(waiting)
    assert deliver_waiting(limit=10) == 0
    waiting.refresh_from_db()
    assert waiting.attempts == 1


def test_a_line_of_any_length_fits_the_subject(site: Site, coordinator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "test_long", make_kind("test_long"))
    make_reminder(coordinator, site, kind="test_long", facts={"number": "GZ-001 " * 100})
    assert send_mails(NOW, limit=10) == 1
    assert len(mail.outbox[0].subject) == 200
