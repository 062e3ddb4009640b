"""The log of adverse events across the subjects of a trial."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Subject
from safety.services import record_adverse_event
from tests.factories import UserFactory, make_member, make_subject
from trials.models import Site, Trial

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
CONSENT = date(2026, 4, 1)
FEVER: dict[str, Any] = {
    "term": "Fever",
    "onset": "2026-05-10",
    "grade": 1,
    "is_serious": False,
    "relation": "unlikely",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}
STROKE = FEVER | {
    "term": "Stroke",
    "onset": "2026-05-12",
    "grade": 4,
    "is_serious": True,
    "is_life_threatening": True,
    "relation": "unassessable",
}
HEADACHE = FEVER | {
    "term": "Headache",
    "onset": "2026-05-08",
    "ended": "2026-05-09",
    "outcome": "recovered",
    "grade": 3,
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def here(site: Site) -> Subject:
    return make_subject(site, UserFactory(), CONSENT)


@pytest.fixture
def elsewhere(other_site: Site) -> Subject:
    return make_subject(other_site, UserFactory(), CONSENT)


@pytest.fixture
def log(here: Subject, elsewhere: Subject) -> None:
    for subject, fields in ((here, FEVER), (here, STROKE), (elsewhere, HEADACHE)):
        record_adverse_event(subject=subject, fields=fields, by=UserFactory())


def signed_in(role: str, trial: Trial, site: Site | None = None) -> Client:
    client = Client()
    client.force_login(make_member(role, site, trial))
    return client


def address(trial: Trial) -> str:
    return reverse("safety:list", args=[trial.registration])


def terms(response: Any) -> list[str]:
    return [event.term for event in response.context["page_obj"]]


def test_all_sites_are_listed_for_the_safety_monitor_newest_onset_first(log: None, trial: Trial) -> None:
    assert terms(signed_in("safety_monitor", trial).get(address(trial))) == ["Stroke", "Fever", "Headache"]


def test_a_coordinator_sees_the_events_of_the_own_site_only(log: None, trial: Trial, here: Subject) -> None:
    page = signed_in("coordinator", trial, here.site).get(address(trial))
    assert terms(page) == ["Stroke", "Fever"]
    assert "Vienna Hospital" not in page.content.decode()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"site": "VIE"}, ["Headache"]),
        ({"serious": "yes"}, ["Stroke"]),
        ({"serious": "no"}, ["Fever", "Headache"]),
        ({"related": "yes"}, ["Stroke"]),
        ({"related": "no"}, ["Fever", "Headache"]),
        ({"ongoing": "yes"}, ["Stroke", "Fever"]),
        ({"ongoing": "no"}, ["Headache"]),
        ({"grade": "3"}, ["Stroke", "Headache"]),
        ({"grade": "4"}, ["Stroke"]),
        ({"grade": "3", "serious": "no"}, ["Headache"]),
    ],
)
def test_filters_stand_in_the_address(log: None, trial: Trial, filters: dict[str, str], found: list[str]) -> None:
    assert terms(signed_in("safety_monitor", trial).get(address(trial), filters)) == found


def test_a_filter_without_events_offers_to_show_all(log: None, trial: Trial) -> None:
    page = signed_in("safety_monitor", trial).get(address(trial), {"grade": "5"})
    assert "No event matches this filter" in page.content.decode()


def test_a_filter_value_that_does_not_exist_is_named_as_an_error(log: None, trial: Trial) -> None:
    page = signed_in("safety_monitor", trial).get(address(trial), {"serious": "perhaps"})
    assert page.status_code == 200
    assert list(page.context["filters"].errors) == ["serious"]


def test_an_empty_log_says_where_events_are_recorded(here: Subject, trial: Trial) -> None:
    page = signed_in("safety_monitor", trial).get(address(trial)).content.decode()
    assert "They are recorded on the page of the subject." in page


def record_many(subject: Subject, number: int) -> None:
    by = UserFactory()
    for day in range(number):
        fields = FEVER | {"term": f"Fever {day}", "onset": (CONSENT + timedelta(days=day)).isoformat()}
        record_adverse_event(subject=subject, fields=fields, by=by)


def test_twenty_five_events_stand_on_a_page_and_filters_stay_on_the_next(here: Subject, trial: Trial) -> None:
    record_many(here, 26)
    client = signed_in("safety_monitor", trial)
    first = client.get(address(trial), {"serious": "no"})
    assert len(terms(first)) == 25
    assert "?serious=no&amp;page=2" in first.content.decode()
    assert terms(client.get(address(trial), {"serious": "no", "page": "2"})) == ["Fever 0"]


def test_a_longer_log_takes_no_more_statements(here: Subject, elsewhere: Subject, trial: Trial) -> None:
    client = signed_in("safety_monitor", trial)
    record_many(here, 1)
    client.get(address(trial))
    with CaptureQueriesContext(connection) as few:
        client.get(address(trial))
    record_many(here, 8)
    record_many(elsewhere, 8)
    with CaptureQueriesContext(connection) as many:
        client.get(address(trial))
    assert len(many) == len(few)


def test_a_role_without_safety_data_is_refused(log: None, trial: Trial) -> None:
    assert signed_in("administrator", trial).get(address(trial)).status_code == 403


def test_the_log_of_a_trial_without_a_role_is_not_found(log: None, trial: Trial) -> None:
    client = Client()
    client.force_login(UserFactory())
    assert client.get(address(trial)).status_code == 404
