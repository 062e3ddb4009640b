"""What a reader of the repository may rely on."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "accounts", "assessments", "audit", "clinical", "config", "exports", "notifications", "patients", "protocols",
    "safety", "trials", "workspace",
)  # fmt: skip
LOCKS = sorted(ROOT.glob("requirements*.lock"))
MAXIMUM_LINES = 400
DEPENDENCY = re.compile(r'^\s+"([A-Za-z0-9_.\[\]-]+)\s*(?:[<>=!~].*)?",?\s*(#.*)?$')


def test_there_are_locks_to_check() -> None:
    assert {path.name for path in LOCKS} == {"requirements.lock", "requirements-dev.lock", "requirements-embedded.lock"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_packages_and_hashes_but_no_host(lock: Path) -> None:
    text = lock.read_text()
    assert re.findall(r"^.*(?:https?://|--index-url|--find-links|--extra-index-url).*$", text, re.MULTILINE) == []
    packages = re.findall(r"^[A-Za-z0-9]\S*==", text, re.MULTILINE)
    assert packages
    without_hash = [
        part for part in re.split(r"\n(?=[A-Za-z0-9])", text) if "==" in part and "--hash=sha256:" not in part
    ]
    assert without_hash == []


def test_every_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    declared = [*project["project"]["dependencies"]]
    for group in project["dependency-groups"].values():
        declared += group
    explained = [
        match[1] for line in text.splitlines() if (match := DEPENDENCY.match(line)) and (match[2] or "")[2:].strip()
    ]
    assert declared
    assert {name for entry in declared if (name := re.split(r"[<>=!~]", entry)[0]) not in explained} == set()


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    assert len(modules) > 50
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in modules}
    assert {name: lines for name, lines in lengths.items() if lines > MAXIMUM_LINES} == {}


def test_today_is_asked_of_a_site_and_never_of_the_server() -> None:
    asked = re.compile(r"\bdate\.today\(|\bdatetime\.(?:now|today|utcnow)\(")
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    assert [path.relative_to(ROOT).as_posix() for path in modules if asked.search(path.read_text())] == []
