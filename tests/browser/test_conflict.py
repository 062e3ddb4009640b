"""Two people on one form: the second sees both versions, and nothing that either typed is lost."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.pages import arrive, expect_heading, expect_message, press, type_in
from tests.factories import complete_form, make_member, make_site, make_subject, make_trial, take_place

pytestmark = pytest.mark.browser

FORM = "/trials/NCT03265613/subjects/GZ-001/visits/SCR/forms/vital_signs/"


@pytest.fixture(scope="module")
def pair(own_database: None) -> tuple[Any, Any]:
    """Two coordinators of a site whose one subject has complete vital signs: 70.0 kg."""
    site = make_site(make_trial(), "GZ")
    first, second = (make_member("coordinator", site, full_name=name) for name in ("Li Na", "Wang Fang"))
    visit = take_place(make_subject(site, first), "SCR", first)
    complete_form(visit, "vital_signs", first)
    return first, second


def _opened_by(page: Page, person: Any) -> Page:
    arrive(page, person)
    page.goto(f"{FORM}edit/")
    expect_heading(page, "Vital signs")
    return page


def test_the_second_of_two_saves_is_shown_both_versions(open_page: OpenPage, pair: tuple[Any, Any]) -> None:
    first, second = (_opened_by(open_page(), person) for person in pair)

    type_in(first, {"weight_kg": "71.5", "reason": "scale read again"})
    press(first, "Save changes")
    expect_message(first, "Vital signs is complete.")

    type_in(second, {"weight_kg": "72.5", "pulse_per_min": "81", "reason": "typing error"})
    press(second, "Save changes")
    conflict = second.get_by_role("alert").filter(has_text="Li Na has saved this form since you opened it")
    expect(conflict.get_by_role("row", name="weight")).to_contain_text("71.5")
    expect(conflict.get_by_role("row", name="weight")).to_contain_text("72.5")
    expect(conflict.get_by_role("row", name="pulse")).to_contain_text("81")
    for name, typed in {"weight_kg": "72.5", "pulse_per_min": "81", "reason": "typing error"}.items():
        expect(second.locator(f"main [name={name}]:visible")).to_have_value(typed)

    type_in(second, {"reason": "source document says 72.5"})
    press(second, "Save changes")
    expect_message(second, "Vital signs is complete.")

    second.goto(f"{FORM}history/?item=weight_kg")
    weights = second.get_by_role("main").get_by_role("row").filter(has_text="7")
    expect(weights).to_have_count(3)
    for row, told in enumerate(
        (
            ("70.0", "first entry"),
            ("71.5", "Li Na", "scale read again"),
            ("71.5", "72.5", "Wang Fang", "source document says 72.5"),
        )
    ):
        for text in told:
            expect(weights.nth(row)).to_contain_text(text)


def test_a_conflict_is_resolved_by_choosing_for_each_item(open_page: OpenPage, pair: tuple[Any, Any]) -> None:
    first, second = (_opened_by(open_page(), person) for person in pair)
    before = {name: first.locator(f"[name={name}]").input_value() for name in ("height_cm", "temperature_c")}

    type_in(first, {"height_cm": "171", "pulse_per_min": "66", "reason": "measured again"})
    press(first, "Save changes")
    expect_message(first, "Vital signs is complete.")

    type_in(second, {"temperature_c": "37.1", "pulse_per_min": "68", "reason": "read wrongly"})
    press(second, "Save changes")
    conflict = second.get_by_role("alert").filter(has_text="Li Na has saved this form since you opened it")
    # Only the other person has changed the height, and only this one the temperature.
    expect(conflict.get_by_role("radio", name=re.compile("height.*Stored now: 171", re.I))).to_be_checked()
    expect(conflict.get_by_role("radio", name=re.compile("temperature.*You typed: 37.1", re.I))).to_be_checked()
    conflict.get_by_role("radio", name=re.compile("pulse.*Stored now: 66", re.I)).check()
    press(second, "Save changes")
    expect_message(second, "Vital signs is complete.")

    second.goto(f"{FORM}edit/")
    for name, value in {"height_cm": "171.0", "temperature_c": "37.1", "pulse_per_min": "66"}.items():
        expect(second.locator(f"main [name={name}]:visible")).to_have_value(value)
    second.goto(f"{FORM}history/?item=height_cm")
    heights = second.get_by_role("main").get_by_role("row").filter(has_text="17")
    expect(heights.last).to_contain_text("Li Na")
    expect(heights.last).to_contain_text(before["height_cm"])
