"""How fast the pages are, and whether they slow down as a trial grows.

    python benchmarks/pages.py [subjects, default 200 10000]

Starts private servers as the tests do and loads the demonstration: subjects of two sites at every stage, with visits,
forms, findings and adverse events. It is then copied, under audit, until the trial has each number of subjects in turn,
with fifteen visits each (unscheduled ones beside those of the protocol),
and at each size every page is asked for once to count its SQL statements (those of a transaction included) and fifteen
times to time it. Requests go through Django's test client in this process, so a time holds middleware, view, database
and template, but no network. The pages take turns, so that a busy moment of the machine hits them all.

Printed for each page and size: statements, the median in milliseconds, and how many times the median of the sign-in
page of the same run that is. The statements must be the same at every size, or the program ends with 1.

"PASI draft" saves one draft again and again; "PASI correction" changes a complete form, for a reason.
"""

import sys
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZES = (200, 10_000)
RUNS = 15
ORIGINAL_DIGITS = 3  # of a subject number; a copy has five
REGISTRATION = "NCT03265613"
TRIVIAL = "sign-in"

Request = Callable[[], Any]


@dataclass(frozen=True)
class Measured:
    """One page at one size."""

    statements: int
    seconds: float


def main(sizes: list[int]) -> int:
    """Fill, measure, print; 1 when a page runs another number of statements at another size."""
    from benchmarks.servers import migrated

    with migrated():
        from config.demo.data import load
        from patients.models import Subject

        load(lambda _text: None)
        _grow(2 * Subject.objects.count())
        desk = _Desk()
        results = {}
        for size in sorted(sizes):
            _grow(size)
            results[size] = _measure(desk.pages())
    return _print(results)


def _grow(size: int) -> None:
    """Copy the subjects of the demonstration, in turn, until the trial has so many."""
    from django.db import transaction

    from assessments.registry import INSTRUMENTS
    from audit.context import acting
    from patients.models import CriterionAnswer, EligibilityDecision, Finding, InformedConsent, Subject, Visit
    from patients.models import SubjectIdentity as Identity
    from safety.models import AdverseEvent
    from tests.database import owner_connection
    from tests.factories import system
    from tests.factories.scale import fill_visits

    stored = list(Subject.objects.select_related("site").order_by("pk"))
    patterns = [subject for subject in stored if len(subject.number.split("-")[1]) == ORIGINAL_DIGITS]
    wanted = [patterns[n % len(patterns)] for n in range(len(stored), size)]
    started = time.perf_counter()
    with acting(by=system(), reason="Benchmark"), transaction.atomic():
        numbers = (f"{old.site.code}-{n:05d}" for n, old in enumerate(wanted, len(stored) + 1))
        subjects = _copies(Subject, _renumbered(wanted, numbers, len(stored)))
        pairs = list(zip((old.pk for old in wanted), subjects, strict=True))
        for model in (InformedConsent, Identity, CriterionAnswer, EligibilityDecision):
            _copies(model, _of_subjects(model, pairs))
        visits: dict[tuple[int, int], int] = {}
        of_visits = list(_of_subjects(Visit, pairs))
        for (old, changed), new in zip(of_visits, _copies(Visit, of_visits), strict=True):
            visits[old.pk, changed["subject_id"]] = new.pk
        for model in (Finding, AdverseEvent):
            _copies(model, _with_visit(_of_subjects(model, pairs), visits))
        for spec in INSTRUMENTS.values():
            forms = _of_subjects(spec.model, pairs, path="visit__subject_id")
            _copies(spec.model, _without_subject(_with_visit(forms, visits)))
        fill_visits(after=stored[-1].pk)
    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")
    findings = Finding.objects.count()
    print(f"{size} subjects with {findings} findings ({time.perf_counter() - started:.0f} s)", flush=True)


Change = tuple[Any, dict[str, Any]]


def _copies(model: Any, changes: Any) -> list[Any]:
    """New rows like the old ones except for what is changed, in their order."""
    from django.db.models.base import ModelState

    rows = []
    for old, changed in changes:
        new = copy(old)
        new._state, new.pk = ModelState(), None
        for name, value in changed.items():
            setattr(new, name, value)
        rows.append(new)
    return model.objects.bulk_create(rows, batch_size=1000)


def _renumbered(wanted: list[Any], numbers: Iterator[str], stored: int) -> Iterator[Change]:
    for enrolled, (old, number) in enumerate(zip(wanted, numbers, strict=True), stored + 1):
        yield old, {"number": number, "enrolment_number": old.enrolment_number and enrolled}


def _of_subjects(model: Any, pairs: list[tuple[int, Any]], path: str = "subject_id") -> Iterator[Change]:
    from django.db.models import F

    rows: dict[int, list[Any]] = {}
    patterns = {old for old, _new in pairs}
    for row in model.objects.filter(**{f"{path}__in": patterns}).annotate(pattern=F(path)).order_by("pk"):
        rows.setdefault(row.pattern, []).append(row)
    return ((row, {"subject_id": new.pk}) for old, new in pairs for row in rows.get(old, ()))


def _with_visit(changes: Iterator[Change], visits: dict[tuple[int, int], int]) -> Iterator[Change]:
    for old, changed in changes:
        visit = old.visit_id and visits[old.visit_id, changed["subject_id"]]
        yield old, {**changed, "visit_id": visit}


def _without_subject(changes: Iterator[Change]) -> Iterator[Change]:
    for old, changed in changes:
        yield old, {"visit_id": changed["visit_id"]}


class _Desk:
    """Signed-in people, and the subject whose forms they work on."""

    def __init__(self) -> None:
        from django.test import Client

        from accounts.models import User
        from patients.models import Subject
        from patients.services.calendar_feeds import make_feed
        from patients.services.visits import record_visit

        self.nobody = Client()
        self.people = {}
        for name in ("li.na", "chen.yu", "sara.lind", "admin"):
            self.people[name] = Client()
            self.people[name].force_login(User.objects.get(username=name))
        nurse = User.objects.get(username="li.na")
        # A copy: what is done to it must not be copied in its turn, or nobody is overdue.
        copies = Subject.objects.filter(number__regex=r"^GZ-\d{5}$", first_treatment_on__isnull=False)
        subject = copies.filter(visits__code="W4", visits__outcome="").earliest("first_treatment_on")
        self.visit = record_visit(visit=subject.visits.get(code="W4"), occurred_on=subject.site.today(), by=nurse)
        self.subject, self.turns = subject, count()
        _feed, self.token = make_feed(site=subject.site, by=User.objects.get(username="chen.yu"))

    def pages(self) -> dict[str, Request]:
        """Every page by its name, with the person who uses it most."""
        from django.urls import reverse

        def of(name: str, *more: str) -> str:
            return reverse(name, args=[REGISTRATION, *more])

        nurse, monitor = self.people["li.na"], self.people["chen.yu"]
        number, subjects = self.subject.number, of("patients:subject-list")
        w4, screening = (number, "W4", "pasi"), (number, "SCR", "pasi")
        return {
            TRIVIAL: lambda: self.nobody.get(reverse("accounts:sign_in")),
            "today, coordinator": lambda: nurse.get(of("workspace:today")),
            "today, monitor": lambda: monitor.get(of("workspace:today")),
            "subjects, first page": lambda: monitor.get(subjects),
            "subjects, last page": lambda: monitor.get(subjects, {"page": "last"}),
            "subjects, overdue": lambda: monitor.get(subjects, {"overdue": "1"}),
            "subjects, by number": lambda: monitor.get(subjects, {"search": "-0019"}),
            "subjects, by last visit": lambda: monitor.get(subjects, {"sort": "-last"}),
            "subjects of a day": lambda: monitor.get(subjects, {"day": self.subject.site.today().isoformat()}),
            "calendar, month": lambda: monitor.get(of("patients:calendar")),
            "calendar, week": lambda: monitor.get(of("patients:calendar"), {"view": "week"}),
            "calendar feed": lambda: self.nobody.get(reverse("patients:calendar-feed", args=[self.token])),
            "calendar addresses": lambda: monitor.get(of("patients:calendar-feeds")),
            "schedule": lambda: nurse.get(of("patients:schedule", number)),
            "casebook": lambda: nurse.get(of("assessments:casebook", number)),
            "eligibility": lambda: nurse.get(of("patients:eligibility", number)),
            "visit": lambda: nurse.get(of("patients:visit", number, "W4")),
            "PASI entry": lambda: nurse.get(of("assessments:form-edit", *w4)),
            "PASI live values": lambda: nurse.post(of("assessments:form-live", *w4), self._typed()),
            "PASI draft": lambda: nurse.post(of("assessments:form-edit", *w4), self._typed("W4")),
            "PASI correction": lambda: nurse.post(
                of("assessments:form-edit", *screening), {**self._typed("SCR"), "complete": "1", "reason": "Misread"}
            ),
            "PASI review": lambda: nurse.get(of("assessments:form", *screening)),
            "subject's events": lambda: nurse.get(of("safety:subject-events", number)),
            "adverse events": lambda: self.people["sara.lind"].get(of("safety:list")),
            "serious events": lambda: self.people["sara.lind"].get(of("safety:list"), {"serious": "yes"}),
            "protocol": lambda: nurse.get(of("workspace:protocol")),
            "people": lambda: self.people["admin"].get(of("workspace:people")),
        }

    def _typed(self, code: str = "") -> dict[str, Any]:
        """A PASI as it is typed, another one each time; with a visit's code, in the version that is stored."""
        from assessments.registry import INSTRUMENTS
        from tests.factories import values_for

        visit = self.subject.visits.get(code=code or "W4")
        visit.subject = self.subject
        form = INSTRUMENTS["pasi"].model.objects.filter(visit=visit).first() if code else None
        scores = {**values_for("pasi", visit), "trunk_erythema": 2 + next(self.turns) % 2}
        return {**scores, "assessed_on": visit.occurred_on.isoformat(), "version": form.row_version if form else 0}


def _measure(pages: dict[str, Request]) -> dict[str, Measured]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    statements, times = {}, {name: [] for name in pages}
    for name, request in pages.items():
        request()  # what is worked out once per process, or once per form, is not the page's
        with CaptureQueriesContext(connection) as queries:
            response = request()
        if response.status_code not in (200, 302):
            raise RuntimeError(f"{name}: {response.status_code} {response.content[:2000]!r}")
        statements[name] = len(queries)
    for _run in range(RUNS):
        for name, request in pages.items():
            started = time.perf_counter()
            request()
            times[name].append(time.perf_counter() - started)
    return {name: Measured(statements[name], median(times[name])) for name in pages}


def _print(results: dict[int, dict[str, Measured]]) -> int:
    columns = "".join(f" | {f'{size} subjects':^28}" for size in results)
    print(f"{'':<22}{columns}\n{'page':<22}" + f" | {'statements':>10} {'ms':>8} {'ratio':>8}" * len(results))
    for name in next(iter(results.values())):
        cells = "".join(
            f" | {at[name].statements:>10} {at[name].seconds * 1000:>8.1f}"
            f" {at[name].seconds / at[TRIVIAL].seconds:>7.1f}x"
            for at in results.values()
        )
        print(f"{name:<22}{cells}")
    growing = [name for name in pages_of(results) if len({at[name].statements for at in results.values()}) > 1]
    print(f"More statements in a larger trial: {', '.join(growing) or 'no page'}")
    return 1 if growing else 0


def pages_of(results: dict[int, dict[str, Measured]]) -> list[str]:
    """The names of the pages that were measured."""
    return list(next(iter(results.values())))


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
