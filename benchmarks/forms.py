"""What a save of each form costs, and the casebook page.

    python benchmarks/forms.py

Starts private servers as the tests do, with a made-up subject of NCT03265613 at its first infusion. Every instrument is
completed and corrected through the service layer in a transaction that is rolled back, fifteen times; then the casebook
page is asked for, of a subject just enrolled and of one treated, with every form of its visits complete, fifteen times.

Printed: SQL statements (those of the transaction, of history and of findings included), the median in milliseconds, and
how many times the median of one trivial statement of the same run that is. It ends with 1 when a save takes more than
fifteen statements, the first completion of an infusion apart, or the casebook another number of them when it is full.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

RUNS = 15
MOST_STATEMENTS = 15
TRIVIAL = "SELECT 1"


class _RolledBack(Exception):
    """Ends a measured transaction without keeping anything."""


def main() -> int:
    """Fill, measure, print; 1 when a limit is passed."""
    from benchmarks.servers import migrated

    with migrated():
        return _measure()


def _measure() -> int:
    from django.db import connection

    bare = _median(lambda: connection.cursor().execute(TRIVIAL))
    print(f"{'':<28}{'statements':>11} {'ms':>8} {'ratio':>8}\n{TRIVIAL:<28}{1:>11} {bare * 1000:>8.2f} {1:>8.0f}")
    too_many = _saves(bare)
    empty, full = _casebooks(bare)
    if too_many:
        print(f"More than {MOST_STATEMENTS} statements: {', '.join(too_many)}")
    if empty != full:
        print("The casebook runs another number of statements when it is full.")
    return int(bool(too_many) or empty != full)


def _saves(bare: float) -> list[str]:
    """Each instrument completed, then corrected; the names of those above the limit. Completing an infusion
    for the first time plans the visits and looks for deviations, so it is printed and not judged."""
    from assessments.registry import INSTRUMENTS
    from tests.factories import (
        clear,
        enrolled_subject,
        entry_for,
        make_member,
        make_site,
        make_trial_asking_for,
        take_place,
    )

    ordinary = [code for code, spec in INSTRUMENTS.items() if not spec.is_treatment]
    site = make_site(make_trial_asking_for(*ordinary), "GZ")
    doctor = make_member("investigator", site)
    visit = take_place(enrolled_subject(site, doctor), "W0", doctor)
    clear(visit, doctor)
    too_many = []
    for code in (*ordinary, "infusion"):
        spec, entry = INSTRUMENTS[code], entry_for(code, visit)
        for name, version in ((code, 0), (f"{code}, corrected", 1)):
            statements, seconds = _one_save(spec, visit, entry, doctor, version)
            _line(name, statements, seconds, bare)
            if (version or not spec.is_treatment) and statements > MOST_STATEMENTS:
                too_many.append(name)
    return too_many


def _one_save(spec: Any, visit: Any, entry: Any, by: Any, version: int) -> tuple[int, float]:
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from assessments.services import save_form

    def save(expected: int) -> None:
        save_form(
            spec=spec,
            visit=visit,
            entry=entry,
            complete=True,
            by=by,
            expected_version=expected,
            reason="Source read again" if expected else "",
        )

    counts, times = [], []
    for _run in range(RUNS):
        try:
            with transaction.atomic():
                if version:
                    save(0)
                with CaptureQueriesContext(connection) as queries:
                    started = time.perf_counter()
                    save(version)
                    times.append(time.perf_counter() - started)
                counts.append(len(queries))
                raise _RolledBack
        except _RolledBack:
            pass
    return max(counts), median(times)


def _casebooks(bare: float) -> tuple[int, int]:
    """Statements of the casebook page of a subject just enrolled, and of one with the forms of a treatment complete."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from tests.factories import enrolled_subject, infused_subject, make_member
    from trials.models import Site

    site = Site.objects.get()
    doctor = make_member("investigator", site)
    client = Client()
    client.force_login(doctor)
    found = []
    for name, subject in (
        ("casebook, just enrolled", enrolled_subject(site, doctor)),
        ("casebook, forms complete", infused_subject(site, doctor)),
    ):
        address = reverse("assessments:casebook", args=[site.trial.registration, subject.number])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        _line(name, len(queries), _median(lambda address=address: client.get(address)), bare)
        found.append(len(queries))
    return found[0], found[1]


def _median(action: Callable[[], Any]) -> float:
    times = []
    for _run in range(RUNS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return median(times)


def _line(name: str, statements: int, seconds: float, bare: float) -> None:
    print(f"{name:<28}{statements:>11} {seconds * 1000:>8.1f} {seconds / bare:>8.0f}")


if __name__ == "__main__":
    sys.exit(main())
