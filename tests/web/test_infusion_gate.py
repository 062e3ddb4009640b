"""The page of the gate before an infusion: the list, the two signatures, and the way to the form."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.gate.model import InfusionClearance
from assessments.gate.selectors import clearance_of
from assessments.instruments.infusion.model import Infusion
from patients.models import Visit
from tests.factories import (
    PASSWORD,
    clear,
    complete_form,
    enrolled_subject,
    make_lot,
    make_member,
    make_site,
    make_trial,
    member_of,
    take_place,
    write_past_schedule,
)
from tests.web.pages import text
from tests.worlds import at_noon
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
LOOK = {"HX-Request": "true"}


def man_to_be_infused() -> None:
    """Today's first infusion of a man, with vital signs and laboratory; UC-2401 may be given."""
    site = make_site(make_trial(), "GZ")
    investigator = member_of(site, "investigator")
    visit = take_place(enrolled_subject(site, investigator, signed_on=TODAY - 14 * DAY), "W0", investigator)
    complete_form(visit, "vital_signs", investigator)
    complete_form(visit, "laboratory", investigator)
    make_lot(site.trial, start_within_minutes_of_thaw=90)


WORLDS = {"visit": at_noon(man_to_be_infused)}


@pytest.fixture
def visit(site: Site) -> Visit:
    return Visit.objects.get(subject__site=site, code="W0")


@pytest.fixture
def colleague(site: Site) -> User:
    return make_member("coordinator", site, full_name="Wang Lei")


def of(name: str, visit: Visit, *more: str) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, *more])


def signed(colleague: User, **changed: str) -> dict[str, str]:
    """Everything that passes a gate in which nothing is open."""
    given = {
        "lot_number": "UC-2401",
        "bag_number": "7",
        "thaw_started_at": "2026-05-20 11:00",
        "thaw_ended_at": "2026-05-20 11:10",
        "starts_at": "2026-05-20 12:00",
        "identity_confirmed": "on",
        "product_confirmed": "on",
        "override_reason": "",
        "password": PASSWORD,
        "second_username": colleague.username,
        "second_password": PASSWORD,
    }
    return {name: value for name, value in {**given, **changed}.items() if value}


def states(page: Any) -> dict[str, str]:
    return {line.code: line.state for line in page.context["lines"]}


def test_the_infusion_leads_to_its_gate_until_that_is_passed(visit: Visit, nurse: Client, colleague: User) -> None:
    form = of("form-edit", visit, "infusion")
    assert nurse.get(form).headers["Location"] == of("infusion-gate", visit)
    assert nurse.post(form, {"volume_ml": "70"}).headers["Location"] == of("infusion-gate", visit)
    passed = nurse.post(of("infusion-gate", visit), signed(colleague))
    assert (passed.status_code, passed.headers["Location"]) == (302, form)
    page = nurse.get(form)
    assert page.status_code == 200
    shown = {name: page.context["form"][name].value() for name in ("product_lot", "bag_number", "was_thawed")}
    assert shown == {"product_lot": "UC-2401", "bag_number": "7", "was_thawed": "Y"}
    assert f"{clearance_of(visit).cleared_by.full_name} and Wang Lei, 2026-05-20 12:00" in text(page)


def test_the_page_lists_what_must_hold_in_words(visit: Visit, nurse: Client) -> None:
    make_lot(visit.subject.site.trial, "UC-9", released=False)
    page = nurse.get(of("infusion-gate", visit))
    assert page.status_code == 200
    assert states(page)["lot_registered"] == "unknown"
    assert 'name="starts_at" value="2026-05-20 12:00"' in text(page)
    assert '<option value="UC-2401">' in text(page)
    found = text(page)
    assert "done on 2026-05-20, days ago: 0, limit in days: 7" in found
    assert "Something is open." in found
    look = nurse.post(of("infusion-gate", visit), {"lot_number": "UC-9"}, headers=LOOK)
    assert "state: In quarantine" in text(look)


def test_while_it_is_filled_the_list_is_drawn_again_and_nothing_is_asked_or_stored(visit: Visit, nurse: Client) -> None:
    gate = of("infusion-gate", visit)
    sent = {"lot_number": " uc-2401 ", "thaw_ended_at": "2026-05-20 11:10", "starts_at": "2026-05-20 12:00"}
    page = nurse.post(gate, sent, headers=LOOK)
    assert page.status_code == 200
    assert "<form" not in text(page)
    assert "All of it holds." in text(page)
    assert "minutes since thawing: 50, limit in minutes: 90" in text(page)
    late = nurse.post(gate, {**sent, "starts_at": "2026-05-20 12:41"}, headers=LOOK)
    assert states(late)["thaw_in_time"] == "open"
    wrong = nurse.post(
        gate, {**sent, "password": "wrong", "second_username": "x", "second_password": "y"}, headers=LOOK
    )
    assert "All of it holds." in text(wrong)
    assert not InfusionClearance.objects.exists()
    assert 'hx-params="not password,second_password"' in text(nurse.get(gate))


@pytest.mark.parametrize(
    "odd",
    [
        {"thaw_ended_at": "2026-05-20 13:00"},
        {"thaw_ended_at": "soon", "starts_at": "31 May"},
        {"starts_at": "2199-12-31 23:59"},
        {"starts_at": "1900-01-01 00:00", "thaw_ended_at": "2199-12-31 23:59"},
        {"lot_number": "x" * 61, "bag_number": "y" * 41},
    ],
)
def test_odd_input_is_shown_as_open_and_never_breaks_the_page(
    visit: Visit, nurse: Client, colleague: User, odd: dict[str, str]
) -> None:
    gate = of("infusion-gate", visit)
    assert nurse.post(gate, odd, headers=LOOK).status_code == 200
    assert nurse.post(gate, signed(colleague, **odd)).status_code == 422
    assert clearance_of(visit) is None


def test_a_thaw_that_ends_after_the_start_is_refused_and_not_forgotten(
    visit: Visit, nurse: Client, colleague: User
) -> None:
    late = signed(colleague, thaw_ended_at="2026-05-20 12:01", override_reason="Clock was wrong")
    page = nurse.post(of("infusion-gate", visit), late)
    assert "Thawing begins, then ends, then the infusion starts." in text(page)
    assert 'value="2026-05-20 12:01"' in text(page)


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"password": "wrong"}, "password", "This is not your password"),
        ({"password": ""}, "password", "This field is required"),
        ({"second_password": "wrong"}, "second_password", "do not match"),
        ({"second_username": "nobody"}, "second_password", "do not match"),
        ({"identity_confirmed": ""}, "identity_confirmed", "Both of you compare the subject"),
        ({"product_confirmed": ""}, "product_confirmed", "Both of you compare the product"),
        ({"bag_number": ""}, "bag_number", "This field is required"),
        ({"lot_number": "GONE"}, "override_reason", "Something is open."),
        ({"starts_at": "2026-05-19 12:00", "thaw_started_at": "", "thaw_ended_at": ""}, "starts_at", "on the day"),
    ],
)
def test_what_lacks_is_said_beside_its_field_and_what_was_typed_stays(
    visit: Visit, nurse: Client, colleague: User, changed: dict[str, str], field: str, message: str
) -> None:
    page = nurse.post(of("infusion-gate", visit), signed(colleague, **{"bag_number": "bag 7", **changed}))
    assert page.status_code == 422
    assert message in " ".join(page.context["form"].errors[field])
    assert list(page.context["form"].errors) == [field]
    found = text(page)
    assert PASSWORD not in found
    assert ('value="bag 7"' in found) is (field != "bag_number")
    assert clearance_of(visit) is None


def test_nobody_is_the_second_person_beside_himself(visit: Visit, nurse: Client, coordinator: User) -> None:
    page = nurse.post(of("infusion-gate", visit), signed(coordinator, second_username=coordinator.username.upper()))
    assert "The second person must be somebody else." in text(page)
    assert clearance_of(visit) is None


def test_the_second_person_works_at_the_site(visit: Visit, nurse: Client, other_site: Site) -> None:
    stranger = make_member("coordinator", other_site, full_name="Maria Huber")
    page = nurse.post(of("infusion-gate", visit), signed(stranger))
    assert "Maria Huber does not work with subjects at this site." in text(page)
    assert clearance_of(visit) is None


def test_after_five_wrong_passwords_the_right_one_is_refused_as_well(
    visit: Visit, nurse: Client, colleague: User
) -> None:
    gate = of("infusion-gate", visit)
    answers = [nurse.post(gate, signed(colleague, second_password="wrong")).status_code for _ in range(5)]
    assert answers == [422] * 4 + [429]
    assert nurse.post(gate, signed(colleague)).status_code == 429
    assert clearance_of(visit) is None


def test_with_something_open_the_reason_goes_on_record_and_is_shown_with_the_infusion(
    visit: Visit, nurse: Client, colleague: User, coordinator: User
) -> None:
    reason = "Register could not be reached; certificate checked on paper"
    nurse.post(of("infusion-gate", visit), signed(colleague, lot_number="UC-77", override_reason=reason))
    clearance = clearance_of(visit)
    assert (clearance.cleared_by, clearance.second_person, clearance.override_reason) == (
        coordinator,
        colleague,
        reason,
    )
    complete_form(visit, "infusion", coordinator, product_lot="UC-77", bag_number="7")
    page = text(nurse.get(of("form", visit, "infusion")))
    assert reason in page
    assert "The lot stands in the register" in page
    assert "Wang Lei" in page


def test_a_cleared_gate_offers_the_infusion_and_can_be_passed_again(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    clear(visit, coordinator, lot_number="UC-2401", bag_number="7")
    page = nurse.get(of("infusion-gate", visit))
    assert "Record the infusion" in text(page)
    assert (page.context["form"]["lot_number"].value(), page.context["form"]["bag_number"].value()) == ("UC-2401", "7")
    assert "This form was not done" not in text(page)


def test_after_the_infusion_its_gate_is_read_only(
    visit: Visit, nurse: Client, coordinator: User, colleague: User
) -> None:
    complete_form(visit, "infusion", coordinator)
    gate = of("infusion-gate", visit)
    page = text(nurse.get(gate))
    assert "AD-2301" in page
    assert 'name="password"' not in page
    assert nurse.post(gate, signed(colleague)).status_code == 409
    assert InfusionClearance.objects.count() == 1


def test_an_infusion_older_than_its_gate_says_so(visit: Visit, nurse: Client, investigator: User) -> None:
    write_past_schedule(visit, "infusion", investigator)
    page = text(nurse.get(of("infusion-gate", visit)))
    assert "recorded before its gate was asked for" in page
    assert of("form", visit, "infusion") in page
    assert nurse.get(of("form-edit", visit, "infusion")).status_code == 200


def test_an_infusion_that_is_not_given_is_recorded_from_the_gate(visit: Visit, nurse: Client) -> None:
    assert "This form was not done" in text(nurse.get(of("infusion-gate", visit)))
    sent = {"reason_not_done": "Fever", "version": "0"}
    assert nurse.post(of("form-not-done", visit, "infusion"), sent).status_code == 302
    assert Infusion.objects.get(visit=visit).status == "not_done"


def test_a_visit_without_an_infusion_has_no_gate_and_one_to_come_explains_itself(visit: Visit, nurse: Client) -> None:
    subject = visit.subject
    assert nurse.get(of("infusion-gate", subject.visits.get(code="SCR"))).status_code == 404
    page = nurse.get(of("infusion-gate", subject.visits.get(code="W4")))
    assert page.status_code == 409
    assert "Record the date of the visit first" in text(page)
