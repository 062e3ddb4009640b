"""Visits: recorded, corrected, missed, planned again; and the order in which they may happen."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes
from patients.models import InformedConsent, Subject, Visit
from patients.services.enrolment import end_participation
from patients.services.visits import (
    correct_visit_date,
    miss_visit,
    record_first_treatment,
    record_visit,
    reopen_visit,
)
from tests.factories import infused_subject, make_subject, take_place
from trials.models import Site
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def visit_of(subject: Subject, code: str) -> Visit:
    return Visit.objects.select_related("subject__site", "subject__protocol_version").get(subject=subject, code=code)


def test_a_visit_takes_place(site: Site, coordinator: User) -> None:
    visit = record_visit(visit=visit_of(make_subject(site, coordinator), "SCR"), occurred_on=TODAY, by=coordinator)
    visit.refresh_from_db()
    assert (visit.outcome, visit.occurred_on) == ("done", TODAY)


@pytest.mark.parametrize(
    ("day", "message"), [(TODAY + DAY, "in the future"), (TODAY - 4 * DAY, "before the consent of 2026-05-17")]
)
def test_a_visit_lies_between_consent_and_today(site: Site, coordinator: User, day: date, message: str) -> None:
    subject = make_subject(site, coordinator, TODAY - 3 * DAY)
    with pytest.raises(NotAllowedNow, match=message):
        take_place(subject, "SCR", coordinator, on=day)
    assert visit_of(subject, "SCR").outcome == ""


@pytest.mark.parametrize("day", [TODAY - 3 * DAY, TODAY])
def test_the_day_of_consent_and_today_are_both_possible(site: Site, coordinator: User, day: date) -> None:
    assert take_place(make_subject(site, coordinator, TODAY - 3 * DAY), "SCR", coordinator, on=day).occurred_on == day


def test_a_visit_outside_its_window_is_stored_and_marked(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    late = take_place(subject, "W4", investigator, on=TODAY)
    assert late.outcome == "done"
    assert late.is_inside_window() is False


def test_no_visit_takes_place_twice(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    take_place(subject, "SCR", coordinator)
    with pytest.raises(NotAllowedNow, match="already recorded"):
        take_place(subject, "SCR", coordinator)


def test_the_first_infusion_waits_for_enrolment(site: Site, coordinator: User) -> None:
    with pytest.raises(NotAllowedNow, match="must be enrolled"):
        take_place(make_subject(site, coordinator), "W0", coordinator)


def test_week_4_waits_for_the_first_infusion(investigator: User, enrolled: Subject) -> None:
    with pytest.raises(NotAllowedNow, match="first infusion has not been recorded"):
        take_place(enrolled, "W4", investigator)


def test_nothing_is_recorded_without_a_consent(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    with acting(by=coordinator, reason="Entered by mistake"):
        InformedConsent.objects.filter(subject=subject).delete()
    with pytest.raises(NotAllowedNow, match="No consent"):
        take_place(subject, "SCR", coordinator)


def test_no_visit_takes_place_after_participation_ended(investigator: User, enrolled: Subject) -> None:
    end_participation(subject=enrolled, status="withdrawn", ended_on=TODAY, reason="Wish", by=investigator)
    with pytest.raises(NotAllowedNow):
        take_place(enrolled, "W0", investigator)


def test_the_first_infusion_starts_treatment_and_dates_every_visit(infused: Subject) -> None:
    assert (infused.status, infused.first_treatment_on) == ("on_treatment", TODAY)
    w4 = visit_of(infused, "W4")
    assert w4.planned_on == TODAY + 28 * DAY
    assert (w4.window_opens_on, w4.window_closes_on) == (TODAY + 25 * DAY, TODAY + 31 * DAY)
    w12 = visit_of(infused, "W12")
    assert (w12.window_opens_on, w12.window_closes_on) == (TODAY + 81 * DAY, TODAY + 87 * DAY)


def test_another_day_of_the_first_infusion_moves_the_visits_that_wait_only(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=30)
    day = subject.first_treatment_on
    take_place(subject, "W4", investigator, on=day + 28 * DAY)
    record_first_treatment(subject=subject, infused_on=day + DAY, reason="Date corrected at source", by=investigator)
    assert visit_of(subject, "W4").planned_on == day + 28 * DAY
    w8 = visit_of(subject, "W8")
    assert w8.planned_on == day + 57 * DAY
    last = changes(w8, ["planned_on"])[-1]
    assert (last.before, last.after) == (day + 56 * DAY, day + 57 * DAY)
    assert (last.reason, last.by) == ("Date corrected at source", investigator.full_name)


def test_the_same_day_of_the_first_infusion_again_changes_nothing(investigator: User, infused: Subject) -> None:
    before = len(changes(infused))
    record_first_treatment(subject=infused, infused_on=TODAY, reason="Again", by=investigator)
    assert len(changes(infused)) == before


def test_the_first_follow_up_visit_begins_follow_up(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=112)
    take_place(subject, "W16", investigator)
    subject.refresh_from_db()
    assert subject.status == "follow_up"


def test_the_trial_is_completed_after_its_last_visit_only(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=168)
    end = {"subject": subject, "status": "completed", "ended_on": TODAY, "reason": "All done", "by": investigator}
    take_place(subject, "W16", investigator)
    with pytest.raises(NotAllowedNow, match="The last visit, W24, is still open"):
        end_participation(**end)
    miss_visit(visit=visit_of(subject, "W24"), reason="On a journey", by=investigator)
    assert end_participation(**end).status == "completed"


def test_a_visit_is_missed_from_the_day_its_window_opens(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=25)
    missed = miss_visit(visit=visit_of(subject, "W4"), reason="On a journey", by=investigator)
    assert (missed.outcome, missed.occurred_on) == ("missed", None)
    assert changes(missed, ["outcome"])[-1].reason == "On a journey"


def test_a_visit_is_not_missed_before_its_window_opens(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=24)
    with pytest.raises(ValidationError, match="has not opened"):
        miss_visit(visit=visit_of(subject, "W4"), reason="On a journey", by=investigator)


def test_a_missed_visit_cannot_take_place(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=25)
    miss_visit(visit=visit_of(subject, "W4"), reason="On a journey", by=investigator)
    with pytest.raises(NotAllowedNow, match="Missed"):
        take_place(subject, "W4", investigator)


@pytest.mark.parametrize("reason", ["", " "])
def test_a_missed_visit_needs_a_reason(site: Site, investigator: User, reason: str) -> None:
    subject = infused_subject(site, investigator, days_ago=25)
    with pytest.raises(ValidationError, match="reason"):
        miss_visit(visit=visit_of(subject, "W4"), reason=reason, by=investigator)


def test_a_corrected_date_keeps_the_old_one_in_history(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 3 * DAY)
    visit = take_place(subject, "SCR", coordinator)
    correct_visit_date(visit=visit, occurred_on=TODAY - DAY, reason="Typing error", by=coordinator)
    last = changes(visit, ["occurred_on"])[-1]
    assert (last.before, last.after, last.reason) == (TODAY, TODAY - DAY, "Typing error")


@pytest.mark.parametrize("reason", ["", "\t"])
def test_a_date_is_not_corrected_without_a_reason(site: Site, coordinator: User, reason: str) -> None:
    visit = take_place(make_subject(site, coordinator, TODAY - DAY), "SCR", coordinator)
    with pytest.raises(ValidationError, match="reason"):
        correct_visit_date(visit=visit, occurred_on=TODAY - DAY, reason=reason, by=coordinator)


def test_a_visit_that_did_not_take_place_has_no_date_to_correct(site: Site, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="took place"):
        correct_visit_date(
            visit=visit_of(make_subject(site, coordinator), "SCR"),
            occurred_on=TODAY,
            reason="Typing error",
            by=coordinator,
        )


def test_a_corrected_date_cannot_lie_in_the_future(site: Site, coordinator: User) -> None:
    visit = take_place(make_subject(site, coordinator), "SCR", coordinator)
    with pytest.raises(NotAllowedNow, match="future"):
        correct_visit_date(visit=visit, occurred_on=TODAY + DAY, reason="Typing error", by=coordinator)


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "done"},
        {"occurred_on": TODAY},
        {"outcome": "missed", "occurred_on": TODAY},
        {"window_opens_on": TODAY + DAY},
        {"window_closes_on": TODAY - DAY},
        {"planned_on": None},
        {"window_opens_on": None},
    ],
    ids=["done without a date", "date without done", "missed with a date", "planned before the window",
         "planned after the window", "window without planned day", "window without opening"],
)  # fmt: skip
def test_the_database_refuses_a_visit_that_cannot_be(site: Site, coordinator: User, values: dict[str, Any]) -> None:
    visit = visit_of(make_subject(site, coordinator), "SCR")
    with (
        pytest.raises(IntegrityError, match="patients_visit_"),
        transaction.atomic(),
        acting(by=coordinator, reason="By hand"),
    ):
        Visit.objects.filter(pk=visit.pk).update(**values)


def test_a_visit_missed_by_mistake_waits_again_and_its_draft_becomes_void(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=58, consent_before=14)
    for code in ("W4", "W8"):
        miss_visit(visit=subject.visits.get(code=code), reason="Did not come", by=investigator)
    assert Subject.objects.get(pk=subject.pk).status == "follow_up"
    reopen_visit(visit=subject.visits.get(code="W8"), reason="Recorded by mistake", by=investigator)
    visit = subject.visits.get(code="W8")
    assert (visit.outcome, visit.planned_on) == ("", subject.first_treatment_on + timedelta(days=56))
    assert Subject.objects.get(pk=subject.pk).status == "on_treatment"
    states = {row.visit.code: row.status for row in subject.deviations.select_related("visit")}
    assert states == {"W4": "draft", "W8": "void"}


def test_only_a_missed_visit_of_a_subject_who_takes_part_is_opened_again(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=58, consent_before=14)
    with pytest.raises(NotAllowedNow, match="recorded as missed"):
        reopen_visit(visit=subject.visits.get(code="W4"), reason="Mistake", by=investigator)
    miss_visit(visit=subject.visits.get(code="W4"), reason="Did not come", by=investigator)
    with pytest.raises(ValidationError, match="Say why"):
        reopen_visit(visit=subject.visits.get(code="W4"), reason=" ", by=investigator)
    end_participation(subject=subject, status="withdrawn", ended_on=site.today(), reason="Moves away", by=investigator)
    with pytest.raises(NotAllowedNow, match="has ended"):
        reopen_visit(visit=subject.visits.get(code="W4"), reason="Mistake", by=investigator)
