"""Ten thousand subjects and a hundred and fifty thousand visits: every page runs the statements of a small trial."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Subject, Visit
from patients.services.calendar_feeds import make_feed
from tests.factories import make_member, make_site, make_trial, system
from tests.factories.scale import VISITS_EACH, grow
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

SMALL, LARGE = 200, 10_000
LIST_FILTERS = (
    {},
    {"page": "last"},
    {"overdue": "1"},
    {"overdue": "1", "page": "last"},
    {"search": "-00019"},
    {"site": "GZ", "status": "on_treatment"},
    {"version": "1.0", "arm": "ADMSC", "sort": "-last"},
    {"day": "2026-05-20", "sort": "next"},
)


def addresses(trial: Trial, site: Site, token: str) -> list[tuple[str, dict[str, Any]]]:
    """Every page that shows subjects or visits of a whole site, and the pages of one subject."""
    subject = Subject.objects.filter(site=site, status="on_treatment").earliest("pk")

    def of(name: str, *more: str) -> str:
        return reverse(name, args=[trial.registration, *more])

    return [
        *((of("patients:subject-list"), filters) for filters in LIST_FILTERS),
        (of("patients:calendar"), {}),
        (of("patients:calendar"), {"view": "week", "site": site.code}),
        (reverse("patients:calendar-feed", args=[token]), {}),
        (of("assessments:casebook", subject.number), {}),
        (of("patients:schedule", subject.number), {}),
    ]


def statements(person: Client, path: str, query: dict[str, Any]) -> int:
    """How many statements the page runs when it is opened for the second time."""
    assert person.get(path, query).status_code == 200, (path, query)
    with CaptureQueriesContext(connection) as queries:
        person.get(path, query)
    return len(queries)


def test_ten_thousand_subjects_cost_no_more_statements_than_two_hundred(committed_db: None) -> None:
    trial = make_trial()
    sites = [make_site(trial, code) for code in ("GZ", "VIE")]
    member = make_member("data_manager", trial=trial)
    _feed, token = make_feed(site=sites[0], by=member)
    person = Client()
    person.force_login(member)

    def measured() -> list[tuple[str, dict[str, Any], int]]:
        return [(path, query, statements(person, path, query)) for path, query in addresses(trial, sites[0], token)]

    grow(sites, SMALL, by=system())
    small = measured()
    grow(sites, LARGE, by=system())
    assert (Subject.objects.count(), Visit.objects.count()) == (LARGE, LARGE * VISITS_EACH)
    assert measured() == small
