"""Visits that no schedule holds, how subject and site met, and where the status goes with the visits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.models import User
from assessments.policies import form_may_be_entered
from assessments.registry import INSTRUMENTS
from audit.context import acting
from patients.eligibility import eligibility_of
from patients.models import Allocation, ConsentWithdrawal, Subject, Visit
from patients.selectors.visits import earlier_plans, forms_of_another_day, open_visits, timeline
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.enrolment import end_participation
from patients.services.extra_visits import add_unscheduled_visit, record_early_termination
from patients.services.visits import correct_visit_date, earlier_arm, miss_visit, record_first_treatment, record_visit
from patients.visit_content import forms_of
from tests.factories import (
    complete_form,
    enrolled_subject,
    infused_subject,
    make_member,
    make_site,
    make_subject,
    make_trial,
    screened_subject,
    take_place,
)
from tests.worlds import treated_subject
from trials.models import Site
from trials.policies import NotAllowedNow, allows

pytestmark = pytest.mark.usefixtures("clock")

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
WORLDS = {"treated": treated_subject}
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


@pytest.fixture
def treated(site: Site) -> Subject:
    """First infusion 40 days ago, consent 14 days before it."""
    return Subject.objects.get(site=site)


def extra(subject: Subject, by: User, on: date = TODAY, **changed: Any) -> Visit:
    return add_unscheduled_visit(**{"subject": subject, "occurred_on": on, "why": "Itching", "by": by, **changed})


def leave(subject: Subject, by: User, on: date = TODAY) -> None:
    end_participation(subject=subject, status="withdrawn", ended_on=on, reason="Own wish", by=by)


def withdraw_data_use(subject: Subject, by: User) -> None:
    with acting(by=by):
        ConsentWithdrawal.objects.create(subject=subject, scope="data_use", withdrawn_on=TODAY, recorded_by=by)


# --- unscheduled visits -----------------------------------------------------------------------------------------------


def test_unscheduled_visits_are_counted_and_keep_why(treated: Subject, coordinator: User) -> None:
    first, second = extra(treated, coordinator, TODAY - DAY), extra(treated, coordinator, why=" Fever ")
    assert [(v.code, v.kind, v.outcome, v.note) for v in (first, second)] == [
        ("UNS-1", "unscheduled", "done", "Itching"),
        ("UNS-2", "unscheduled", "done", "Fever"),
    ]
    assert first.planned_on is None
    assert [entry.name for entry in timeline(treated) if entry.visit.kind == "unscheduled"] == [
        "Unscheduled visit 1",
        "Unscheduled visit 2",
    ]


def test_an_unscheduled_visit_stands_behind_the_last_scheduled_one_before_it(
    treated: Subject, coordinator: User
) -> None:
    before, after = extra(treated, coordinator, TODAY - 41 * DAY), extra(treated, coordinator, TODAY - 40 * DAY)
    assert (before.position, after.position) == (0, 1)
    correct_visit_date(visit=before, occurred_on=TODAY - 42 * DAY, reason="Source", by=coordinator)
    moved = correct_visit_date(visit=after, occurred_on=TODAY - 41 * DAY, reason="Source", by=coordinator)
    assert moved.position == 0


@pytest.mark.parametrize(("days_ago", "after"), [(0, True), (1, True), (2, False)])
def test_an_unscheduled_visit_belongs_to_screening_until_the_day_of_enrolment(
    site: Site, investigator: User, days_ago: int, after: bool
) -> None:
    subject = enrolled_subject(site, investigator, signed_on=TODAY - DAY)
    if days_ago == 2:
        with pytest.raises(NotAllowedNow, match="before the consent"):
            extra(subject, investigator, TODAY - 2 * DAY)
        return
    assert extra(subject, investigator, TODAY - days_ago * DAY).needs_enrolment is after


def test_results_of_an_unscheduled_visit_in_screening_count_for_eligibility(site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    complete_form(extra(subject, investigator), "pasi", investigator)
    used = {fact.code: fact.value for row in eligibility_of(subject).criteria for fact in row.facts}
    assert used["pasi_total"] == 27


@pytest.mark.parametrize(("on", "message"), [(TODAY + DAY, "future"), (TODAY - 55 * DAY, "before the consent")])
def test_an_unscheduled_visit_lies_between_consent_and_today(
    treated: Subject, coordinator: User, on: date, message: str
) -> None:
    with pytest.raises(NotAllowedNow, match=message):
        extra(treated, coordinator, on)
    assert not treated.visits.filter(kind="unscheduled").exists()


def test_today_is_the_day_at_the_site(treated: Subject, coordinator: User) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 17, tzinfo=UTC), tick=False):
        assert extra(treated, coordinator, TODAY + DAY).occurred_on == TODAY + DAY


def test_an_unscheduled_visit_says_why(treated: Subject, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        extra(treated, coordinator, why=" ")


def test_one_between_enrolment_and_first_infusion_does_not_stop_the_infusion(site: Site, investigator: User) -> None:
    subject = enrolled_subject(site, investigator, signed_on=TODAY - 5 * DAY)
    extra(subject, investigator, TODAY - DAY)
    assert take_place(subject, "W0", investigator, on=TODAY).outcome == "done"


def test_one_forgotten_until_after_the_end_is_still_recorded_for_a_day_before_it(
    treated: Subject, investigator: User
) -> None:
    leave(treated, investigator, TODAY - DAY)
    assert extra(treated, investigator, TODAY - DAY).outcome == "done"
    with pytest.raises(NotAllowedNow, match="after the end"):
        extra(treated, investigator, TODAY)


def test_after_a_failed_screening_no_visit_is_added_for_a_later_day(site: Site, investigator: User) -> None:
    with time_machine.travel(NOON - 2 * DAY, tick=False):
        subject = screened_subject(site, investigator)
        answer_criteria(subject=subject, answers={"EX10": True}, reason="Heart", by=investigator)
        decide_eligibility(subject=subject, outcome="screen_failure", by=investigator)
    with pytest.raises(NotAllowedNow, match="after the end of participation on 2026-05-18"):
        extra(subject, investigator, on=TODAY - DAY)
    assert extra(subject, investigator, on=TODAY - 2 * DAY).needs_enrolment is False


def test_a_corrected_day_stays_on_its_side_of_enrolment(site: Site, investigator: User) -> None:
    subject = enrolled_subject(site, investigator, signed_on=TODAY - 5 * DAY)
    visit = extra(subject, investigator, TODAY)
    with pytest.raises(NotAllowedNow, match=r"before the consent|before the enrolment"):
        correct_visit_date(visit=visit, occurred_on=TODAY - 6 * DAY, reason="Source", by=investigator)


def test_an_unscheduled_visit_waits_for_nobody(treated: Subject, coordinator: User) -> None:
    before = open_visits().filter(subject=treated).count()
    extra(treated, coordinator)
    assert open_visits().filter(subject=treated).count() == before


def test_a_visit_before_a_change_of_arm_belongs_to_the_arm_of_its_day(treated: Subject, investigator: User) -> None:
    with acting(by=investigator, reason="Change of arm"):
        Allocation.objects.create(
            subject=treated, sequence=2, arm_code="OTHER", allocated_on=TODAY, allocated_by=investigator, reason="x"
        )
        Subject.objects.filter(pk=treated.pk).update(arm_code="OTHER")
    treated.refresh_from_db()
    assert earlier_arm(treated, TODAY - DAY) == "ADMSC"
    assert earlier_arm(treated, TODAY) == ""


def test_the_first_treatment_is_not_recorded_outside_the_schedule(investigator: User, enrolled: Subject) -> None:
    visit = extra(enrolled, investigator)
    spec = INSTRUMENTS["infusion"]
    assert spec.code not in forms_of(visit)  # this protocol asks for none; the rule holds where one does
    from assessments.policies import _treatment_is_possible

    with pytest.raises(NotAllowedNow, match="first treatment belongs"):
        _treatment_is_possible(visit)


def test_two_who_add_a_visit_at_the_same_moment_get_different_numbers(committed_db: None) -> None:
    site = make_site(make_trial())
    nurse = make_member("coordinator", site)
    with time_machine.travel(NOON, tick=False):
        subject = make_subject(site, nurse)

    def add(_n: int) -> str:
        try:
            return extra(subject, nurse).code
        finally:
            connections.close_all()

    with time_machine.travel(NOON, tick=False), ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(add, range(10)))
    assert sorted(codes, key=lambda code: int(code[4:])) == [f"UNS-{n}" for n in range(1, 11)]


def test_of_two_who_record_the_same_visit_one_is_told(committed_db: None) -> None:
    site = make_site(make_trial())
    nurse = make_member("coordinator", site)
    with time_machine.travel(NOON, tick=False):
        visit = make_subject(site, nurse, TODAY - 3 * DAY).visits.get(code="SCR")

    def record(days_ago: int) -> str:
        try:
            record_visit(visit=visit, occurred_on=TODAY - days_ago * DAY, by=nurse)
        except NotAllowedNow as refusal:
            return str(refusal)
        finally:
            connections.close_all()
        return "stored"

    with time_machine.travel(NOON, tick=False), ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(record, (1, 2)))
    assert answers == ["This visit is already recorded as “Done”.", "stored"]


# --- early termination ------------------------------------------------------------------------------------------------


def terminate(subject: Subject, by: User, on: date = TODAY) -> Visit:
    return record_early_termination(subject=subject, occurred_on=on, contact_mode="on_site", by=by)


def test_the_early_termination_visit_happens_once(treated: Subject, coordinator: User) -> None:
    visit = terminate(treated, coordinator)
    assert (visit.code, visit.kind, visit.outcome) == ("ET", "early_termination", "done")
    with pytest.raises(NotAllowedNow, match="is recorded"):
        terminate(treated, coordinator)


@pytest.mark.parametrize("after", [0, 28])
def test_it_may_follow_the_end_by_up_to_28_days(site: Site, investigator: User, after: int) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    leave(subject, investigator, TODAY - 28 * DAY)
    assert terminate(subject, investigator, TODAY - (28 - after) * DAY).outcome == "done"
    assert Subject.objects.get(pk=subject.pk).status == "withdrawn"


def test_it_does_not_follow_the_end_by_more(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    leave(subject, investigator, TODAY - 29 * DAY)
    with pytest.raises(NotAllowedNow, match="more than 28 days"):
        terminate(subject, investigator)


def test_after_it_participation_can_end(treated: Subject, investigator: User) -> None:
    terminate(treated, investigator)
    leave(treated, investigator)
    assert Subject.objects.get(pk=treated.pk).status == "withdrawn"


def test_who_completed_did_not_terminate_early(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=168)
    take_place(subject, "W24", investigator)
    end_participation(subject=subject, status="completed", ended_on=TODAY, reason="All done", by=investigator)
    with pytest.raises(NotAllowedNow, match="has completed"):
        terminate(subject, investigator)


def test_who_terminated_early_did_not_complete(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=168)
    take_place(subject, "W24", investigator)
    terminate(subject, investigator)
    with pytest.raises(NotAllowedNow, match="had its early termination visit"):
        end_participation(subject=subject, status="completed", ended_on=TODAY, reason="All done", by=investigator)


def test_who_was_not_enrolled_has_no_early_termination(site: Site, coordinator: User) -> None:
    with pytest.raises(NotAllowedNow, match="was not enrolled"):
        terminate(make_subject(site, coordinator), coordinator)


def test_after_withdrawal_of_data_use_nothing_more_is_recorded(treated: Subject, investigator: User) -> None:
    leave(treated, investigator)
    withdraw_data_use(treated, investigator)
    with pytest.raises(NotAllowedNow, match="further use"):
        terminate(treated, investigator)


def test_its_date_is_corrected_within_the_same_limits(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    leave(subject, investigator, TODAY - 30 * DAY)
    visit = terminate(subject, investigator, TODAY - 3 * DAY)
    assert correct_visit_date(visit=visit, occurred_on=TODAY - 2 * DAY, reason="Source", by=investigator)
    with pytest.raises(NotAllowedNow, match="more than 28 days"):
        correct_visit_date(visit=visit, occurred_on=TODAY - DAY, reason="Source", by=investigator)


# --- contact ----------------------------------------------------------------------------------------------------------


def test_how_subject_and_site_met_is_kept_and_corrected(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=84)
    visit = record_visit(
        visit=subject.visits.get(code="W12"), occurred_on=TODAY, contact_mode="by_phone", by=investigator
    )
    assert visit.contact_mode == "by_phone"
    kept = correct_visit_date(visit=visit, occurred_on=TODAY - DAY, reason="Source", by=investigator)
    assert kept.contact_mode == "by_phone"
    seen = correct_visit_date(
        visit=visit, occurred_on=TODAY - DAY, contact_mode="on_site", reason="Source", by=investigator
    )
    assert Visit.objects.get(pk=seen.pk).contact_mode == "on_site"


def test_nobody_is_treated_by_telephone(treated: Subject, investigator: User) -> None:
    visit = treated.visits.get(code="W4")
    with pytest.raises(ValidationError, match="by telephone alone"):
        record_visit(visit=visit, occurred_on=TODAY, contact_mode="by_phone", by=investigator)
    assert record_visit(visit=visit, occurred_on=TODAY, contact_mode="partly_by_phone", by=investigator).outcome
    with pytest.raises(ValidationError, match="by telephone alone"):
        correct_visit_date(visit=visit, occurred_on=TODAY, contact_mode="by_phone", reason="x", by=investigator)


def test_after_withdrawal_from_treatment_the_visit_may_be_by_telephone(treated: Subject, investigator: User) -> None:
    with acting(by=investigator):
        ConsentWithdrawal.objects.create(
            subject=treated, scope="treatment", withdrawn_on=TODAY - DAY, recorded_by=investigator
        )
    visit = treated.visits.get(code="W4")
    done = record_visit(visit=visit, occurred_on=TODAY, contact_mode="by_phone", by=investigator)
    assert done.contact_mode == "by_phone"
    missed = treated.visits.get(code="W8")
    with time_machine.travel(NOON + 30 * DAY, tick=False):
        miss_visit(visit=missed, reason="On a journey", by=investigator)
    assert list(treated.deviations.filter(visit=missed).values_list("kind", flat=True)) == ["visit_missed"]


def test_an_unknown_contact_is_refused(treated: Subject, investigator: User) -> None:
    with pytest.raises(ValidationError, match="how subject and site met"):
        record_visit(visit=treated.visits.get(code="W4"), occurred_on=TODAY, contact_mode="by_post", by=investigator)


def test_treatment_is_not_entered_at_a_visit_by_telephone(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    visit = take_place(subject, "W4", investigator)
    with acting(by=investigator, reason="By hand"):
        Visit.objects.filter(pk=visit.pk).update(contact_mode="by_phone")
    visit = Visit.objects.get(pk=visit.pk)
    assert not allows(form_may_be_entered, INSTRUMENTS["infusion"], visit)
    assert allows(form_may_be_entered, INSTRUMENTS["pasi"], visit)


# --- status -----------------------------------------------------------------------------------------------------------


def status(subject: Subject) -> str:
    return Subject.objects.get(pk=subject.pk).status


def test_follow_up_begins_when_no_treatment_is_left_to_come(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=60)
    take_place(subject, "W4", investigator)
    assert status(subject) == "on_treatment"
    take_place(subject, "W8", investigator)
    assert status(subject) == "follow_up"


def test_follow_up_begins_with_a_missed_last_treatment_too(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=60)
    miss_visit(visit=subject.visits.get(code="W8"), reason="On a journey", by=investigator)
    assert status(subject) == "on_treatment"
    miss_visit(visit=subject.visits.get(code="W4"), reason="On a journey", by=investigator)
    assert status(subject) == "follow_up"


def test_a_visit_outside_the_schedule_begins_no_follow_up(treated: Subject, investigator: User) -> None:
    extra(treated, investigator)
    terminate(treated, investigator)
    assert status(treated) == "on_treatment"


# --- what the page of a visit reads -----------------------------------------------------------------------------------


def test_earlier_plans_are_told_with_who_and_why(treated: Subject, investigator: User) -> None:
    day = treated.first_treatment_on
    record_first_treatment(subject=treated, infused_on=day + DAY, by=investigator, reason="Source document")
    visit = treated.visits.get(code="W8")
    plans = earlier_plans(visit)
    assert [plan.planned_on for plan in plans] == [day + 56 * DAY]
    assert (plans[0].opens_on, plans[0].closes_on) == (day + 53 * DAY, day + 59 * DAY)
    assert (plans[0].replaced_by, plans[0].reason) == (investigator.full_name, "Source document")


def test_a_plan_that_never_moved_has_no_earlier_one(treated: Subject) -> None:
    assert earlier_plans(treated.visits.get(code="W8")) == []


def test_forms_keep_their_day_and_the_visit_names_them(treated: Subject, investigator: User) -> None:
    visit = take_place(treated, "W4", investigator, on=TODAY)
    complete_form(visit, "pasi", investigator)
    assert forms_of_another_day(visit) == []
    moved = correct_visit_date(visit=visit, occurred_on=TODAY - DAY, reason="Source", by=investigator)
    assert forms_of_another_day(moved) == [("pasi", TODAY)]
