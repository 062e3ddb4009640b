"""Screening a person once more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.models import User
from patients.models import Subject, Visit
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.enrolment import end_participation
from patients.services.rescreening import screen_again
from tests.factories import (
    PLANNED_VISITS,
    eligible_subject,
    enrolled_subject,
    make_member,
    make_site,
    make_subject,
    make_trial,
    take_place,
)
from trials.models import Site
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def failed_subject(site: Site, by: User, signed_on: date | None = None, **identity: Any) -> Subject:
    """A screen failure, decided today."""
    subject = make_subject(site, by, signed_on, **identity)
    answer_criteria(subject=subject, answers={"EX02": True}, by=by)
    decide_eligibility(subject=subject, outcome="screen_failure", by=by)
    return Subject.objects.get(pk=subject.pk)


def again(subject: Subject, by: User, signed_on: date = TODAY) -> Subject:
    return screen_again(subject=subject, signed_on=signed_on, sheet_version="1.0", language="zh", by=by)


def withdrawn(subject: Subject, by: User, ended_on: date = TODAY) -> Subject:
    return end_participation(subject=subject, status="withdrawn", ended_on=ended_on, reason="Own wish", by=by)


def test_the_new_attempt_has_a_number_a_consent_and_visits_of_its_own(site: Site, investigator: User) -> None:
    earlier = failed_subject(site, investigator, TODAY - 10 * DAY)
    make_subject(site, investigator)
    new = Subject.objects.get(pk=again(earlier, investigator).pk)
    assert (new.number, new.status, new.attempt, new.previous_attempt) == ("GZ-003", "screening", 2, earlier)
    assert new.consents.get().signed_on == TODAY
    assert list(new.visits.values_list("code", "outcome")) == [(code, "") for code in PLANNED_VISITS]
    assert new.visits.get(code="W0").planned_on == TODAY + 14 * DAY
    assert not new.criterion_answers.exists()
    assert not new.findings.exists()


def test_the_contact_details_are_taken_over_into_a_row_of_their_own(site: Site, investigator: User) -> None:
    details = {"initials": "QWZ", "phone": "020-1", "email": "q@example.invalid", "contact_note": "Mornings"}
    earlier = failed_subject(site, investigator, **details)
    new = again(earlier, investigator)
    assert {name: getattr(new.identity, name) for name in details} == details
    assert new.identity.pk != earlier.identity.pk


def test_the_earlier_attempt_stays_as_it_is(site: Site, investigator: User) -> None:
    earlier = failed_subject(site, investigator)
    before = Subject.objects.filter(pk=earlier.pk).values().get()
    again(earlier, investigator)
    assert Subject.objects.filter(pk=earlier.pk).values().get() == before
    assert set(Visit.objects.filter(subject=earlier).values_list("outcome", flat=True)) == {"cancelled"}


def test_attempts_are_counted(site: Site, investigator: User) -> None:
    first = failed_subject(site, investigator)
    second = again(first, investigator)
    answer_criteria(subject=second, answers={"EX02": True}, by=investigator)
    decide_eligibility(subject=second, outcome="screen_failure", by=investigator)
    third = again(second, investigator)
    assert (third.attempt, third.previous_attempt) == (3, second)


def test_nobody_is_screened_again_twice_after_the_same_attempt(site: Site, investigator: User) -> None:
    earlier = failed_subject(site, investigator)
    again(earlier, investigator)
    with pytest.raises(NotAllowedNow, match="already, as GZ-002"):
        again(earlier, investigator)
    assert Subject.objects.count() == 2


@pytest.mark.parametrize("stage", [make_subject, eligible_subject, enrolled_subject])
def test_before_the_screening_has_ended_there_is_no_other(site: Site, investigator: User, stage: Any) -> None:
    with pytest.raises(NotAllowedNow, match="only after a screen failure"):
        again(stage(site, investigator), investigator)
    assert Subject.objects.count() == 1


def test_who_left_during_screening_may_be_screened_again(site: Site, investigator: User) -> None:
    assert again(withdrawn(make_subject(site, investigator), investigator), investigator).attempt == 2


def test_who_left_after_enrolment_is_not_screened_again(site: Site, investigator: User) -> None:
    subject = withdrawn(enrolled_subject(site, investigator), investigator)
    with pytest.raises(NotAllowedNow, match="only after a screen failure"):
        again(subject, investigator)


def test_the_new_consent_does_not_come_before_the_failure(site: Site, investigator: User) -> None:
    earlier = failed_subject(site, investigator, TODAY - 10 * DAY)
    with pytest.raises(ValidationError, match="ended on 2026-05-20") as refusal:
        again(earlier, investigator, TODAY - DAY)
    assert set(refusal.value.message_dict) == {"signed_on"}
    assert again(earlier, investigator, TODAY).attempt == 2


def test_the_new_consent_does_not_come_before_the_withdrawal(site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator, TODAY - 10 * DAY)
    take_place(subject, "SCR", investigator, on=TODAY - 8 * DAY)
    earlier = withdrawn(subject, investigator, TODAY - 5 * DAY)
    with pytest.raises(ValidationError, match="ended on 2026-05-15"):
        again(earlier, investigator, TODAY - 6 * DAY)
    assert again(earlier, investigator, TODAY - 5 * DAY).attempt == 2


def test_the_day_of_the_failure_is_the_day_at_the_site(site: Site, investigator: User) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 17, tzinfo=UTC), tick=False):
        earlier = failed_subject(site, investigator, TODAY - 10 * DAY)
        with pytest.raises(ValidationError, match="ended on 2026-05-21"):
            again(earlier, investigator, TODAY)
        assert again(earlier, investigator, TODAY + DAY).attempt == 2


def test_a_consent_of_tomorrow_is_refused_and_uses_up_no_number(site: Site, investigator: User) -> None:
    earlier = failed_subject(site, investigator)
    with pytest.raises(ValidationError, match="future"):
        again(earlier, investigator, TODAY + DAY)
    assert again(earlier, investigator).number == "GZ-002"


def test_of_two_who_start_at_once_one_starts(committed_db: None) -> None:
    site = make_site(make_trial())
    doctor = make_member("investigator", site)
    earlier = failed_subject(site, doctor)
    start = Barrier(2)

    def try_it(_n: int) -> bool:
        try:
            start.wait()
            again(earlier, doctor)
        except NotAllowedNow:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(try_it, range(2))) == [False, True]
    assert list(Subject.objects.values_list("number", "attempt")) == [("GZ-001", 1), ("GZ-002", 2)]
