"""A subject of NCT03265613 on the pages from consent to the last visit, with a visit that comes late."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.pages import (
    choose,
    derived,
    expect_heading,
    expect_message,
    go,
    open_form,
    press,
    press_keys,
    sign_in,
    type_in,
    visit_in_casebook,
)
from tests.browser.steps import (
    LABORATORY,
    attend,
    complete,
    complete_the_rest,
    decide_eligible,
    end_as_completed,
    open_enrolment,
    record_visit,
    register,
    type_form,
)
from tests.factories import make_member, make_site, make_trial

pytestmark = pytest.mark.browser

NUMBER = "GZ-001"
SCREENING, WEEK_0 = "Screening", "Week 0: first infusion"
WEEK_8, WEEK_12, WEEK_24 = (
    "Week 8: third infusion",
    "Week 12: end of treatment period",
    "Week 24: end of follow-up",
)
# Digit by digit, and the total. The factories score 27.0 at week 0, the baseline; a quarter of it is 6.75.
PASI_SCREENING, PASI_WEEK_12 = ("3223332332233323", "22.8"), ("1111111111121111", "3.9")


@pytest.fixture(scope="module")
def world(own_database: None) -> dict[str, Any]:
    """A trial with one site and its people; week 24 of somebody who signs on `consent` is a few days ago."""
    site = make_site(make_trial(), "GZ")
    return {
        "consent": site.today() - timedelta(days=190),
        "coordinator": make_member("coordinator", site, full_name="Li Na"),
        "investigator": make_member("investigator", site, full_name="Zhang Wei"),
    }


def test_a_subject_goes_from_consent_to_the_last_visit(open_page: OpenPage, world: dict[str, Any]) -> None:
    consent, coordinator = world["consent"], world["coordinator"]
    first = consent + timedelta(days=14)
    page = open_page()
    sign_in(page, coordinator)
    register(page, NUMBER, signed_on=consent, initials="LMH")
    _screen(page, consent, coordinator)
    decide_eligible(open_page(), world["investigator"], NUMBER)
    open_enrolment(page, NUMBER)
    type_in(page, {"enrolled_on": (consent + timedelta(days=1)).isoformat()})
    press(page, "Enrol")
    expect_message(page, f"{NUMBER} is enrolled, as number 1 of the site, in “AD-MSCs group”.")
    _treat(page, first, coordinator)
    attend(page, NUMBER, "W4", first + timedelta(days=28), coordinator)
    _come_late(page, first + timedelta(days=61), coordinator)
    _respond(page, first + timedelta(days=84), coordinator)
    for week in (16, 20, 24):
        attend(page, NUMBER, f"W{week}", first + timedelta(weeks=week), coordinator)
    end_as_completed(page, NUMBER, first + timedelta(weeks=24))
    expect(page.get_by_role("region", name="Subject")).to_contain_text("Completed")
    expect(page.get_by_role("link", name="Record the visit")).to_have_count(0)
    expect(page.get_by_role("link", name="End participation")).to_have_count(0)
    expect(visit_in_casebook(page, WEEK_8)).to_contain_text("Outside its window")
    expect(visit_in_casebook(page, WEEK_24)).to_contain_text("Day 169")


def _screen(page: Page, day: date, coordinator: Any) -> None:
    record_visit(page, SCREENING, day)
    type_form(
        page,
        NUMBER,
        SCREENING,
        "Demographics",
        typed={"birth_date": "1984-02-29"},
        chosen={"sex": "F", "race": "ASIAN"},
    )
    type_form(
        page,
        NUMBER,
        SCREENING,
        "History of psoriasis",
        typed={"psoriasis_diagnosed_on": "2011-06-01"},
        chosen={"psoriasis_type": "plaque", "is_face_only": "N", "is_drug_induced": "N"},
    )
    used = ("phototherapy_use", "biologic_use", "cell_therapy_use", "trial_participation")
    type_form(
        page,
        NUMBER,
        SCREENING,
        "Previous treatment",
        typed={"topical_last_on": day.isoformat()},
        chosen={
            "topical_use": "past",
            "systemic_use": "never",
            **dict.fromkeys(used, "never"),
            "has_other_medicines": "N",
        },
    )
    open_form(page, SCREENING, "PASI")
    page.locator("[name=head_erythema]").first.focus()
    keys, total = PASI_SCREENING
    press_keys(page, keys)
    expect(derived(page, "total")).to_have_text(total)
    complete(page, "PASI", NUMBER)
    type_form(page, NUMBER, SCREENING, "Laboratory", typed={"sampled_on": day.isoformat(), **LABORATORY})
    complete_the_rest(NUMBER, "SCR", coordinator)


def _treat(page: Page, day: date, coordinator: Any) -> None:
    record_visit(page, WEEK_0, day)
    complete_the_rest(NUMBER, "W0", coordinator)
    page.reload()
    expect(visit_in_casebook(page, WEEK_24)).to_contain_text(f"planned {day + timedelta(weeks=24)}")
    expect(page.get_by_role("region", name="Subject")).to_contain_text("On treatment")


def _come_late(page: Page, day: date, coordinator: Any) -> None:
    """The third infusion is given two days after its window has closed; the coordinator says why, from Today."""
    attend(page, NUMBER, "W8", day, coordinator, said="Visit recorded. It lies outside its window.")
    go(page, "Today")
    page.get_by_role("main").get_by_role("link", name=f"{NUMBER}: Treatment off schedule").click()
    expect_heading(page, "Treatment off schedule")
    expect(page.get_by_role("main")).to_contain_text(WEEK_8)
    choose(page, {"severity": "minor"})
    type_in(page, {"cause": "Snow: no train for three days", "action": "Infusion given with the next bag of the lot"})
    press(page, "Complete")
    expect_message(page, "Deviation 1 is complete.")
    go(page, "Today")
    expect(page.get_by_role("main")).to_contain_text("No deviation waits to be completed.")
    page.goto(f"/trials/NCT03265613/subjects/{NUMBER}/")


def _respond(page: Page, day: date, coordinator: Any) -> None:
    """Week 12: the PASI is typed, and the page says at once what became of it since the first infusion."""
    record_visit(page, WEEK_12, day)
    open_form(page, WEEK_12, "PASI")
    page.locator("[name=head_erythema]").first.focus()
    keys, total = PASI_WEEK_12
    press_keys(page, keys)
    expect(derived(page, "total")).to_have_text(total)
    expect(page.locator("#live-values")).to_contain_text("from 27")
    expect(page.locator("#live-values")).to_contain_text("PASI-75")
    expect(page.locator("#live-values")).not_to_contain_text("PASI-90")
    complete(page, "PASI", NUMBER)
    palms = {"head_palms": "0.5", "upper_limbs_palms": "1.0", "trunk_palms": "4.5", "lower_limbs_palms": "2.0"}
    type_form(page, NUMBER, WEEK_12, "Affected body surface (BSA)", typed=palms)
    complete_the_rest(NUMBER, "W12", coordinator)
