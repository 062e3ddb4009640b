"""The rules of an adverse event hold in the database itself, whoever writes and however."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from audit.context import acting
from safety.models import AdverseEvent
from safety.services import record_adverse_event
from tests.factories import make_subject
from trials.models import Site

FEVER: dict[str, Any] = {
    "term": "Fever",
    "onset": "2026-05-10",
    "ended": "2026-05-12",
    "grade": 1,
    "is_serious": False,
    "relation": "possible",
    "action_taken": "dose_not_changed",
    "outcome": "recovered",
}


@pytest.fixture
def nurse(coordinator: User) -> User:
    return coordinator


@pytest.fixture
def event(site: Site, nurse: User) -> AdverseEvent:
    subject = make_subject(site, nurse, date(2026, 5, 1))
    return record_adverse_event(subject=subject, fields=FEVER, by=nurse)


def write(event: AdverseEvent, assignments: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE safety_adverseevent SET {assignments} WHERE id = %s", [event.pk])


@pytest.mark.parametrize(
    ("assignments", "constraint"),
    [
        ("number = 0", "safety_event_numbered_from_one"),
        ("version = 0", "safety_event_numbered_from_one"),
        ("term = '  '", "safety_event_has_a_term"),
        ("grade = 0", "safety_event_known_codes"),
        ("grade = 6", "safety_event_known_codes"),
        ("relation = 'maybe'", "safety_event_known_codes"),
        ("action_taken = ''", "safety_event_known_codes"),
        ("outcome = 'cured'", "safety_event_known_codes"),
        ("ended_on = '2026-05-09'", "safety_event_ends_after_onset"),
        ("grade = 5", "safety_event_death_said_everywhere_or_nowhere"),
        ("outcome = 'fatal'", "safety_event_death_said_everywhere_or_nowhere"),
        ("is_serious = true, results_in_death = true", "safety_event_death_said_everywhere_or_nowhere"),
        ("is_serious = true", "safety_event_serious_by_a_criterion"),
        ("is_life_threatening = true", "safety_event_serious_by_a_criterion"),
        ("caused_hospitalisation = true", "safety_event_serious_by_a_criterion"),
        ("is_disabling = true", "safety_event_serious_by_a_criterion"),
        ("is_congenital_anomaly = true", "safety_event_serious_by_a_criterion"),
        ("is_medically_important = true", "safety_event_serious_by_a_criterion"),
        ("ended_on = NULL", "safety_event_end_agrees_with_outcome"),
        ("ended_on = NULL, outcome = 'recovered_with_sequelae'", "safety_event_end_agrees_with_outcome"),
        ("outcome = 'not_recovered'", "safety_event_end_agrees_with_outcome"),
        ("outcome = 'recovering'", "safety_event_end_agrees_with_outcome"),
        ("onset = ''", "safety_event_has_its_days"),
        ("ended = ''", "safety_event_has_its_days"),
        ("onset = 'May 2026'", "adverseevent_onset_check"),
        ("term_code = 'rash'", "safety_event_known_term_and_expectedness"),
        ("expectedness = ''", "safety_event_known_term_and_expectedness"),
        ("relation_disease = 'maybe'", "safety_event_known_relations"),
        ("relation_other = 'possible'", "safety_event_names_another_cause"),
        ("other_cause = 'A cold'", "safety_event_names_another_cause"),
        ("discharged_on = '2026-05-12'", "safety_event_hospital_days_in_order"),
        ("serious_known_at = now()", "safety_event_aware_only_of_serious"),
    ],
)
def test_raw_sql_cannot_break_a_rule(event: AdverseEvent, nurse: User, assignments: str, constraint: str) -> None:
    with acting(by=nurse, reason="Trying"), pytest.raises(IntegrityError, match=constraint):
        write(event, assignments)


@pytest.mark.parametrize(
    "assignments",
    [
        "ended_on = onset_on",
        "outcome = 'unknown'",
        "outcome = 'unknown', ended = '', ended_on = NULL",
        "outcome = 'fatal', grade = 5, is_serious = true, results_in_death = true",
        "is_serious = true, is_disabling = true, is_medically_important = true",
    ],
)
def test_raw_sql_that_keeps_the_rules_is_stored(event: AdverseEvent, nurse: User, assignments: str) -> None:
    with acting(by=nurse, reason="Trying"):
        write(event, assignments)


def test_two_events_of_a_subject_cannot_have_one_number(event: AdverseEvent, nurse: User) -> None:
    days = {"onset_on": event.onset_on, "ended_on": event.ended_on}
    twin = AdverseEvent(subject=event.subject, number=event.number, **FEVER, **days)
    with acting(by=nurse), pytest.raises(IntegrityError, match="safety_event_number_once"), transaction.atomic():
        twin.save()


def test_a_change_without_a_reason_is_refused_by_the_database(event: AdverseEvent, nurse: User) -> None:
    with acting(by=nurse), pytest.raises(DatabaseError, match="gives_a_reason"):
        write(event, "grade = 2")


def test_an_event_without_a_user_is_refused_by_the_database(event: AdverseEvent) -> None:
    days = {"onset_on": event.onset_on, "ended_on": event.ended_on}
    orphan = AdverseEvent(subject=event.subject, number=2, **FEVER, **days)
    with pytest.raises(DatabaseError, match="pgh_context"), transaction.atomic():
        orphan.save()
