"""Stopping rules of the protocol: how they stand over the record, and who is told when one first holds."""

import json

import pytest

from accounts.models import User
from notifications.models import LastRun, Reminder
from notifications.services import Outcome
from patients.models import Subject
from safety.selectors.alerts import alerts_of
from safety.services.alerts import KIND, tell_of_stopping_rules
from tests.factories import make_member, make_subject, system
from tests.factories.desk import FATAL, PLAN, change_event, make_event, plan_safety
from tests.worlds import NOW
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

SEVERE = {"grade": 3, "relation": "possible"}


@pytest.fixture
def monitor(trial: Trial, site: Site) -> User:
    return make_member("safety_monitor", trial=trial, username="eva")


@pytest.fixture
def people(trial: Trial, site: Site, monitor: User, coordinator: User) -> None:
    """The monitor, an administrator, and others who may not stop enrolment."""
    make_member("administrator", trial=trial, username="anna")
    make_member("data_manager", trial=trial)
    make_member("investigator", site)


def subjects(site: Site, number: int) -> list[Subject]:
    return [make_subject(site, system()) for _ in range(number)]


def told() -> list[tuple[str, str, str]]:
    found = Reminder.objects.filter(kind=KIND).values_list("facts__rule", "occasion", "recipient__username")
    return sorted(found)


def standing(trial: Trial, user: User) -> dict[str, tuple[bool, int, tuple[str, ...]]]:
    return {alert.rule.code: (alert.holds, alert.subjects, alert.numbers) for alert in alerts_of(trial, user)}


def test_a_rule_holds_with_the_second_subject(trial: Trial, site: Site, monitor: User) -> None:
    plan_safety(trial)
    one, two = subjects(site, 2)
    make_event(one, **SEVERE)
    make_event(one, **SEVERE)
    assert standing(trial, monitor)["SR01"] == (False, 1, ("GZ-001",))
    make_event(two, **SEVERE)
    assert standing(trial, monitor)["SR01"] == (True, 2, ("GZ-001", "GZ-002"))


def test_a_rule_no_longer_holds_when_the_event_is_corrected(trial: Trial, site: Site, monitor: User) -> None:
    plan_safety(trial)
    [subject] = subjects(site, 1)
    event = make_event(subject, **FATAL, relation="possible")
    assert standing(trial, monitor)["SR02"] == (True, 1, ("GZ-001",))
    change_event(event, relation="unlikely")
    assert standing(trial, monitor)["SR02"] == (False, 0, ())


@pytest.mark.parametrize("cause", ["relation_procedure", "relation_premedication"])
def test_a_relation_to_any_treatment_of_the_study_counts(
    trial: Trial, infused: Subject, monitor: User, cause: str
) -> None:
    plan_safety(trial)
    make_event(infused, **FATAL, **{cause: "certain"})
    assert standing(trial, monitor)["SR02"][0] is True


def test_a_reader_without_safety_data_learns_the_number_and_no_subject(trial: Trial, site: Site) -> None:
    plan_safety(trial)
    [subject] = subjects(site, 1)
    make_event(subject, **FATAL, relation="possible")
    assert standing(trial, make_member("administrator", trial=trial))["SR02"] == (True, 1, ())


def test_the_newest_version_of_the_protocol_rules(trial: Trial, site: Site, monitor: User) -> None:
    plan_safety(trial)
    plan_safety(trial, PLAN.replace("subjects = 2", "subjects = 3"), version="1.6")
    for subject in subjects(site, 2):
        make_event(subject, **SEVERE)
    assert standing(trial, monitor)["SR01"] == (False, 2, ("GZ-001", "GZ-002"))


def test_a_protocol_without_rules_alerts_nobody(trial: Trial, site: Site, monitor: User) -> None:
    assert alerts_of(trial, monitor) == []
    assert tell_of_stopping_rules(NOW) == Outcome()


def test_those_who_may_stop_enrolment_are_told_once(trial: Trial, site: Site, people: None) -> None:
    plan_safety(trial)
    one, two, three = subjects(site, 3)
    make_event(one, **SEVERE)
    assert tell_of_stopping_rules(NOW) == Outcome()
    make_event(two, **SEVERE)
    assert tell_of_stopping_rules(NOW) == Outcome(told=2)
    make_event(three, **SEVERE)
    assert tell_of_stopping_rules(NOW) == Outcome()
    assert told() == [("SR01", "1.5", "anna"), ("SR01", "1.5", "eva")]
    assert LastRun.objects.get(name=KIND).ran_at == NOW


def test_an_amended_rule_is_told_anew(trial: Trial, site: Site, people: None) -> None:
    plan_safety(trial)
    [subject] = subjects(site, 1)
    make_event(subject, **FATAL, relation="possible")
    tell_of_stopping_rules(NOW)
    plan_safety(trial, version="1.6")
    assert tell_of_stopping_rules(NOW) == Outcome(told=2)


def test_a_rule_that_held_and_no_longer_does_is_not_told_twice(trial: Trial, site: Site, people: None) -> None:
    plan_safety(trial)
    [subject] = subjects(site, 1)
    event = make_event(subject, **FATAL, relation="possible")
    tell_of_stopping_rules(NOW)
    change_event(event, relation="unlikely")
    tell_of_stopping_rules(NOW)
    change_event(event, relation="certain")
    assert tell_of_stopping_rules(NOW) == Outcome()
    assert Reminder.objects.filter(kind=KIND, withdrawn_at=None).count() == 2


def test_what_is_told_names_no_subject(trial: Trial, site: Site, people: None) -> None:
    plan_safety(trial)
    [subject] = subjects(site, 1)
    make_event(subject, **FATAL, relation="possible")
    tell_of_stopping_rules(NOW)
    assert "GZ-" not in json.dumps(list(Reminder.objects.filter(kind=KIND).values_list("facts", "topic")))
