"""Telling of what happened once, choosing what comes by mail, and handing work to the queue."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from celery import Celery
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications import queue
from notifications.kinds import KINDS
from notifications.models import MutedKind, Reminder
from notifications.selectors import muted_by
from notifications.services import Told, mute, settle, tell
from tests.factories import make_kind, make_member
from tests.worlds import NOW
from trials.models import Site

SAFETY = "safety_test"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("test_ready", SAFETY):
        monkeypatch.setitem(KINDS, code, make_kind(code))


# --- once -------------------------------------------------------------------------------------------------------------


def ready(recipient: User, site: Site, number: str = "1") -> Told:
    return Told(
        kind="test_ready",
        topic="export:1",
        stage="open",
        recipient=recipient,
        trial=site.trial,
        site=site,
        facts={"number": number},
    )


@pytest.mark.usefixtures("clock")
def test_telling_stores_who_is_told_what_and_when(site: Site, coordinator: User) -> None:
    tell([ready(coordinator, site)])
    (told,) = Reminder.objects.all()
    assert (told.kind, told.topic, told.stage, told.occasion) == ("test_ready", "export:1", "open", "")
    assert (told.recipient, told.trial, told.site, told.told_at) == (coordinator, site.trial, site, NOW)
    assert told.facts == {"number": "1"}
    assert (told.is_late, told.read_at, told.withdrawn_at, told.mail) == (False, None, None, None)


def test_a_person_is_told_once_and_a_colleague_too(site: Site, coordinator: User) -> None:
    colleague = make_member("coordinator", site)
    tell([ready(coordinator, site)])
    tell([ready(coordinator, site, "2"), ready(colleague, site), ready(colleague, site)])
    found = Reminder.objects.order_by("recipient").values_list("recipient", "facts__number")
    assert list(found) == [(coordinator.pk, "1"), (colleague.pk, "1")]


def test_telling_many_takes_one_statement(site: Site, coordinator: User) -> None:
    people = [coordinator, *(make_member("coordinator", site) for _n in range(4))]
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        tell(ready(person, site) for person in people)
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    assert Reminder.objects.count() == 5


@pytest.mark.usefixtures("clock")
def test_what_is_settled_leaves_every_inbox_and_nothing_else_does(site: Site, coordinator: User) -> None:
    colleague = make_member("coordinator", site)
    tell([ready(coordinator, site), ready(colleague, site), replace(ready(coordinator, site), topic="export:2")])
    settle(kind="test_ready", topic="export:1")
    settle(kind="another", topic="export:2")
    found = Reminder.objects.order_by("topic", "recipient").values_list("topic", "recipient", "withdrawn_at")
    assert list(found) == [
        ("export:1", coordinator.pk, NOW),
        ("export:1", colleague.pk, NOW),
        ("export:2", coordinator.pk, None),
    ]


# --- what comes by mail -----------------------------------------------------------------------------------------------


def test_exactly_the_kinds_named_last_are_muted_and_of_nobody_else(site: Site, coordinator: User) -> None:
    colleague = make_member("coordinator", site)
    mute(user=colleague, kinds=["visit_window"])
    mute(user=coordinator, kinds=["visit_window", "test_ready"])
    mute(user=coordinator, kinds=["test_ready", "eligibility"])
    assert muted_by(coordinator) == {"test_ready", "eligibility"}
    mute(user=coordinator, kinds=[])
    assert muted_by(coordinator) == set()
    assert muted_by(colleague) == {"visit_window"}


@pytest.mark.parametrize("wrong", [SAFETY, "unknown"])
def test_safety_and_what_nobody_knows_cannot_be_muted(coordinator: User, wrong: str) -> None:
    mute(user=coordinator, kinds=["test_ready"])
    with pytest.raises(ValueError, match=f"cannot be muted: {wrong}"):
        mute(user=coordinator, kinds=["visit_window", wrong])
    assert muted_by(coordinator) == {"test_ready"}


def test_the_database_refuses_to_mute_safety(coordinator: User) -> None:
    with pytest.raises(IntegrityError, match="notifications_safety_is_told"), transaction.atomic():
        MutedKind.objects.create(user=coordinator, kind=SAFETY)


# --- the queue --------------------------------------------------------------------------------------------------------


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is kept and where nobody listens."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


@pytest.fixture
def silent(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is at that port."""
    app = Celery("silent", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
    monkeypatch.setattr(queue, "current_app", app)
    monkeypatch.setattr(queue, "_silent_until", 0.0)


def complaints(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int]]:
    return [(record.name, record.levelno) for record in caplog.records if record.levelno >= logging.WARNING]


ONE_WARNING = [("notifications.queue", logging.WARNING)]


@pytest.mark.usefixtures("silent", "committed_db")
def test_a_queue_that_refuses_fails_nothing_and_is_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    with transaction.atomic():
        queue.soon("notifications.tasks.tick")
        assert complaints(caplog) == []
    assert complaints(caplog) == ONE_WARNING
    assert time.monotonic() - began < 1

    queue.soon("notifications.tasks.tick")
    assert complaints(caplog) == ONE_WARNING
    later = time.monotonic() + queue.PAUSE_SECONDS
    monkeypatch.setattr(queue, "time", SimpleNamespace(monotonic=lambda: later))
    queue.soon("notifications.tasks.tick")
    assert complaints(caplog) == ONE_WARNING * 2


@pytest.mark.usefixtures("silent", "committed_db")
def test_nothing_is_handed_over_when_the_transaction_fails(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        queue.soon("notifications.tasks.tick")
        raise RuntimeError
    assert complaints(caplog) == []


@pytest.mark.usefixtures("silent")
def test_nobody_knows_how_much_waits_in_a_queue_that_refuses() -> None:
    assert queue.waiting() is None


@pytest.mark.usefixtures("committed_db")
def test_what_is_handed_over_waits_in_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Celery("listening", broker=os.environ["REDIS_URL"], set_as_current=False)
    app.conf.task_default_queue = "of_this_test"
    monkeypatch.setattr(queue, "current_app", app)
    monkeypatch.setattr(queue, "_silent_until", 0.0)
    assert queue.waiting() == 0
    queue.soon("notifications.tasks.tick")
    assert queue.waiting() == 1
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge("of_this_test")
