"""The forms that somebody began and did not complete."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.selectors import drafts_left
from assessments.services import Entry, save_form
from patients.models import Visit
from tests.factories import complete_form, make_member, make_site, make_subject, take_place
from trials.models import Site


def screening(site: Site, by: User, *, days_ago: int) -> Visit:
    day = site.today() - timedelta(days=days_ago)
    return take_place(make_subject(site, by, signed_on=day), "SCR", by, on=day)


def begin(visit: Visit, code: str, by: User) -> None:
    entry = Entry(values={}, assessed_on=visit.occurred_on)
    save_form(spec=INSTRUMENTS[code], visit=visit, entry=entry, complete=False, by=by, expected_version=0)


@pytest.fixture
def visits(site: Site, coordinator: User) -> list[Visit]:
    """A recent visit with two drafts and a complete form, and an older one with one draft."""
    recent, older = (screening(site, coordinator, days_ago=days) for days in (1, 9))
    begin(recent, "pasi", coordinator)
    begin(recent, "bsa", coordinator)
    complete_form(recent, "vital_signs", coordinator)
    begin(older, "demographics", coordinator)
    return [recent, older]


def listed(user: User, site: Site, at_most: int = 9) -> list[tuple[Visit, str]]:
    return [(draft.visit, draft.spec.code) for draft in drafts_left(user, site.trial, at_most=at_most)]


def test_drafts_are_listed_oldest_visit_first_and_complete_forms_are_not(
    visits: list[Visit], site: Site, coordinator: User
) -> None:
    recent, older = visits
    assert listed(coordinator, site) == [(older, "demographics"), (recent, "bsa"), (recent, "pasi")]


def test_no_more_drafts_are_listed_than_asked_for(visits: list[Visit], site: Site, coordinator: User) -> None:
    assert listed(coordinator, site, at_most=2) == [(visits[1], "demographics"), (visits[0], "bsa")]


def test_drafts_of_another_site_are_not_listed(visits: list[Visit], site: Site) -> None:
    elsewhere = make_site(site.trial, "VIE")
    assert listed(make_member("coordinator", elsewhere), site) == []


def test_drafts_are_read_in_three_statements_whatever_the_number_of_instruments(
    visits: list[Visit], site: Site, coordinator: User
) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(coordinator, site)) == 3
    assert len(queries) == 3 < len(INSTRUMENTS)
