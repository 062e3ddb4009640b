"""How fast an export is: the findings by `COPY (SELECT ...)` against the bare `COPY patients_finding TO STDOUT`.

    python benchmarks/export.py [findings, default 100000]

Starts private servers as the tests do, fills one trial with findings (25 for each of 8 visits of a subject, written
under audit), then measures, each as the best of nine runs in the same process:

1. bare:     COPY patients_finding TO STDOUT, rows read and dropped: as fast as the server and the driver can be
2. bare csv: the same WITH (FORMAT csv)
3. select:   the statement of findings.csv, rows read and dropped: what joins, codes and order cost
4. zipped:   the same into a zip with its checksum: what compression costs
5. export:   `make_export`, all tables and the record, in rows of all data files

Rows per second for each, the part of the bare speed that is left, and the number of SQL statements of the whole export.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

FINDINGS = 100_000
TESTS_A_VISIT = 25
RUNS = 9

FILL = """
INSERT INTO patients_finding
    (subject_id, visit_id, test_code, number, yes_no, text, unit, collected_on, source_form, repeat_key)
SELECT visit.subject_id, visit.id, 'test_' || n, (visit.id * n %% 700) / 10.0, NULL, NULL, 'mmol/L',
       DATE '2026-01-01' + (visit.id %% 300)::int, 'laboratory', ''
FROM patients_visit visit CROSS JOIN generate_series(1, %s) n
ORDER BY n, visit.id
"""


def main(findings: int) -> None:
    """Fill, measure, print."""
    from benchmarks.servers import migrated

    with migrated():
        trial, reader = _fill(findings)
        _measure(trial, reader)


def _fill(findings: int) -> tuple[Any, Any]:
    from django.db import connection, transaction

    from audit.context import acting
    from patients.models import Subject, Visit
    from tests.factories import make_member, make_site, make_trial, system
    from tests.factories.subjects import PLANNED_VISITS

    trial = make_trial()
    site, version = make_site(trial), trial.protocol_versions.get()
    reader = make_member("data_manager", trial=trial)
    count = -(-findings // (TESTS_A_VISIT * len(PLANNED_VISITS)))
    with acting(by=system(), reason="Benchmark"), transaction.atomic():
        subjects = Subject.objects.bulk_create(
            Subject(site=site, protocol_version=version, number=f"GZ-{n:04d}") for n in range(1, count + 1)
        )
        Visit.objects.bulk_create(
            Visit(subject=subject, code=code, position=position, needs_enrolment=position > 0)
            for subject in subjects
            for position, code in enumerate(PLANNED_VISITS)
        )
        with connection.cursor() as cursor:
            cursor.execute(FILL, [TESTS_A_VISIT])
            rows = cursor.rowcount
    _owner_analyses()
    print(f"{rows} findings of {count} subjects")
    return trial, reader


def _owner_analyses() -> None:
    from tests.database import owner_connection

    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")


def _measure(trial: Any, reader: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from exports.archive import new_archive
    from exports.services import make_export, one_moment
    from exports.tables import all_tables

    (table,) = (table for table in all_tables() if table.name == "findings")
    sites = list(trial.sites.values_list("pk", flat=True))
    statement = table.copy_statement(trial_id=trial.pk, site_ids=sites)

    def dropped(sql: Any) -> int:
        with one_moment() as cursor:
            with cursor.copy(sql) as rows:
                for _row in rows:
                    pass
            return cursor.rowcount

    def zipped() -> int:
        with tempfile.TemporaryFile() as file, new_archive(file) as archive, one_moment() as cursor:
            with cursor.copy(statement) as rows:
                archive.add(table.file_name, rows, rows=lambda: cursor.rowcount)
            return cursor.rowcount

    def exported() -> int:
        export = make_export(trial=trial, by=reader)
        export.file.close()
        return export.record.rows

    with CaptureQueriesContext(connection) as queries:
        exported()
    steps: dict[str, Callable[[], int]] = {
        "bare": lambda: dropped("COPY patients_finding TO STDOUT"),
        "bare csv": lambda: dropped("COPY patients_finding TO STDOUT WITH (FORMAT csv)"),
        "select": lambda: dropped(statement),
        "zipped": zipped,
        "export": exported,
    }
    results = _best(steps)
    bare_rows, bare_seconds = results["bare"]
    bare = bare_rows / bare_seconds
    for name, (rows, seconds) in results.items():
        speed = rows / seconds
        print(f"{name:<9} {rows:>8} rows {seconds * 1000:>7.0f} ms {speed:>10,.0f} rows/s {speed / bare:>5.0%} of bare")
    print(f"SQL statements of the whole export: {len(queries)}")


def _best(steps: dict[str, Callable[[], int]]) -> dict[str, tuple[int, float]]:
    """Rows and least seconds of each step; the steps take turns, so that a busy moment of the machine hits them all."""
    best: dict[str, tuple[int, float]] = {}
    for _run in range(RUNS):
        for name, step in steps.items():
            started = time.perf_counter()
            rows = step()
            seconds = time.perf_counter() - started
            best[name] = (rows, min(seconds, best.get(name, (rows, seconds))[1]))
    return best


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FINDINGS)
