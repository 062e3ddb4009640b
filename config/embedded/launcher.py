"""Starting servers so that none of them outlives the program that started it."""

import contextlib
import ctypes
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parents[2]

NOBODY = 65534
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
# sun_path of struct sockaddr_un, less its closing zero byte: unix(7) on Linux, unix(4) on macOS.
_LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103
# Socket paths travel inside URLs and PostgreSQL's comma-separated list; these characters need no quoting in either.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")

Privilege = Literal["as is", "user namespace", "nobody"]


class ServiceError(RuntimeError):
    """A private server cannot run; the message is meant for the person at the keyboard."""


class MissingProgram(ServiceError):
    """A program is not on this machine; the message is one sentence saying what to install."""


class AlreadyRunning(ServiceError):
    """Somebody else holds the folder."""


@dataclass(frozen=True)
class Child:
    """A started process and where the words of this run go (None: to our own output)."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    def require_alive(self) -> None:
        """Raises ServiceError, with the last lines of the log, when the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise ServiceError(f"{self.name} stopped by itself ({_how_it_ended(code)}).{_last_words(self.log)}")

    def stop(self, *, ask_with: signal.Signals = signal.SIGTERM, patience_seconds: float = 10) -> None:
        """Asks the process to end, waits, and kills its whole group when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(ask_with)
        try:
            self.process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path | None,
    privilege: Privilege,
    death_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    keep_open: Sequence[int] = (),
) -> Child:
    """Starts a direct child in a session of its own that is sent `death_signal` should this process die (Linux).

    `keep_open` are descriptors the child inherits; `environment` replaces ours when given.
    """
    parent = os.getpid()
    with contextlib.ExitStack() as files:
        output = files.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if environment is None else dict(environment),
            pass_fds=tuple(keep_open),
            preexec_fn=functools.partial(_enter_child, privilege, death_signal, parent),
        )
    return Child(name, process, log)


def run(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path | None,
    privilege: Privilege,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Runs a command to its end; raises ServiceError with the last lines of its log when it fails."""
    child = start(name, command, log=log, privilege=privilege, environment=environment)
    try:
        code = child.process.wait()
    except BaseException:
        child.stop(patience_seconds=5)
        raise
    if code:
        raise ServiceError(f"{name} failed ({_how_it_ended(code)}).{_last_words(log)}")


@functools.cache
def unprivileged() -> Privilege:
    """How a child is to be started so that it does not run as root.

    PostgreSQL refuses to run as root. In a user namespace of its own root is seen as another user while files stay
    where and whose they are. Where namespaces are blocked (some containers), the child becomes `nobody`.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return "as is"
    if _LIBC is None:
        return "nobody"
    probe = [sys.executable, "-I", "-S", "-c", "import sys; open(sys.argv[1]).close()", __file__]
    try:
        run("Probe", probe, log=Path(os.devnull), privilege="user namespace")
    except (ServiceError, subprocess.SubprocessError):
        return "nobody"
    return "user namespace"


def hand_over(folder: Path, privilege: Privilege) -> None:
    """Makes a folder, and the way into it, usable for a child that runs as `nobody`; else does nothing."""
    if privilege == "nobody":
        os.chown(folder, NOBODY, NOBODY)
        folder.parent.chmod(0o711)


@contextlib.contextmanager
def exclusive(path: Path, *, wait_seconds: float, when_taken: str) -> Iterator[int]:
    """Holds a lock file; yields its descriptor. Raises AlreadyRunning(when_taken) if it stays taken.

    The kernel frees the lock when the last process holding the descriptor has gone. So where a server inherits it, a
    free lock proves that the server and all its children are gone; a process number in a file cannot prove that.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait_seconds
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise AlreadyRunning(when_taken) from None
                time.sleep(0.02)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def socket_folder(preferred: Path, *, longest_name: str, privilege: Privilege) -> Iterator[Path]:
    """The preferred folder if a socket fits there; else a short private one that is removed at the end."""
    if _fits(preferred / longest_name):
        yield preferred
        return
    usual = Path(tempfile.gettempdir())
    base = usual if _fits(usual / "dermis-12345678" / "s" / longest_name) else Path("/tmp")
    with tempfile.TemporaryDirectory(prefix="dermis-", dir=base) as short:
        folder = Path(short) / "s"
        folder.mkdir(mode=0o700)
        hand_over(folder, privilege)
        yield folder


def find_on_path(*names: str) -> Path | None:
    """The first of the named programs that is on PATH."""
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def require_unix_sockets() -> None:
    """Raises MissingProgram where private servers cannot run at all."""
    if sys.platform == "win32":
        raise MissingProgram(
            "The private servers need Linux or macOS: on Windows set DATABASE_URL and REDIS_URL, or use WSL."
        )


def _fits(path: Path) -> bool:
    text = str(path)
    return len(os.fsencode(text)) <= _LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(text) is not None


def _enter_child(privilege: Privilege, death_signal: signal.Signals, parent: int) -> None:
    """Runs in the child between fork and exec."""
    os.setsid()  # Ctrl-C reaches only the parent, which then stops its children in order
    if privilege == "user namespace":
        _enter_user_namespace()
    elif privilege == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal))  # last, since a change of user clears it
        if os.getppid() != parent:
            os._exit(1)


def _enter_user_namespace() -> None:
    group = os.getegid()
    if _LIBC is None or _LIBC.unshare(_CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("gid_map", f"{NOBODY} {group} 1"), ("uid_map", f"{NOBODY} 0 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _how_it_ended(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _last_words(log: Path | None, count: int = 15) -> str:
    if log is None or not log.is_file():
        return ""
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(["", f"Last lines of {log}:", *(f"    {line}" for line in lines)])
