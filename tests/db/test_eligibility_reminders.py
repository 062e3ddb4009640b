"""Investigators are told when a decision on eligibility is to be looked at again, and before it goes stale."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from assessments.models import Pasi
from audit.context import acting
from notifications.models import Reminder
from notifications.services import Outcome
from patients.models import Subject
from patients.services.eligibility import decide_eligibility
from patients.services.reminders import sweep_eligibility
from tests.factories import correct_form, make_member, system
from tests.worlds import NOW
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

DAY = timedelta(days=1)
REGIONS = ("head", "upper_limbs", "trunk", "lower_limbs")
NO_SKIN = {f"{r}_{c}": 0 for r in REGIONS for c in ("erythema", "induration", "desquamation", "area")}


def standing() -> list[tuple[str, str]]:
    found = Reminder.objects.filter(withdrawn_at=None, kind="eligibility")
    return sorted(found.values_list("stage", "recipient__username"))


def closes_on(subject: Subject) -> date:
    closes = subject.visits.get(code="W0").window_closes_on
    assert closes is not None
    return closes


def noon_at_site(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, NOW.hour, tzinfo=NOW.tzinfo)


def test_a_decision_whose_facts_changed_is_told_to_the_investigators_with_the_criteria(
    site: Site, eligible: Subject, investigator: User, coordinator: User
) -> None:
    correct_form(eligible.visits.get(code="SCR"), "pasi", investigator, **NO_SKIN)
    assert sweep_eligibility(NOW).told == 1
    assert standing() == [("to_review", investigator.username)]
    decision = eligible.eligibility_decisions.get()
    assert Reminder.objects.get().facts["criteria"] == decision.stale_criteria
    assert sweep_eligibility(NOW) == Outcome()


def test_it_is_withdrawn_when_the_facts_are_as_they_were(site: Site, eligible: Subject, investigator: User) -> None:
    visit = eligible.visits.get(code="SCR")
    stored = Pasi.objects.get(visit=visit)
    before = {name: getattr(stored, name) for name in NO_SKIN}
    correct_form(visit, "pasi", investigator, **NO_SKIN)
    sweep_eligibility(NOW)
    correct_form(visit, "pasi", investigator, **before)
    assert sweep_eligibility(NOW) == Outcome(told=0, withdrawn=1)


@pytest.mark.parametrize(("days_before", "told"), [(4, False), (3, True), (0, True), (-1, False)])
def test_a_decision_goes_stale_when_the_window_of_the_first_treatment_closes(
    site: Site, eligible: Subject, investigator: User, days_before: int, told: bool
) -> None:
    sweep_eligibility(noon_at_site(closes_on(eligible) - days_before * DAY))
    assert standing() == ([("lapses_soon", investigator.username)] if told else [])


def test_who_is_enrolled_and_not_treated_yet_is_told_of_too(site: Site, enrolled: Subject, investigator: User) -> None:
    sweep_eligibility(noon_at_site(closes_on(enrolled)))
    assert standing() == [("lapses_soon", investigator.username)]


def test_the_first_treatment_settles_it(site: Site, infused: Subject, investigator: User) -> None:
    sweep_eligibility(noon_at_site(closes_on(infused)))
    assert standing() == []


def test_who_was_not_decided_upon_is_not_told_of(site: Site, screened: Subject, investigator: User) -> None:
    sweep_eligibility(noon_at_site(closes_on(screened)))
    assert standing() == []


def test_who_was_found_not_eligible_after_enrolment_is_not_told_of(
    site: Site, enrolled: Subject, investigator: User
) -> None:
    screening = enrolled.visits.get(code="SCR")
    correct_form(screening, "pasi", investigator, **NO_SKIN)
    correct_form(screening, "bsa", investigator, **dict.fromkeys((f"{region}_palms" for region in REGIONS), Decimal(0)))
    decide_eligibility(subject=enrolled, outcome="found_not_eligible", by=investigator)
    sweep_eligibility(noon_at_site(closes_on(enrolled)))
    assert standing() == []


def test_nobody_is_told_of_a_subject_whose_participation_has_ended(
    site: Site, eligible: Subject, investigator: User
) -> None:
    correct_form(eligible.visits.get(code="SCR"), "pasi", investigator, **NO_SKIN)
    sweep_eligibility(NOW)
    with acting(by=system(), reason="Participation ended"):
        Subject.objects.filter(pk=eligible.pk).update(status="withdrawn")
    assert sweep_eligibility(NOW) == Outcome(told=0, withdrawn=1)


def test_only_the_window_of_the_first_treatment_counts(site: Site, eligible: Subject, investigator: User) -> None:
    today = site.today(NOW)
    assert closes_on(eligible) - today > 3 * DAY
    with acting(by=system(), reason="A visit that closes today"):
        eligible.visits.filter(code="W12").update(planned_on=today, window_opens_on=today, window_closes_on=today)
    sweep_eligibility(NOW)
    assert standing() == []


def test_coordinators_are_told_where_no_investigator_is_left(site: Site, eligible: Subject, investigator: User) -> None:
    coordinator = make_member("coordinator", site)
    with acting(by=system(), reason="Left"):
        investigator.delegations.update(ends_at=NOW + DAY)
    sweep_eligibility(noon_at_site(closes_on(eligible)))
    assert standing() == [("lapses_soon", coordinator.username)]


def test_after_an_outage_it_is_late(site: Site, eligible: Subject, investigator: User) -> None:
    told_from = closes_on(eligible) - 3 * DAY
    sweep_eligibility(noon_at_site(told_from - DAY))
    sweep_eligibility(noon_at_site(told_from + DAY))
    assert Reminder.objects.get().is_late


def test_told_on_its_day_it_is_not_late(site: Site, eligible: Subject, investigator: User) -> None:
    told_from = closes_on(eligible) - 3 * DAY
    sweep_eligibility(noon_at_site(told_from - DAY))
    sweep_eligibility(noon_at_site(told_from))
    assert not Reminder.objects.get().is_late
