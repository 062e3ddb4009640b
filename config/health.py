"""Is this process alive, and can it do all of its work? For load balancers, container engines and watchers.

`/healthz` says that the process answers; it asks nobody. `/readyz` asks the database, the task queue, the migrations
and the scheduler, and says in words what it found; causes, which may hold addresses, go to the log. Both are answered
before anything else looks at the request, so a host name, https or a session is never what fails.
"""

import queue
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from kombu import Connection

from notifications.models import LastRun
from notifications.services import TICK

OLDEST_TICK = timedelta(minutes=5)
"""A default: so many minutes without a tick mean that the scheduler or the worker is gone."""
OK = "ok"
SILENT = "does not answer"
UNKNOWN = "not known while the database does not answer"

_CONNECT_SECONDS = 2
_LONGEST_SECONDS = 5  # of a whole answer: names that cannot be looked up and frozen servers know no other limit
_AT_ONCE = 8
_BUSY = "earlier checks are still waiting"

logger = structlog.get_logger(__name__)
_free = threading.BoundedSemaphore(_AT_ONCE)

Answers = dict[str, str]


class HealthMiddleware:
    """Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._readiness = Readiness()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in ("/healthz", "/readyz"):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = HttpResponse("ok", content_type="text/plain") if request.path_info == "/healthz" else self._ready()
        response.headers["Cache-Control"] = "no-store"
        if request.method == "HEAD":
            response.content = b""
        return response

    def _ready(self) -> HttpResponse:
        checks = self._readiness.checks()
        ready = all(words == OK for words in checks.values())
        return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


class Readiness:
    """What this process needs; every check is bounded in time.

    Once all migrations were found applied, they are not looked for again: a process never runs other code than it
    started with.
    """

    def __init__(self) -> None:
        self._is_migrated = False

    def checks(self) -> Answers:
        """`ok`, or in words what is wrong, for each of database, broker, migrations and beat."""
        database = _asked(self._of_database, names=("database", "migrations", "beat"))
        broker = _asked(_of_broker, names=("broker",))
        answers = _answer(database) | _answer(broker)
        return {name: answers[name] for name in ("database", "broker", "migrations", "beat")}

    def _of_database(self) -> Answers:
        connection = connections["default"]
        try:
            _bounded(connection)
            return {
                "database": OK,
                "migrations": _in_words("migrations", lambda: self._of_migrations(connection)),
                "beat": _in_words("beat", _of_beat),
            }
        except Exception as error:
            _log("database", error)
            return {"database": SILENT, "migrations": UNKNOWN, "beat": UNKNOWN}
        finally:
            connection.close()

    def _of_migrations(self, connection: BaseDatabaseWrapper) -> str:
        if not self._is_migrated:
            executor = MigrationExecutor(connection)
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            if missing:
                return f"{missing} not applied: run migrate"
            self._is_migrated = True
        return OK


def _bounded(connection: BaseDatabaseWrapper) -> None:
    """This thread signs in anew, since an open connection would not show that another can be had; and not for long."""
    limits = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": _CONNECT_SECONDS * 1000}
    # The settings are shared by all threads, so they are replaced here, not changed.
    connection.settings_dict = {
        **connection.settings_dict,
        "OPTIONS": {**connection.settings_dict["OPTIONS"], **limits},
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{_CONNECT_SECONDS}s"])


def _of_beat() -> str:
    last = LastRun.objects.filter(name=TICK).first()
    if last is None:
        return "has never run"
    age = timezone.now() - last.ran_at
    return OK if age <= OLDEST_TICK else f"last ran {age // timedelta(minutes=1)} minutes ago"


def _of_broker() -> Answers:
    return {"broker": _in_words("broker", _ping_of_broker)}


def _ping_of_broker() -> str:
    limits = {"socket_connect_timeout": _CONNECT_SECONDS, "socket_timeout": _CONNECT_SECONDS}
    with Connection(settings.CELERY_BROKER_URL, transport_options=limits) as broker:
        transport = broker.transport
        transport.close_connection(transport.establish_connection())  # opens a channel, and a channel begins with PING
    return OK


def _in_words(name: str, check: Callable[[], str]) -> str:
    """The check's answer; whatever it raises goes to the log."""
    try:
        return check()
    except Exception as error:
        _log(name, error)
        return SILENT


def _log(name: str, error: Exception) -> None:
    logger.warning("readiness_check_failed", check=name, cause=f"{type(error).__name__}: {error}")


class _Asked:
    """A question on its way: the answer comes from a thread, which nobody waits for longer than the limit."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.answer: queue.SimpleQueue[Answers] = queue.SimpleQueue()


def _asked(question: Callable[[], Answers], *, names: tuple[str, ...]) -> _Asked:
    asked = _Asked(names)
    if not _free.acquire(blocking=False):
        asked.answer.put(dict.fromkeys(names, _BUSY))
        return asked

    def ask() -> None:
        try:
            asked.answer.put(question())
        finally:
            _free.release()

    threading.Thread(target=ask, name=f"readiness of {names[0]}", daemon=True).start()
    return asked


def _answer(asked: _Asked) -> Answers:
    try:
        return asked.answer.get(timeout=_LONGEST_SECONDS)
    except queue.Empty:
        logger.warning("readiness_check_failed", check=asked.names[0], cause=f"silent for {_LONGEST_SECONDS} s")
        return dict.fromkeys(asked.names, SILENT)
