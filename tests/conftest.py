"""What all tests share: private servers, databases copied from a migrated template, a trial with its people."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest
import time_machine

from config.testing import ensure_services
from tests.worlds import NOW, world_for

TESTS = Path(__file__).resolve().parent
PURE = frozenset({"unit", "spec", "property"})
"""The folders of tests that need no database."""


def pytest_configure(config: pytest.Config) -> None:
    """Start private servers for a plain `pytest`; workers and `manage.py test` find them in the environment."""
    if hasattr(config, "workerinput"):
        return
    ensure_services()
    from django.conf import settings

    from config.settings.environment import database

    settings.DATABASES["default"].update(database())
    settings.CELERY_BROKER_URL = os.environ["REDIS_URL"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """The pure floors are measured by their own tests alone: these must reach the last branch without a database, and
    measuring would double the time of all others, which call Django a thousand times for each line measured."""
    measuring = coverage.Coverage.current()
    if measuring is None or item.path.relative_to(TESTS).parts[0] in PURE:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


@pytest.fixture(scope="session")
def own_databases(django_db_blocker: Any, worker_id: str) -> Iterator[str]:
    """The databases of this worker: an empty one, copied from the template, whose name this is; and its worlds."""
    from django.db import connections

    from tests import database

    name = f"dermis_test_{worker_id}"
    database.drop_all(_worlds_of(worker_id))
    database.copy_of(database.template(), name)
    yield name
    with django_db_blocker.unblock():
        connections.close_all()
    database.drop(name)
    database.drop_all(_worlds_of(worker_id))


@pytest.fixture
def django_db_setup(own_databases: str, request: pytest.FixtureRequest, django_db_blocker: Any, worker_id: str) -> None:
    """Lead the connection to the database that the test begins with; it stays there until another is asked for."""
    from django.db import connections

    build = world_for(request.module, request.fixturenames)
    with django_db_blocker.unblock():
        name = own_databases if build is None else _world(build, worker_id)
        if connections["default"].settings_dict["NAME"] != name:
            connections.close_all()
            connections["default"].settings_dict["NAME"] = name


@pytest.fixture
def start() -> Callable[[], Any] | None:
    """What a test with `committed_db` finds written already. A module that asks for much of it again and again
    overrides this with a function that writes it: it is called once, and every test begins with a copy."""
    return None


@pytest.fixture
def committed_db(
    own_databases: str, django_db_blocker: Any, worker_id: str, start: Callable[[], Any] | None
) -> Iterator[None]:
    """A database of the test's own in which commits are real: for threads, live servers, COPY and TRUNCATE."""
    from tests import database

    own = f"dermis_own_{worker_id}"
    with django_db_blocker.unblock():
        source = database.template() if start is None else _world(start, worker_id)
        database.copy_of(source, own)
        with database.connected_to(own):
            yield
    database.drop(own)


def _world(build: Callable[[], Any], worker_id: str) -> str:
    from tests import database

    name = _worlds_of(worker_id) + hashlib.sha256(f"{build.__module__}.{build.__qualname__}".encode()).hexdigest()[:12]
    if name not in _written:
        _written.add(database.written_once(name, build))
    return name


_written: set[str] = set()
"""The worlds that this worker has written; nobody need ask the server again."""


def _worlds_of(worker_id: str) -> str:
    return f"dermis_world_{worker_id}_"


@pytest.fixture
def clock() -> Iterator[None]:
    """Noon in Guangzhou on the day that most tests take for today; it stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def trial(db: None) -> Any:
    """NCT03265613 with its protocol version 1.0 and, if no other fixture is asked for, no sites."""
    from tests.factories import make_trial
    from trials.models import Trial

    return Trial.objects.filter(registration="NCT03265613").first() or make_trial()


@pytest.fixture
def site(trial: Any) -> Any:
    """The site GZ in Asia/Shanghai."""
    from tests.factories import make_site

    return trial.sites.filter(code="GZ").first() or make_site(trial, "GZ")


@pytest.fixture
def other_site(trial: Any) -> Any:
    """The site VIE in Europe/Vienna."""
    from tests.factories import make_site

    return make_site(trial, "VIE")


@pytest.fixture
def coordinator(site: Any) -> Any:
    """A coordinator of the site GZ."""
    from tests.factories import member_of

    return member_of(site, "coordinator")


@pytest.fixture
def investigator(site: Any) -> Any:
    """An investigator of the site GZ."""
    from tests.factories import member_of

    return member_of(site, "investigator")


@pytest.fixture
def screened(site: Any, investigator: Any) -> Any:
    """A subject of the site GZ who signed today, with the forms of the screening complete and no decision."""
    return _written_or(site, investigator, "screened_subject")


@pytest.fixture
def eligible(site: Any, investigator: Any) -> Any:
    """A subject of the site GZ who signed today and was found eligible."""
    return _written_or(site, investigator, "eligible_subject")


@pytest.fixture
def enrolled(site: Any, investigator: Any) -> Any:
    """A subject of the site GZ who signed today and was enrolled."""
    return _written_or(site, investigator, "enrolled_subject")


@pytest.fixture
def infused(site: Any, investigator: Any) -> Any:
    """A subject of the site GZ who signed, was enrolled and had the first infusion today."""
    return _written_or(site, investigator, "infused_subject")


def _written_or(site: Any, by: Any, factory: str) -> Any:
    """The subject that the test finds written, today being the day of `tests.worlds`; made where there is none."""
    from patients.models import Subject
    from tests import factories

    return Subject.objects.filter(site=site).first() or getattr(factories, factory)(site, by)
