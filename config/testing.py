"""`manage.py test`: the checks and the tests, on private servers unless others are named.

Plain `.venv/bin/pytest` works too: the tests' conftest calls `ensure_services` before any settings are read.
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from config.embedded import (
    APPLICATION_ROLE,
    OWNER_ROLE,
    AlreadyRunning,
    MissingProgram,
    ServiceError,
    postgres,
    prepare_database,
    valkey,
)
from config.embedded.launcher import ROOT, exclusive

DATABASE = "dermis"
# The pure floors are covered to the last branch, or the run fails (`[tool.coverage]` in pyproject.toml).
EVERYTHING = ("-n", "2", "--dist", "worksteal", "--cov", "--cov-report=term:skip-covered")
_IN_MEMORY = Path("/dev/shm")  # Linux; a container may have been given little of it (Docker: 64 MB)
_ROOM_FOR_DATABASES = 4 * 2**30
_A_MINUTE = 60
_BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HOW_TO_GET_A_BROWSER = (
    "no Chromium was found: install it (Debian and Ubuntu: sudo apt-get install chromium; "
    "elsewhere: .venv/bin/playwright install chromium), or name one in DERMIS_CHROMIUM"
)
_scripts = Path(sys.executable).parent


def main(argv: Sequence[str]) -> int:
    """With arguments: pytest with them. Without: every check, then every test. Non-zero if anything failed."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        if not find_chromium():
            print(f"Browser tests will be skipped: {_HOW_TO_GET_A_BROWSER}.", flush=True)
        with private_services():
            failed = [] if argv else _failed_checks_while_migrating()
            tests = subprocess.call([sys.executable, "-m", "pytest", *(argv or EVERYTHING)], cwd=ROOT)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return tests or (1 if failed else 0)


@contextlib.contextmanager
def private_services() -> Iterator[None]:
    """Starts what DATABASE_URL and REDIS_URL do not name, and sets the environment that the test settings read."""
    before = dict(os.environ)
    with contextlib.ExitStack() as stack:
        # A crash leaves this folder behind, but no process: the servers die with us.
        in_memory = _folder_in_memory()
        if in_memory:
            clear_crashed_runs(in_memory)
        made = tempfile.TemporaryDirectory(prefix="dermis-", dir=in_memory, ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made))
        stack.callback(_restore_environment, before)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        os.environ.setdefault("SECRET_KEY", "only for tests")
        if os.environ.get("DATABASE_URL"):
            os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
        else:
            database = stack.enter_context(postgres(folder / "pg", fast=True))
            prepare_database(database, name=DATABASE, owner_creates_databases=True)
            os.environ["DATABASE_URL"] = database.url(user=APPLICATION_ROLE, database=DATABASE)
            os.environ["DATABASE_OWNER_URL"] = database.url(user=OWNER_ROLE, database=DATABASE)
        if not os.environ.get("REDIS_URL"):
            os.environ["REDIS_URL"] = stack.enter_context(valkey(folder / "valkey", fast=True)).url
        yield


def ensure_services() -> None:
    """Like `private_services`, until this process ends; does nothing where this or a parent process has done it."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
        return
    stack = contextlib.ExitStack()
    stack.enter_context(private_services())
    atexit.register(stack.close)


def clear_crashed_runs(place: Path) -> None:
    """Remove the folders of runs that were killed: in memory nothing else removes them before the next start of the
    machine. The lock of a database that is free again proves that its server is gone."""
    for lock in place.glob("dermis-*/pg.lock"):
        # Between making its lock file and locking it a run looks dead; it does not stay so for a minute.
        with contextlib.suppress(AlreadyRunning, OSError):
            if time.time() - lock.stat().st_mtime > _A_MINUTE:
                with exclusive(lock, wait_seconds=0, when_taken="The run is alive."):
                    shutil.rmtree(lock.parent, ignore_errors=True)


def _folder_in_memory() -> Path | None:
    """Where files are kept in memory and there is room for test databases; None where there is no such place.

    A database is some 1500 files: copying one on a disk costs most of a second of processor time, here a tenth.
    """
    if not (_IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK | os.X_OK)):
        return None
    return _IN_MEMORY if shutil.disk_usage(_IN_MEMORY).free >= _ROOM_FOR_DATABASES else None


def find_chromium() -> str | None:
    """The browser for the tests: DERMIS_CHROMIUM, else one on PATH, else Playwright's own.

    None when there is none, or MissingProgram when DERMIS_REQUIRE_BROWSER=1 makes that an error.
    """
    named = os.environ.get("DERMIS_CHROMIUM")
    if named:
        if not shutil.which(named):
            raise MissingProgram(f"DERMIS_CHROMIUM is {named}, but that is not a program.")
        return named
    found = next((path for name in _BROWSER_NAMES if (path := shutil.which(name))), None) or _playwrights_own()
    if found is None and os.environ.get("DERMIS_REQUIRE_BROWSER") == "1":
        raise MissingProgram(f"Browser tests are required, but {_HOW_TO_GET_A_BROWSER}.")
    return found


def _playwrights_own() -> str | None:
    caches = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or caches / "ms-playwright")
    inside = "chrome-mac*/*.app/Contents/MacOS/*" if sys.platform == "darwin" else "chrome-linux*/chrome"
    found = sorted(folder.glob(f"chromium-*/{inside}"))
    return str(found[-1]) if found else None


def _failed_checks_while_migrating() -> list[str]:
    """Like `_failed_checks`; meanwhile the other core migrates the database that every test process will wait for."""
    with subprocess.Popen([sys.executable, "-m", "tests.database"], cwd=ROOT):
        return _failed_checks()


def _failed_checks() -> list[str]:
    """Runs every check, shows what it says, and returns the names of those that failed."""
    module = (sys.executable, "-m")
    checks: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("ruff check", (*module, "ruff", "check", ".")),
        ("ruff format", (*module, "ruff", "format", "--check", ".")),
        ("mypy", (*module, "mypy", ".")),
        ("import-linter", (str(_scripts / "lint-imports"),)),
        ("djlint format", (*module, "djlint", ".", "--check")),
        ("djlint", (*module, "djlint", ".", "--lint")),
    )
    results = {name: _passes(name, command) for name, command in checks}
    for name, passed in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {name}", flush=True)
    return [name for name, passed in results.items() if not passed]


def _passes(name: str, command: Sequence[str]) -> bool:
    print(f"\n=== {name}", flush=True)
    started = time.monotonic()
    # import-linter looks for the packages from the current folder on.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    passed = subprocess.call(command, cwd=ROOT, env=environment) == 0
    print(f"    {time.monotonic() - started:.1f} s", flush=True)
    return passed


def _restore_environment(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
