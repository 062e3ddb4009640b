"""A real worker with the settings of production, on a queue of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django_celery_results.models import TaskResult
from structlog.contextvars import bound_contextvars

from config.embedded import ValkeyServer, valkey
from config.embedded.launcher import ROOT

TASK = "celery.backend_cleanup"
"""Comes with Celery, and works on our database."""


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[ValkeyServer]:
    with valkey(tmp_path / "valkey", fast=True) as server:
        yield server


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def worker(committed_db: None, queue: ValkeyServer, log: Path) -> Iterator[None]:
    """Runs until the end of the test; its database is that of the test."""
    address = urlsplit(os.environ["DATABASE_URL"])
    path = f"{address.path.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "only for tests",
        "ALLOWED_HOSTS": "ecrf.example.org",
        "DATABASE_URL": urlunsplit(address._replace(path=path)),
        "REDIS_URL": queue.url,
        "EMAIL_URL": "consolemail://",
        "DEFAULT_FROM_EMAIL": "dermis@test.invalid",
        "DOCUMENTS_FOLDER": "/var/lib/dermis-documents",
    }
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--without-mingle"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            wait_until(lambda: " ready." in log.read_text(), why=log)
            yield
        finally:
            process.terminate()
            assert process.wait(30) == 0, log.read_text()


def wait_until(condition: Callable[[], Any], *, why: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, why.read_text()
        time.sleep(0.1)


def send(queue: ValkeyServer) -> str:
    """As a page does; the id of the task."""
    with bound_contextvars(request_id="the page that asked"):
        return str(Celery("a page", broker=queue.url, set_as_current=False).send_task(TASK).id)


def test_a_worker_outlasts_a_quiet_queue_and_says_which_task_it_did(
    worker: None, queue: ValkeyServer, log: Path
) -> None:
    quiet = settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] + 2
    time.sleep(quiet)
    sent = send(queue)
    wait_until(lambda: TaskResult.objects.filter(task_id=sent, status="SUCCESS").exists(), why=log)
    assert TaskResult.objects.get().task_name == TASK
    wait_until(lambda: "task_succeeded" in log.read_text(), why=log)
    # What is printed before logging begins is the banner of Celery, for people.
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    about = [line for line in lines if line.get("task_id") == sent]
    assert [(line["event"], line["task"], line["level"]) for line in about] == [("task_succeeded", TASK, "info")]
    assert {"timestamp", "logger", "duration_ms"} <= about[0].keys()
    assert about[0]["request_id"] == "the page that asked"
    assert "lost" not in log.read_text()
