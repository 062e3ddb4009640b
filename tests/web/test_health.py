"""Whether the process lives, and whether it can do all of its work: each part failing for real."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from config import health
from notifications.models import LastRun
from notifications.services import TICK
from tests.database import connected_to, owner_connection

A_FEW_SECONDS = 8
"""The longest answer, with room for a busy machine."""


@contextmanager
def a_server_that_never_answers() -> Iterator[int]:
    """Its port: whoever connects is let in and waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def ticked(at: datetime) -> None:
    LastRun.objects.update_or_create(name=TICK, defaults={"ran_at": at})


@pytest.fixture(autouse=True)
def queue(settings: Any) -> None:
    """The task queue of this test run, whose address is known only after the settings were read."""
    settings.CELERY_BROKER_URL = os.environ["REDIS_URL"]


@pytest.fixture
def running(committed_db: None) -> None:
    """All that Dermis needs is there, and the scheduler ticked just now."""
    ticked(timezone.now())


def ready(client: Client) -> Any:
    """The answer of /readyz, which must come within seconds whatever is wrong."""
    started = time.monotonic()
    response = client.get("/readyz")
    assert time.monotonic() - started < A_FEW_SECONDS
    answer = response.json()
    assert response.status_code == (200 if answer["ready"] else 503)
    assert list(answer["checks"]) == ["database", "broker", "migrations", "beat"]
    return answer


def wrong(client: Client) -> dict[str, str]:
    """What is not in order, in words."""
    answer = ready(client)
    assert not answer["ready"]
    return {name: words for name, words in answer["checks"].items() if words != "ok"}


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_living_process_says_so_without_a_database(client: Client, method: str) -> None:
    response = getattr(client, method)("/healthz")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content == (b"ok" if method == "get" else b"")


def test_neither_an_unknown_host_nor_https_nor_sign_in_stands_in_the_way(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/healthz", headers={"host": "10.1.2.3:8000"})
    assert (response.status_code, response.content) == (200, b"ok")
    assert client.cookies == {}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_asking_is_all_that_is_allowed(client: Client, path: str) -> None:
    response = client.post(path)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_it_is_ready_when_everything_is_there(running: None, client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = ready(client)
    assert answer["ready"] is True
    assert set(answer["checks"].values()) == {"ok"}


def test_a_queue_where_nobody_listens(
    running: None, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CELERY_BROKER_URL = "redis://:the-password@127.0.0.1:1/0"
    assert wrong(client) == {"broker": "does not answer"}
    assert "Connection refused" in caplog.text
    assert "the-password" not in caplog.text


def test_a_queue_that_never_answers(running: None, client: Client, settings: Any) -> None:
    with a_server_that_never_answers() as port:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
        assert wrong(client) == {"broker": "does not answer"}


def test_a_queue_that_refuses_the_password(running: None, client: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = settings.CELERY_BROKER_URL.replace("socket://", "socket://somebody:wrong@")
    assert "wrong@" in settings.CELERY_BROKER_URL
    assert wrong(client) == {"broker": "does not answer"}


NO_DATABASE = {
    "database": "does not answer",
    "migrations": "not known while the database does not answer",
    "beat": "not known while the database does not answer",
}


def test_a_database_that_is_not_there(running: None, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with connected_to("no_such_database"):
        assert wrong(client) == NO_DATABASE
    assert "no_such_database" in caplog.text


def test_a_database_that_never_answers(running: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_server_that_never_answers() as port:
        monkeypatch.setitem(connections["default"].settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connections["default"].settings_dict, "PORT", str(port))
        assert wrong(client) == NO_DATABASE


def test_a_migration_that_was_not_applied(running: None, client: Client) -> None:
    with owner_connection(connections["default"].settings_dict["NAME"]) as owner:
        last = owner.execute("SELECT max(id) FROM django_migrations WHERE app = 'patients'").fetchone()
        assert last is not None
        owner.execute("DELETE FROM django_migrations WHERE id = %s", last)
    assert wrong(client) == {"migrations": "1 not applied: run migrate"}


def test_a_table_that_is_locked_holds_nobody(running: None, client: Client) -> None:
    with owner_connection(connections["default"].settings_dict["NAME"]) as owner, owner.transaction():
        owner.execute(f"LOCK TABLE {LastRun._meta.db_table}")
        assert wrong(client) == {"beat": "does not answer"}


def test_a_scheduler_that_has_never_run(committed_db: None, client: Client) -> None:
    assert wrong(client) == {"beat": "has never run"}


@pytest.mark.usefixtures("clock")
def test_a_scheduler_may_be_silent_for_five_minutes_and_no_longer(running: None, client: Client) -> None:
    ticked(timezone.now() - timedelta(minutes=5))
    assert ready(client)["ready"] is True
    ticked(timezone.now() - timedelta(minutes=17, seconds=20))
    assert wrong(client) == {"beat": "last ran 17 minutes ago"}
    ticked(timezone.now() - timedelta(minutes=5, seconds=1))
    assert wrong(client) == {"beat": "last ran 5 minutes ago"}


def test_a_check_that_hangs_is_given_up_and_too_many_of_them_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_LONGEST_SECONDS", 0.2)
    released = threading.Event()

    def hang() -> dict[str, str]:
        return {"name": "ok" if released.wait(60) else "nobody came"}

    hanging = [health._asked(hang, names=("name",)) for _ in range(health._AT_ONCE)]
    assert health._answer(hanging[0]) == {"name": "does not answer"}
    assert health._answer(health._asked(hang, names=("name",))) == {"name": "earlier checks are still waiting"}
    monkeypatch.undo()
    released.set()
    assert [health._answer(asked) for asked in hanging[1:]] == [{"name": "ok"}] * (health._AT_ONCE - 1)


def test_pages_work_while_the_queue_does_not(running: None, client: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert client.get("/sign-in/").status_code == 200
