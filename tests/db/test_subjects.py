"""Registering, enrolling, ending: what the services write, and what they refuse."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.selectors import casebook
from audit.context import acting
from audit.history import changes
from patients.models import Subject, SubjectIdentity, Visit
from patients.selectors.subjects import subject_rows
from patients.services.enrolment import end_participation, enrol
from patients.services.registration import correct_identity
from tests.factories import (
    PLANNED_VISITS,
    UserFactory,
    infused_subject,
    make_member,
    make_site,
    make_subject,
    make_trial,
    system,
)
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
"""Noon in Guangzhou."""
TODAY = date(2026, 5, 20)


def test_a_subject_gets_number_consent_visits_and_status(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    assert (subject.number, subject.status) == ("GZ-001", "screening")
    assert [visit.code for visit in subject.visits.order_by("position")] == list(PLANNED_VISITS)
    consent = subject.consents.get()
    assert (consent.signed_on, consent.obtained_by) == (TODAY, coordinator)
    assert subject.identity.initials == "ZXY"


def test_numbers_count_up_at_each_site_by_itself(site: Site, other_site: Site, coordinator: User) -> None:
    numbers = [make_subject(place, coordinator).number for place in (site, site, other_site, site)]
    assert numbers == ["GZ-001", "GZ-002", "VIE-001", "GZ-003"]


def test_consent_may_be_signed_today_but_not_tomorrow(site: Site, coordinator: User) -> None:
    make_subject(site, coordinator, TODAY)
    with pytest.raises(ValidationError, match="future"):
        make_subject(site, coordinator, TODAY + timedelta(days=1))


def test_today_is_the_day_at_the_site(site: Site, trial: Trial, coordinator: User) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 17, tzinfo=UTC), tick=False):
        make_subject(site, coordinator, date(2026, 5, 21))
        with pytest.raises(ValidationError, match="future"):
            make_subject(make_site(trial, "VIE"), coordinator, date(2026, 5, 21))


def test_a_refused_registration_uses_up_no_number(site: Site, coordinator: User) -> None:
    with pytest.raises(ValidationError):
        make_subject(site, coordinator, email="no address")
    assert make_subject(site, coordinator).number == "GZ-001"
    assert Subject.objects.count() == 1


def test_twenty_registrations_at_once_get_twenty_consecutive_numbers(committed_db: None) -> None:
    site = make_site(make_trial())
    nurse = make_member("coordinator", site)

    def register(_n: int) -> str:
        try:
            return make_subject(site, nurse).number
        finally:
            connections.close_all()

    with time_machine.travel(NOON), ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(register, range(20)))
    assert sorted(numbers) == [f"GZ-{n:03d}" for n in range(1, 21)]


def test_enrolment_waits_for_the_decision(investigator: User, screened: Subject) -> None:
    with pytest.raises(NotAllowedNow, match="decide eligibility"):
        enrol(subject=screened, arm_code="ADMSC", enrolled_on=TODAY, by=investigator)


def test_an_enrolled_subject_cannot_be_enrolled_again(investigator: User, enrolled: Subject) -> None:
    with pytest.raises(NotAllowedNow, match="cannot become"):
        enrol(subject=enrolled, arm_code="ADMSC", enrolled_on=TODAY, by=investigator)


def test_the_arm_must_be_one_of_the_protocol(investigator: User, screened: Subject) -> None:
    from patients.services.eligibility import decide_eligibility

    decide_eligibility(subject=screened, outcome="eligible", by=investigator)
    with pytest.raises(ValidationError, match="ADMSC"):
        enrol(subject=screened, arm_code="PLACEBO", enrolled_on=TODAY, by=investigator)


@pytest.mark.parametrize(("days", "message"), [(1, "future"), (-1, "before the consent")])
def test_the_day_of_enrolment_lies_between_consent_and_today(
    investigator: User, days: int, message: str, screened: Subject
) -> None:
    from patients.services.eligibility import decide_eligibility

    decide_eligibility(subject=screened, outcome="eligible", by=investigator)
    with pytest.raises(NotAllowedNow, match=message):
        enrol(subject=screened, arm_code="ADMSC", enrolled_on=TODAY + timedelta(days=days), by=investigator)


def test_withdrawal_cancels_the_visits_that_wait(investigator: User, enrolled: Subject) -> None:
    ended = end_participation(
        subject=enrolled, status="withdrawn", ended_on=TODAY, reason="Subject's own wish", by=investigator
    )
    assert (ended.status, ended.ended_on) == ("withdrawn", TODAY)
    assert dict(enrolled.visits.values_list("code", "outcome")) == {
        code: "done" if code == "SCR" else "cancelled" for code in PLANNED_VISITS
    }


def test_only_follow_up_leads_to_completion(investigator: User, infused: Subject) -> None:
    with pytest.raises(NotAllowedNow, match="follow-up"):
        end_participation(subject=infused, status="completed", ended_on=TODAY, reason="Done", by=investigator)


def test_what_has_ended_cannot_end_again(investigator: User, enrolled: Subject) -> None:
    arguments = {"subject": enrolled, "status": "withdrawn", "ended_on": TODAY, "reason": "Wish", "by": investigator}
    end_participation(**arguments)
    with pytest.raises(NotAllowedNow, match="cannot become"):
        end_participation(**arguments)


@pytest.mark.parametrize("reason", ["", "  "])
def test_the_end_of_participation_needs_a_reason(investigator: User, reason: str, enrolled: Subject) -> None:
    with pytest.raises(ValidationError, match="reason"):
        end_participation(subject=enrolled, status="withdrawn", ended_on=TODAY, reason=reason, by=investigator)


def test_corrected_contact_details_keep_the_old_ones_in_history(site: Site, coordinator: User) -> None:
    details = make_subject(site, coordinator, phone="020-1").identity
    details.phone = "020-2"
    correct_identity(identity=details, seen_version=1, by=coordinator, reason="Moved")
    last = changes(details, ["phone"])[-1]
    assert (last.before, last.after, last.reason, last.by) == ("020-1", "020-2", "Moved", coordinator.full_name)


def test_contact_details_are_not_corrected_without_a_reason(site: Site, coordinator: User) -> None:
    details = make_subject(site, coordinator, phone="020-1").identity
    details.phone = "020-2"
    with pytest.raises(ValidationError, match="reason"):
        correct_identity(identity=details, seen_version=1, by=coordinator, reason=" ")
    assert SubjectIdentity.objects.get().phone == "020-1"


@pytest.mark.parametrize(
    "values",
    [
        {"arm_code": "ADMSC"},
        {"enrolled_on": TODAY},
        {"first_treatment_on": TODAY},
        {"enrolled_on": TODAY, "arm_code": "ADMSC", "first_treatment_on": TODAY - timedelta(days=1)},
    ],
    ids=["arm without day", "day without arm", "infused but not enrolled", "infused before enrolment"],
)
def test_the_database_refuses_a_subject_that_cannot_be(site: Site, coordinator: User, values: dict[str, Any]) -> None:
    subject = make_subject(site, coordinator)
    with (
        pytest.raises(IntegrityError, match="patients_subject_"),
        transaction.atomic(),
        acting(by=coordinator, reason="By hand"),
    ):
        Subject.objects.filter(pk=subject.pk).update(**values)


def test_a_person_sees_the_subjects_of_the_own_site_only(site: Site, other_site: Site, coordinator: User) -> None:
    mine, other = make_subject(site, coordinator), make_subject(other_site, system())
    assert list(Subject.objects.visible_to(coordinator)) == [mine]
    manager = make_member("data_manager", trial=site.trial)
    assert set(Subject.objects.visible_to(manager)) == {mine, other}
    assert list(Subject.objects.visible_to(UserFactory())) == []


def test_the_subject_list_is_one_statement_at_any_length(site: Site, trial: Trial, coordinator: User) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert all(
                row.site.trial == trial and row.protocol_version.version for row in subject_rows(coordinator, trial)
            )
        return len(captured)

    make_subject(site, coordinator)
    assert statements() == 1
    for _n in range(4):
        make_subject(site, coordinator)
    assert statements() == 1


def test_the_casebook_is_read_with_as_many_statements_however_full_it_is(site: Site, investigator: User) -> None:
    def statements(subject: Subject) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(casebook(subject)) == len(PLANNED_VISITS)
        return len(captured)

    made = make_subject(site, investigator).pk, infused_subject(site, investigator).pk
    empty, full = (Subject.objects.select_related("site", "protocol_version").get(pk=pk) for pk in made)
    assert statements(empty) == statements(full) == 3


def test_an_overdue_visit_is_found_by_the_day_at_its_site(trial: Trial, investigator: User, infused: Subject) -> None:
    closes = Visit.objects.get(subject=infused, code="W4").window_closes_on

    def is_overdue(moment: datetime) -> bool:
        return bool(subject_rows(investigator, trial, overdue=True, now=moment))

    last_day_at_the_site = datetime(closes.year, closes.month, closes.day, 15, 59, tzinfo=UTC)
    assert not is_overdue(last_day_at_the_site)
    assert is_overdue(last_day_at_the_site + timedelta(minutes=1))


@pytest.mark.parametrize("typed", ["GZ-001", "gz-1", "gz1", "GZ 001", "001", "1", "gz"])
def test_a_subject_is_found_however_its_number_is_typed(
    trial: Trial, site: Site, coordinator: User, typed: str
) -> None:
    make_subject(site, coordinator)
    assert [row.number for row in subject_rows(coordinator, trial, search=typed)] == ["GZ-001"]


@pytest.mark.parametrize("typed", ["GZ-002", "VIE-1", "2", "(", "gz-01x"])
def test_another_number_does_not_find_the_subject(trial: Trial, site: Site, coordinator: User, typed: str) -> None:
    make_subject(site, coordinator)
    assert not subject_rows(coordinator, trial, search=typed).exists()
