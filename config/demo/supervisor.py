"""`manage.py demo`: private servers, the web server and the workers, started in order and stopped together."""

import argparse
import contextlib
import hashlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from config.demo.people import DEMO_PASSWORD, PEOPLE
from config.embedded import (
    APPLICATION_ROLE,
    OWNER_ROLE,
    Child,
    ServiceError,
    postgres,
    prepare_database,
    valkey,
)
from config.embedded.launcher import ROOT, Privilege, exclusive, run, start, unprivileged

FOLDER = ROOT / ".demo"
DATABASE = "dermis"
_LOCK = "lock"
_PORTS_TRIED = 50
_FIRST_PAGE = "/sign-in/"
_STARTED = time.monotonic()


class Stop(BaseException):
    """Somebody asked the demo to stop: Ctrl-C, SIGTERM or a closed terminal."""


def main(argv: Sequence[str]) -> int:
    """Runs the demo until it is stopped; 0 when asked to stop, 1 when something failed (said in words on stderr)."""
    options = _options(argv)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop_once)
    try:
        _demo(options.port, reset=options.reset)
    except ServiceError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stop:
        say("Everything has stopped.")
    return 0


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {text}", flush=True)


def free_port(wanted: int) -> int:
    """The wanted port of this machine, or the next one above it that nobody listens on."""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise ServiceError(f"No free port was found from {wanted} upwards; name another with --port.")


def fingerprint(root: Path) -> str:
    """Changes whenever the code or the locked requirements do: what a migration does may depend on either."""
    digest = hashlib.sha256((root / "requirements.lock").read_bytes())
    packages = (path.parent for path in root.glob("*/__init__.py") if path.parent.name not in (".venv", "tests"))
    for path in sorted(file for package in packages for file in package.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py demo", description="Run Dermis here, for a look around.")
    parser.add_argument("--port", type=int, default=8000, help="where to listen on 127.0.0.1 (default: 8000)")
    parser.add_argument("--reset", action="store_true", help="delete the data of earlier demos first")
    return parser.parse_args(argv)


def _stop_once(number: int, frame: FrameType | None) -> None:
    """Further signals are ignored, since an interrupted clean-up would leave servers behind."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Stop


def _demo(port: int, *, reset: bool) -> None:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            exclusive(
                FOLDER / _LOCK,
                wait_seconds=0,
                when_taken="A demo is already running in this folder: use it, or stop it with Ctrl-C first.",
            )
        )
        if reset:
            _empty(FOLDER)
        children: list[Child] = []
        environment = _start_servers(stack, children)
        _prepare(environment)
        stack.enter_context(_all_stopped_at_the_end(children))
        privilege = _privilege_of_python()
        port = free_port(port)
        environment["BASE_URL"] = environment.get("BASE_URL") or f"http://127.0.0.1:{port}"
        children.append(_start_web(port, environment, privilege))
        _wait_for_first_page(port, children)
        children.extend(_start_background(environment, privilege))
        say(f"Ready: http://127.0.0.1:{port}/")
        _print_people()
        print("\nReminders and other mails are written to .demo/mail/.\nCtrl-C stops everything.", flush=True)
        while True:
            _require_alive(children)
            time.sleep(0.5)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


def _start_servers(stack: contextlib.ExitStack, children: list[Child]) -> dict[str, str]:
    """Starts what the user has not named a server for; returns the environment of everything started afterwards."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "SECRET_KEY": _secret_key(),
        "DERMIS_MAIL_FOLDER": str(FOLDER / "mail"),
    }
    environment.pop("DERMIS_DATABASE_ROLE", None)
    if environment.get("DATABASE_URL"):
        environment.setdefault("DATABASE_OWNER_URL", environment["DATABASE_URL"])
    else:
        say("Starting a private PostgreSQL.")
        database = stack.enter_context(postgres(FOLDER / "pg"))
        prepare_database(database, name=DATABASE)
        children.append(database.child)
        environment["DATABASE_URL"] = database.url(user=APPLICATION_ROLE, database=DATABASE)
        environment["DATABASE_OWNER_URL"] = database.url(user=OWNER_ROLE, database=DATABASE)
    if not environment.get("REDIS_URL"):
        say("Starting a private Valkey.")
        broker = stack.enter_context(valkey(FOLDER / "valkey"))
        children.append(broker.child)
        environment["REDIS_URL"] = broker.url
    return environment


def _secret_key() -> str:
    """Kept, so that people stay signed in when the demo is started again."""
    path = FOLDER / "secret_key"
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _prepare(environment: Mapping[str, str]) -> None:
    """Migrates unless nothing has changed since the last time, then loads the invented subjects if there are none."""
    (FOLDER / "mail").mkdir(mode=0o700, exist_ok=True)
    manage = [sys.executable, str(ROOT / "manage.py")]
    privilege = _privilege_of_python()
    stamp = FOLDER / "migrated"
    now = hashlib.sha256(f"{environment['DATABASE_URL']} {fingerprint(ROOT)}".encode()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == now):
        say("Preparing the database.")
        run(
            "Preparing the database",
            [*manage, "migrate", "--verbosity", "0"],
            log=FOLDER / "migrate.log",
            privilege=privilege,
            environment={**environment, "DERMIS_DATABASE_ROLE": "owner"},
        )
        stamp.write_text(now)
    say("Loading the demonstration data, if they are not there yet.")
    run(
        "Loading the demonstration data",
        [*manage, "load_demo_data"],
        log=None,
        privilege=privilege,
        environment=environment,
    )


def _privilege_of_python() -> Privilege:
    """Not as root where that costs nothing; `nobody` could not read a folder that only root may enter."""
    privilege = unprivileged()
    return "as is" if privilege == "nobody" else privilege


def _start_web(port: int, environment: Mapping[str, str], privilege: Privilege) -> Child:
    say("Starting the web server.")
    return start(
        "The web server",
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", "2", "--preload", "--no-control-socket",
         "--graceful-timeout", "3", "--bind", f"127.0.0.1:{port}"],
        log=FOLDER / "web.log",
        privilege=privilege,
        environment=environment,
    )  # fmt: skip


def _start_background(environment: Mapping[str, str], privilege: Privilege) -> list[Child]:
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    # One task at a time is enough here, and spares a pool of processes.
    worker = [*celery, "worker", "--pool", "solo", "--loglevel", "INFO", "--without-mingle", "--without-gossip"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--schedule", str(FOLDER / "beat-schedule")]
    return [
        start(f"The {name}", command, log=FOLDER / f"{name}.log", privilege=privilege, environment=environment)
        for name, command in (("worker", worker), ("beat", beat))
    ]


@contextlib.contextmanager
def _all_stopped_at_the_end(children: list[Child]) -> Iterator[None]:
    """Stops what was added to the list since, all at once, before the servers they use."""
    servers = len(children)
    try:
        yield
    finally:
        started = children[servers:]
        for child in started:
            if child.process.poll() is None:
                child.process.terminate()
        for child in started:
            child.stop(patience_seconds=8)


def _wait_for_first_page(port: int, children: Sequence[Child], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    answer = "nothing"
    while time.monotonic() < deadline:
        _require_alive(children)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", _FIRST_PAGE)
            answer = str(connection.getresponse().status)
            if answer == "200":
                return
        time.sleep(0.05)
    raise ServiceError(f"The first page did not come up within {seconds:.0f} seconds (answer: {answer}).")


def _require_alive(children: Sequence[Child]) -> None:
    for child in children:
        child.require_alive()


def _print_people() -> None:
    print(f"\nSign in as one of these, password {DEMO_PASSWORD}", flush=True)
    width = max(len(person.username) for person in PEOPLE)
    for person in PEOPLE:
        place = f" ({', '.join(person.site_codes)})" if person.site_codes else ""
        role = person.role_code.replace("_", " ")
        print(f"    {person.username:<{width}}  {person.full_name}, {role}{place}")
