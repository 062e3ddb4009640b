"""An infusion that meets its gate: refused with something open, then let through by two persons who say why."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assessments.gate.selectors import clearance_of
from tests.browser.conftest import OpenPage
from tests.browser.pages import arrive, choose, derived, expect_heading, expect_message, go, open_form, press, type_in
from tests.browser.steps import complete, the_visit
from tests.factories import (
    PASSWORD,
    complete_form,
    enrolled_subject,
    make_lot,
    make_member,
    make_site,
    make_trial,
    take_place,
)

pytestmark = pytest.mark.browser

NUMBER, LOT = "GZ-001", "AD-2301"
WEEK_0 = "Week 0: first infusion"
REASON = "Released by telephone; the certificate follows today"


@pytest.fixture(scope="module")
def world(own_database: None) -> dict[str, Any]:
    """A subject on the day of the first infusion, with vital signs and laboratory, and a lot still in quarantine."""
    trial = make_trial()
    site = make_site(trial, "GZ")
    nurse = make_member("coordinator", site, full_name="Li Na")
    doctor = make_member("investigator", site, full_name="Zhang Wei")
    visit = take_place(enrolled_subject(site, doctor), "W0", nurse)
    complete_form(visit, "vital_signs", nurse)
    complete_form(visit, "laboratory", nurse)
    make_lot(trial, LOT, released=False, day=site.today(), start_within_minutes_of_thaw=180)
    return {"nurse": nurse, "doctor": doctor, "today": site.today(), "trial": trial}


def test_an_infusion_is_refused_by_its_gate_and_then_overridden_by_two_persons(
    open_page: OpenPage, world: dict[str, Any]
) -> None:
    page = open_page()
    arrive(page, world["nurse"])
    page.goto(f"/trials/NCT03265613/subjects/{NUMBER}/")
    _meet_the_gate(page, world["today"])
    _be_refused_without_a_reason(page, world["doctor"])
    _give_the_reason(page)
    _record(page, world["today"])
    _both_names_stand_with_the_infusion(page)
    _lot_knows_its_subject(page)


def _item(page: Page, title: str) -> Any:
    return page.locator(".gate-items li").filter(has_text=title)


def _meet_the_gate(page: Page, today: Any) -> None:
    visit = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=WEEK_0, level=2))
    visit.get_by_role("link", name=re.compile("^Infusion")).click()
    expect_heading(page, "Before the infusion")
    expect(_item(page, "The lot stands in the register")).to_contain_text("Unknown")
    expect(_item(page, "Vital signs of this visit are complete")).to_contain_text("Met")
    type_in(page, {"lot_number": LOT, "bag_number": "7"})
    type_in(page, {"thaw_started_at": f"{today} 09:00", "thaw_ended_at": f"{today} 09:10"})
    type_in(page, {"starts_at": f"{today} 09:30"})
    page.locator("[name=starts_at]").press("Tab")
    expect(_item(page, "The infusion starts in time after thawing")).to_contain_text("minutes since thawing: 20")
    expect(_item(page, "The lot is released")).to_contain_text("Open")
    expect(_item(page, "The lot is released")).to_contain_text("In quarantine")


def _be_refused_without_a_reason(page: Page, doctor: Any) -> None:
    page.get_by_label("We both compared the subject's name").check()
    page.get_by_label("We both compared lot, bag and expiry").check()
    type_in(page, {"password": PASSWORD, "second_username": doctor.username, "second_password": PASSWORD})
    press(page, "Clear the infusion")
    expect(page.get_by_role("alert")).to_contain_text("Say why the infusion goes ahead all the same.")
    assert clearance_of(the_visit(NUMBER, "W0")) is None
    expect(page.locator("[name=bag_number]")).to_have_value("7")
    expect(page.locator("[name=second_username]")).to_have_value(doctor.username)
    expect(page.locator("[name=second_password]")).to_have_value("")


def _give_the_reason(page: Page) -> None:
    type_in(page, {"override_reason": REASON, "password": PASSWORD, "second_password": PASSWORD})
    press(page, "Clear the infusion")
    expect_message(page, "The infusion is cleared. Record it now.")


def _record(page: Page, today: Any) -> None:
    expect_heading(page, "Infusion")
    expect(page.locator("[name=product_lot]")).to_have_value(LOT)
    expect(page.locator("[name=started_at]")).to_have_value(f"{today} 09:30")
    type_in(page, {"stopped_at": f"{today} 10:00", "volume_ml": "7.0"})
    choose(page, {"is_interrupted": "N", "has_reaction": "N"})
    # 35 million cells for 70 kg, at 5 million per mL as the register says
    expect(derived(page, "planned_volume_ml")).to_contain_text("7.0")
    expect(derived(page, "minutes_from_thaw")).to_contain_text("20")
    complete(page, "Infusion", NUMBER)


def _both_names_stand_with_the_infusion(page: Page) -> None:
    open_form(page, WEEK_0, "Infusion")
    panel = page.locator("section.panel").filter(has=page.get_by_role("heading", name="Cleared"))
    expect(panel).to_contain_text("Li Na and Zhang Wei")
    expect(panel).to_contain_text(REASON)
    expect(panel).to_contain_text("The lot is released")


def _lot_knows_its_subject(page: Page) -> None:
    go(page, "Product lots")
    page.get_by_role("main").get_by_role("link", name=LOT).click()
    row = page.get_by_role("region", name="Who received it").get_by_role("row").filter(has_text=NUMBER)
    expect(row).to_contain_text("35,000,000")
    row.get_by_role("link", name=NUMBER).click()
    expect_heading(page, "Infusion")
