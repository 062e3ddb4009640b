"""The processes of background work, for real: a queue, workers and a scheduler on the database of one test."""

import contextlib
import os
import signal
import socket
import socketserver
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from celery import Celery
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.embedded import valkey
from config.embedded.launcher import Child, start
from notifications.models import LastRun
from patients.models import Visit
from tests.database import owner_connection

_CELERY = (sys.executable, "-m", "celery", "-A", "config")
_WORKER = (*_CELERY, "worker", "--pool", "solo", "--loglevel", "INFO", "--without-mingle", "--without-gossip")
_BETWEEN_MAILS = b"-" * 79 + b"\n"  # as Django's file backend writes them
_PATIENCE_SECONDS = 45
_CSRF_SECRET = "a" * 32  # form and cookie must agree in it


def until(condition: Callable[[], object], what: str, *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait until it holds; fails, saying what did not happen, when that takes longer."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"within {seconds:.0f} seconds: {what}"
        time.sleep(0.05)


def zone_of_noon() -> str:
    """A time zone in which it is between noon and one o'clock: no day ends, and no morning is awaited, in a test."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # POSIX: the sign says how far west


class Background:
    """Queue, workers and scheduler; whatever was started ends with `everything_stopped`.

    A worker runs with the settings of the demonstration, where mails become files and no morning is waited for.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mail_folder = folder / "mails"
        self._children: list[Child] = []
        self._broker = contextlib.ExitStack()
        self._address = ""
        parts = urlsplit(os.environ["DATABASE_URL"])
        name = connection.settings_dict["NAME"]
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "DATABASE_URL": urlunsplit(parts._replace(path=f"{parts.path.rsplit('/', 1)[0]}/{name}")),
            "DERMIS_MAIL_FOLDER": str(self.mail_folder),
            "SECRET_KEY": settings.SECRET_KEY,
        }

    def start_queue(self) -> None:
        """An empty queue, each time at the same address."""
        self._address = self._broker.enter_context(valkey(self.folder / "valkey", fast=True)).url
        self._environment["REDIS_URL"] = self._address

    def stop_queue(self) -> None:
        """Nobody answers at its address any more."""
        self._broker.close()

    def start_worker(self, **environment: str) -> Child:
        """One more worker, which takes one task at a time."""
        return self._start("worker", *_WORKER, "--hostname", f"worker{len(self._children)}@test", **environment)

    def start_beat(self) -> Child:
        """The scheduler, with the schedule of the demonstration."""
        return self._start("beat", *_CELERY, "beat", "--schedule", str(self.folder / "schedule"))

    def start_web(self, port: int) -> Child:
        """The web server."""
        return self._start("web", sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket",
                           "--bind", f"127.0.0.1:{port}")  # fmt: skip

    def kill(self, child: Child) -> None:
        """As the kernel does when memory runs out; returns when the database has noticed it, too."""
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def send(self, *names: str) -> datetime:
        """Queue the tasks as the scheduler does, by the names of their runs; returns the moment just before."""
        moment = timezone.now()
        app = Celery(broker=self._address, set_as_current=False)
        with app.connection_for_write() as queue:
            for name in names:
                entry = settings.CELERY_BEAT_SCHEDULE[name]
                app.send_task(entry["task"], connection=queue, retry=False, **entry["options"])
        return moment

    def run(self, *names: str) -> None:
        """Queue the tasks and wait until each has come to its end."""
        moment = self.send(*names)
        for name in names:
            until(lambda name=name: self.has_run(name, since=moment), f"{name} has run{self._words()}")

    def has_run(self, name: str, *, since: datetime) -> bool:
        """Whether the run that began at this moment or later has come to its end."""
        return LastRun.objects.filter(name=name, ran_at__gte=since).exists()

    def mails(self) -> list[EmailMessage]:
        """What lies in the folder of mails."""
        found = []
        for path in sorted(self.mail_folder.glob("*")):
            for written in path.read_bytes().split(_BETWEEN_MAILS):
                if written.strip():
                    found.append(message_from_bytes(written, policy=policy.default))
        return found

    def wait_for_no_session(self) -> None:
        """Until the database has noticed that nobody but the test is there."""
        until(lambda: not self.sessions(), "the database has ended the sessions of killed processes")

    def sessions(self, *, waiting_for_a_row: bool = False) -> list[int]:
        """Process numbers of the sessions of others; all, or those that wait for somebody's uncommitted row."""
        others = (
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s AND pid <> %s"
            " AND (NOT %s OR pid IN (SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'))"
        )
        mine = connection.connection.info.backend_pid if connection.connection else 0
        name, role = connection.settings_dict["NAME"], connection.settings_dict["USER"]
        with owner_connection() as owner:
            return [pid for (pid,) in owner.execute(others, [name, role, mine, waiting_for_a_row]).fetchall()]

    def stop(self) -> None:
        """End what was started."""
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.stop_queue()
        self.wait_for_no_session()

    def _start(self, name: str, *command: str, **environment: str) -> Child:
        log = self.folder / f"{name}{len(self._children)}.log"
        together = {**self._environment, **environment}
        child = start(f"The {name}", command, log=log, privilege="as is", environment=together)
        self._children.append(child)
        return child

    def _words(self) -> str:
        logs = (child.log.read_text(errors="replace")[-3000:] for child in self._children if child.log)
        return "\n".join(["", *logs])


class Page:
    """The page of a visit on the web server, as a browser in which the person is signed in sees it."""

    def __init__(self, port: int, user: User, visit: Visit) -> None:
        client = Client()
        client.force_login(user)
        site = visit.subject.site
        path = reverse("patients:visit", args=[site.trial.registration, visit.subject.number, visit.code])
        self._url = f"http://127.0.0.1:{port}{path}"
        self._browser = urllib.request.build_opener()
        session = client.cookies["sessionid"].value
        self._browser.addheaders = [("Cookie", f"sessionid={session}; csrftoken={_CSRF_SECRET}")]

    def answers(self) -> bool:
        """Whether the page can be read."""
        try:
            return self._status(None) == HTTPStatus.OK
        except OSError:
            return False

    def post(self, **fields: str) -> int:
        """The status of the page that follows."""
        return self._status(urllib.parse.urlencode({"csrfmiddlewaretoken": _CSRF_SECRET, **fields}).encode())

    def _status(self, data: bytes | None) -> int:
        with self._browser.open(self._url, data, timeout=20) as answer:
            return int(answer.status)


def free_port() -> int:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mails at an address of its own (RFC 5321, no extensions) and keeps them.

    The mail with this number, counted from 1, it keeps as well, but does not say so before `may_answer` is set: the
    sender cannot know whether it arrived.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *, silent_after: int) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.silent_after = silent_after
        self.mails: list[EmailMessage] = []
        self.is_silent, self.may_answer = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        """The address in the form that the production settings read."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: MailServer
    timeout = _PATIENCE_SECONDS

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self._say("354 go on")
                    self._take(b"".join(iter(self.rfile.readline, b".\r\n")))
                case b"QUIT":
                    return self._say("221 bye")
                case _:
                    self._say("250 ok")

    def _take(self, written: bytes) -> None:
        self.server.mails.append(message_from_bytes(written, policy=policy.default))
        if len(self.server.mails) == self.server.silent_after:
            self.server.is_silent.set()
            self.server.may_answer.wait(_PATIENCE_SECONDS)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        with contextlib.suppress(ConnectionError):
            self.wfile.write(f"{line}\r\n".encode())


@contextlib.contextmanager
def mail_server(*, silent_after: int) -> Iterator[MailServer]:
    """A mail server while this lasts."""
    with MailServer(silent_after=silent_after) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.may_answer.set()
            server.shutdown()
            thread.join()
