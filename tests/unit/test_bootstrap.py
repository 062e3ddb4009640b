"""The parts of manage.py that decide what to install, before anything is installed."""

import ast
import hashlib
from pathlib import Path

import pytest

import manage


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    runtime, development = tmp_path / "requirements.lock", tmp_path / "requirements-dev.lock"
    runtime.write_text("django==5.2.19\n")
    development.write_text("django==5.2.19\npytest==9.2.0\n")
    monkeypatch.setattr(manage, "RUNTIME_LOCK", runtime)
    monkeypatch.setattr(manage, "DEVELOPMENT_LOCK", development)
    return runtime, development


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    folder = tmp_path / "venv"
    folder.mkdir()
    return folder


def mark_installed(lock: Path, venv: Path) -> None:
    manage.stamp_of(lock, venv).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())


def test_an_old_python_is_told_the_oldest_that_will_do() -> None:
    assert manage.old_python_sentence((3, 10, 12)) == "Dermis needs Python 3.11 or newer; this is Python 3.10.12."


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_enough_python_is_told_nothing(version: tuple[int, ...]) -> None:
    assert manage.old_python_sentence(version) is None


def test_an_old_python_can_read_the_file_up_to_that_sentence() -> None:
    ast.parse(Path(manage.__file__).read_text(), feature_version=(3, 7))


def test_an_empty_environment_needs_the_lock_of_its_command(locks: tuple[Path, Path], venv: Path) -> None:
    runtime, development = locks
    assert manage.lock_to_install("demo", venv) == runtime
    assert manage.lock_to_install("test", venv) == development


def test_what_was_installed_is_not_installed_again(locks: tuple[Path, Path], venv: Path) -> None:
    runtime, _ = locks
    mark_installed(runtime, venv)
    assert manage.lock_to_install("demo", venv) is None


def test_a_changed_lock_is_installed_again(locks: tuple[Path, Path], venv: Path) -> None:
    runtime, _ = locks
    mark_installed(runtime, venv)
    runtime.write_text("django==5.2.20\n")
    assert manage.lock_to_install("demo", venv) == runtime


def test_the_tests_need_more_than_the_demo_installed(locks: tuple[Path, Path], venv: Path) -> None:
    runtime, development = locks
    mark_installed(runtime, venv)
    assert manage.lock_to_install("test", venv) == development


def test_the_development_lock_is_enough_for_the_demo(locks: tuple[Path, Path], venv: Path) -> None:
    _, development = locks
    mark_installed(development, venv)
    assert manage.lock_to_install("demo", venv) is None


def test_every_runtime_pin_is_in_the_development_lock() -> None:
    def pins(lock: Path) -> set[str]:
        return {line.split()[0] for line in lock.read_text().splitlines() if "==" in line and line[0].isalnum()}

    assert pins(manage.RUNTIME_LOCK) <= pins(manage.DEVELOPMENT_LOCK)


@pytest.mark.parametrize(
    ("command", "environment", "needed"),
    [
        ("demo", {}, True),
        ("test", {"DATABASE_URL": "postgres://somewhere"}, True),
        ("test", {"DATABASE_URL": "postgres://somewhere", "REDIS_URL": "redis://somewhere"}, False),
        ("migrate", {}, False),
    ],
)
def test_private_servers_are_installed_only_where_they_will_run(
    command: str, environment: dict[str, str], needed: bool
) -> None:
    assert manage.needs_embedded(command, environment) is needed
