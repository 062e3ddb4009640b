"""Subjects of NCT03424629 on the pages: the random list is made, an arm is given, and treatment is that of the arm."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from patients.models import AllocationList, AllocationPlace
from tests.browser.conftest import OpenPage
from tests.browser.pages import (
    choose,
    derived,
    expect_heading,
    expect_message,
    go,
    open_form,
    pass_gate,
    press,
    sign_in,
    type_in,
    visit_in_casebook,
)
from tests.browser.steps import (
    attend,
    complete,
    complete_the_rest,
    decide_eligible,
    end_as_completed,
    open_enrolment,
    record_visit,
    register,
)
from tests.factories import eligible_subject, enrolled_subject, make_member, make_site, make_trial

pytestmark = pytest.mark.browser

WEEK_0, WEEK_36, WEEK_52 = "Week 0: first treatment", "Week 36", "Week 52: end of follow-up"
ARMS = {"LOW": "Low-dose UC-MSCs", "HIGH": "High-dose UC-MSCs", "MTX": "Methotrexate"}
# For 70 kg: the cells that each arm plans, and the million per mL that hold them in 100 mL.
DOSES = {"LOW": ("70,000,000", "0.7"), "HIGH": ("210,000,000", "2.1")}


@pytest.fixture(scope="module")
def world(own_database: None) -> dict[str, Any]:
    """A trial with two sites, one for each of the tests, and its people."""
    trial = make_trial("NCT03424629")
    site, other = make_site(trial, "GZ"), make_site(trial, "VIE")
    return {
        "site": site,
        "other": other,
        "statistician": make_member("statistician", trial=trial, full_name="Lin Tao"),
        "investigator": make_member("investigator", trial=trial, full_name="Zhang Wei"),
        "coordinator": make_member("coordinator", trial=trial, full_name="Li Na"),
    }


def test_a_subject_goes_from_consent_to_the_last_visit_on_methotrexate(
    open_page: OpenPage, world: dict[str, Any]
) -> None:
    site, coordinator = world["site"], world["coordinator"]
    consent = site.today() - timedelta(days=385)
    first = consent + timedelta(days=14)
    _make_the_list(open_page, world)
    number = f"GZ-00{1 + _enrol_others_until(site, world['investigator'], {'MTX'})}"
    page = open_page()
    sign_in(page, coordinator)
    register(page, number, signed_on=consent, initials="WJY")
    attend(page, number, "SCR", consent, coordinator)
    decide_eligible(open_page(), world["investigator"], number)
    _enrol(page, number, consent + timedelta(days=2), "MTX")
    _take_methotrexate(page, number, first, coordinator)
    for week in (1, 2, 3, 5, 7, 12, 15, 16, 24):
        attend(page, number, f"W{week}", first + timedelta(weeks=week), coordinator)
    _telephone(page, number, first + timedelta(weeks=36), coordinator)
    attend(page, number, "W52", first + timedelta(weeks=52), coordinator)
    end_as_completed(page, number, first + timedelta(weeks=52))
    expect(visit_in_casebook(page, WEEK_52)).to_contain_text("Day 365")
    expect(page.get_by_role("link", name="Record the visit")).to_have_count(0)
    page.get_by_role("navigation", name="About this subject").get_by_role("link", name="Deviations").click()
    expect_heading(page, f"Deviations of {number}")
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(0)


def test_a_subject_in_an_arm_of_cells_is_asked_for_an_infusion_of_its_dose(
    open_page: OpenPage, world: dict[str, Any]
) -> None:
    other, coordinator = world["other"], world["coordinator"]
    consent = other.today() - timedelta(days=14)
    _make_the_list(open_page, world)
    _enrol_others_until(other, world["investigator"], {"LOW", "HIGH"})
    subject = eligible_subject(other, world["investigator"], signed_on=consent)
    arm_code = _next_place(other).arm_code
    page = open_page()
    sign_in(page, coordinator)
    go(page, "Subjects")
    page.get_by_role("main").get_by_role("link", name=subject.number).click()
    _enrol(page, subject.number, consent, arm_code)
    record_visit(page, WEEK_0, other.today())
    week_0 = visit_in_casebook(page, WEEK_0)
    expect(week_0.get_by_role("link", name=re.compile("^Infusion"))).to_be_visible()
    expect(week_0).not_to_contain_text("Methotrexate")
    complete_the_rest(subject.number, "W0", coordinator, without=("infusion",))
    pass_gate(page, WEEK_0, world["investigator"], lot="UC-118", starts_at=f"{other.today()} 00:01")
    cells, million_per_ml = DOSES[arm_code]
    type_in(page, {"product_lot": "UC-118", "viable_million_per_ml": million_per_ml, "volume_ml": "100"})
    type_in(page, {"started_at": f"{other.today()} 00:01", "stopped_at": f"{other.today()} 00:46"})
    choose(page, {"is_interrupted": "N", "has_reaction": "N"})
    expect(derived(page, "planned_cells")).to_contain_text(cells)
    complete(page, "Infusion", subject.number)


def _make_the_list(open_page: OpenPage, world: dict[str, Any]) -> None:
    """The statistician makes the list on its page, unless another test of the module has had it made."""
    if AllocationList.objects.filter(trial=world["site"].trial).exists():
        return
    page = open_page()
    sign_in(page, world["statistician"])
    go(page, "Enrolment")
    page.get_by_role("main").get_by_role("link", name="Random list").click()
    expect_heading(page, "Random list")
    page.get_by_label("Make the list, once and for all").check()
    press(page, "Make the list")
    expect_message(page, "The random list is made.")
    expect(page.get_by_role("main")).to_contain_text("Yes, every place")
    for name in ARMS.values():
        expect(page.get_by_role("main")).to_contain_text(f"{name}: 1")


def _next_place(site: Any) -> AllocationPlace:
    """What the next subject of the site will be given; no page tells."""
    places = AllocationPlace.objects.filter(stratum=site.code, allocation=None)
    return places.earliest("position")


def _enrol_others_until(site: Any, investigator: User, arms: set[str]) -> int:
    """Other subjects take the places of the list that come before one of such an arm; how many there were."""
    count = 0
    while _next_place(site).arm_code not in arms:
        enrolled_subject(site, investigator)
        count += 1
    return count


def _enrol(page: Page, number: str, day: date, arm_code: str) -> None:
    """The coordinator enrols without knowing the arm; the next page shows it."""
    open_enrolment(page, number)
    for name in ARMS.values():
        expect(page.get_by_role("main")).not_to_contain_text(name)
    type_in(page, {"enrolled_on": day.isoformat()})
    page.get_by_label("Give this subject the next place of the random list").check()
    press(page, "Enrol and allocate")
    expect_message(page, f"in “{ARMS[arm_code]}”.")
    expect_heading(page, f"Subject {number}")
    expect(page.get_by_role("region", name="Subject")).to_contain_text(ARMS[arm_code])
    expect(page.get_by_role("main")).to_contain_text("from the random list")


def _take_methotrexate(page: Page, number: str, day: date, coordinator: User) -> None:
    """Week 0: no infusion is asked for; the first dose by mouth makes the day Day 1."""
    record_visit(page, WEEK_0, day)
    week_0 = visit_in_casebook(page, WEEK_0)
    expect(week_0).not_to_contain_text("Infusion")
    open_form(page, WEEK_0, "Methotrexate")
    type_in(page, {"dose_mg": "12.5"})
    complete(page, "Methotrexate", number)
    complete_the_rest(number, "W0", coordinator)
    page.reload()
    expect(visit_in_casebook(page, WEEK_52)).to_contain_text(f"planned {day + timedelta(weeks=52)}")
    expect(page.get_by_role("region", name="Subject")).to_contain_text("On treatment")


def _telephone(page: Page, number: str, day: date, coordinator: User) -> None:
    """Week 36 may be by telephone; what has to be seen is then not done."""
    record_visit(page, WEEK_36, day, contact="by_phone")
    for form in ("Vital signs", "PASI", "Affected body surface (BSA)"):
        open_form(page, WEEK_36, form)
        page.get_by_text("This form was not done").click()
        page.get_by_label("Why was it not done?").fill("Visit by telephone")
        press(page, "Record as not done")
        page.goto(f"/trials/NCT03424629/subjects/{number}/")
    complete_the_rest(number, "W36", coordinator)
