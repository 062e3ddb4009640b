"""What it costs to keep the reminders of visit windows, beside the bare selection of what is to be told.

    python benchmarks/reminders.py [--visits 1000000] [--explain]

Starts private servers as the tests do and writes, under audit, a trial of 200 sites in five time zones with two
coordinators each, whose subjects had their first infusion in the last two years: most visits are done; of the
others most lie ahead, and some are overdue. Tables are analysed. Then sweeps run in a process of their own, as in
a worker: the first one, which tells everything; the same again, when nothing has changed, before and after the table of
reminders was analysed; one a day later; and one after a visit was recorded.

Printed for each: wall time (for what changes nothing the median of fifteen runs), how many times that of the bare
selection it is, reminders told and withdrawn, SQL statements, what PostgreSQL
wrote to temporary files, and the greatest memory that the process held. The bare selection counts the rows of the same
SELECT; it takes turns with sweeps that change nothing, so that a busy moment of the machine hits both. It ends with 1
when such a sweep takes more than `LIMIT` times as long.

`--explain` prints the plan of the statement of a sweep that changes nothing, too.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

VISITS = 1_000_000
SITES = 200
COORDINATORS_EACH = 2
ZONES = ("Asia/Shanghai", "Asia/Kolkata", "Europe/Vienna", "America/St_Johns", "America/Los_Angeles")
TWO_YEARS_DAYS = 730
RUNS = 15
LIMIT = 4
# What the maximum of resident memory counts in, getrusage(2).
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Measured:
    """One kind of sweep, or the bare selection, where `told` is how many rows it found."""

    seconds: float
    told: int
    withdrawn: int
    statements: int
    temporary_bytes: int
    peak_bytes: int


def main() -> int:
    """Fill, measure, print; 1 when the limit is passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--measure", nargs="+", choices=sorted(_MEASURES), help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--at", type=datetime.fromisoformat, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return _measure_here(arguments.measure, arguments.at, arguments.runs)
    from benchmarks.servers import migrated

    with migrated():
        return _compare(arguments.visits, explain=arguments.explain)


def _compare(visits: int, *, explain: bool) -> int:
    from django.utils import timezone

    _fill(visits)
    now, tomorrow = timezone.now(), timezone.now() + timedelta(days=1)
    results = {}
    (results["first sweep"],) = _in_a_worker(now, "sweep")
    (results["again, not analysed"],) = _in_a_worker(now, "sweep", runs=RUNS)
    _analyse("notifications_reminder")
    bare, again = _in_a_worker(now, "bare", "sweep", runs=RUNS)
    results = {"bare selection": bare, **results, "again": again}
    if explain:
        _explain(now)
    (results["a day later"],) = _in_a_worker(tomorrow, "sweep")
    _record_one_visit()
    (results["a visit recorded"],) = _in_a_worker(tomorrow + timedelta(minutes=5), "sweep")
    _print(results)
    is_slow = again.seconds > LIMIT * bare.seconds
    if is_slow:
        print(f"A sweep that changes nothing takes more than {LIMIT} times as long as the bare selection.")
    return int(is_slow)


def _fill(visits: int) -> None:
    from patients.models import Visit
    from tests.factories import make_trial, system
    from tests.factories.scale import VISITS_EACH, grow

    started = time.perf_counter()
    sites = _staffed_sites(make_trial())
    grow(sites, visits // VISITS_EACH, by=system(), spread_days=TWO_YEARS_DAYS)
    _analyse()
    stored, without_outcome = Visit.objects.count(), Visit.objects.filter(outcome="").count()
    print(
        f"{stored} visits, {without_outcome} of them without an outcome, at {SITES} sites"
        f" ({time.perf_counter() - started:.0f} s)",
        flush=True,
    )


def _staffed_sites(trial: Any) -> list[Any]:
    from accounts.models import User
    from accounts.roles import COORDINATOR
    from audit.context import acting
    from tests.factories import system
    from trials.models import Delegation, Site

    sites = [
        Site(trial=trial, code=f"S{n:03d}", name=f"Hospital {n}", country="CHN", time_zone=ZONES[n % len(ZONES)])
        for n in range(SITES)
    ]
    people = [User(username=f"person.{n}", full_name=f"Person {n}") for n in range(SITES * COORDINATORS_EACH)]
    with acting(by=system(), reason="Benchmark"):
        sites, people = Site.objects.bulk_create(sites), User.objects.bulk_create(people)
        Delegation.objects.bulk_create(
            Delegation(user=user, trial=trial, site=sites[n % SITES], role_code=COORDINATOR.code)
            for n, user in enumerate(people)
        )
    return sites


def _record_one_visit() -> None:
    from notifications.models import Reminder
    from patients.models import Visit
    from patients.services.visits import miss_visit
    from tests.factories import system

    reminder = Reminder.objects.filter(withdrawn_at=None, stage="closed").earliest("pk")
    visit = Visit.objects.get(pk=reminder.topic.partition(":")[2])
    miss_visit(visit=visit, reason="Benchmark", by=system())


def _analyse(*tables: str) -> None:
    from tests.database import owner_connection

    with owner_connection() as owner:
        owner.execute(f"VACUUM ANALYZE {', '.join(tables)}")


def _in_a_worker(at: datetime, *measures: str, runs: int = 1) -> list[Measured]:
    """What each of them costs in a new process, where they take turns."""
    command = [sys.executable, str(Path(__file__).resolve()), "--at", at.isoformat(), "--runs", str(runs)]
    done = subprocess.run([*command, "--measure", *measures], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [Measured(**each) for each in json.loads(done.stdout)]


def _measure_here(measures: list[str], at: datetime, runs: int) -> int:
    """Print as JSON what each of them costs in this process, which has done nothing else before."""
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()
    given = {"bare": _expected(at), "sweep": at}
    found = [[_once(_MEASURES[name], given[name]) for name in measures] for _run in range(runs)]
    print(json.dumps([asdict(_middle(of_one)) for of_one in zip(*found, strict=True)]))
    return 0


def _once(work: Callable[[Any], tuple[int, int]], given: Any) -> Measured:
    from django.db import connection

    statements: list[str] = []

    def noting(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        statements.append(sql)
        return execute(sql, *more)

    temporary = _temporary_bytes()
    with connection.execute_wrapper(noting):
        started = time.perf_counter()
        told, withdrawn = work(given)
        seconds = time.perf_counter() - started
    return Measured(
        seconds=seconds,
        told=told,
        withdrawn=withdrawn,
        statements=len(statements),
        temporary_bytes=_temporary_bytes() - temporary,
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT,
    )


def _middle(runs: Sequence[Measured]) -> Measured:
    """The last of the runs, with the median of their times."""
    return replace(runs[-1], seconds=median(run.seconds for run in runs))


def _bare(rows: Any) -> tuple[int, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({rows.sql}) AS expected", rows.parameters)
        return cursor.fetchone()[0], 0


def _sweep(at: datetime) -> tuple[int, int]:
    from patients.services.reminders import sweep_visit_windows

    outcome = sweep_visit_windows(at)
    return outcome.told, outcome.withdrawn


_MEASURES: dict[str, Callable[[Any], tuple[int, int]]] = {"bare": _bare, "sweep": _sweep}


def _expected(at: datetime) -> Any:
    from patients.services.reminders import visit_windows
    from patients.services.reminders.places import COORDINATORS_FIRST, places

    return visit_windows._expected(places(COORDINATORS_FIRST, now=at, previous=None))


def _temporary_bytes() -> int:
    """Written to temporary files by this database since it was made."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _explain(at: datetime) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        _sweep(at)
    statement = next(query["sql"] for query in queries if "MATERIALIZED" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
        print("\n".join(line[:200] for (line,) in cursor.fetchall()))


def _print(results: dict[str, Measured]) -> None:
    bare = results["bare selection"].seconds
    heads = ("ms", "ratio", "told", "withdrawn", "statements", "temp kB", "peak MB")
    print(f"{'':<20}" + "".join(f"{head:>11}" for head in heads))
    for name, at in results.items():
        cells = (
            f"{at.seconds * 1000:.0f}",
            f"{at.seconds / bare:.1f}",
            str(at.told),
            str(at.withdrawn),
            str(at.statements),
            f"{at.temporary_bytes / 1024:.0f}",
            f"{at.peak_bytes / 2**20:.0f}",
        )
        print(f"{name:<20}" + "".join(f"{cell:>11}" for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
