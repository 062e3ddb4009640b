"""PASI and itch without a mouse, and with one: from the casebook to Complete."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from patients.models import Visit
from tests.browser.conftest import OpenPage
from tests.browser.pages import arrive, choose, derived, expect_heading, expect_message, open_form, press_keys
from tests.browser.test_keyboard import tab_to
from tests.factories import complete_form, make_member, make_site, make_subject, make_trial_asking_for, take_place

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def coordinator(own_database: None) -> User:
    site = make_site(make_trial_asking_for("pruritus_vas"), "GZ")
    person: User = make_member("coordinator", site)
    return person


@pytest.fixture
def visit(coordinator: User) -> Visit:
    """The screening visit, today, of a subject of its own."""
    site = coordinator.delegations.get().site  # type: ignore[attr-defined]
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def casebook(page: Page, visit: Visit, person: User) -> None:
    arrive(page, person)
    page.goto(f"/trials/NCT03265613/subjects/{visit.subject.number}/")


def shade(page: Page, region: str) -> Locator:
    return page.locator(f"a.body-region[data-region={region}]").first


def test_a_pasi_goes_from_the_casebook_to_complete_by_keyboard_alone(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = open_page()
    casebook(page, visit, coordinator)
    tab_to(page, "main a[href$='/SCR/forms/pasi/']")
    page.keyboard.press("Enter")
    expect_heading(page, "PASI")
    tab_to(page, "[name=head_erythema]")
    press_keys(page, "2211" + "3224" + "4335")
    expect(shade(page, "trunk")).to_have_class("body-region shade-5")
    assert page.evaluate("document.activeElement.name") == "lower_limbs_erythema"
    press_keys(page, "332")
    # Back over the grid with the arrows to a score that was wrong, and down again; no score changes on the way.
    press_keys(page, ["ArrowUp", "ArrowLeft", "ArrowUp"])
    assert page.evaluate("document.activeElement.name") == "upper_limbs_desquamation"
    press_keys(page, ["4", "ArrowDown", "ArrowDown", "2"])
    # 0.1 x 5 x 1 + 0.2 x 9 x 4 + 0.3 x 10 x 5 + 0.4 x 8 x 2
    expect(derived(page, "total")).to_have_text("29.1")
    page.keyboard.press("Control+Enter")
    expect_message(page, "PASI is complete.")
    stored: Any = visit.findings.get(test_code="pasi_total")
    assert str(stored.number.normalize()) == "29.1"


def test_the_region_being_scored_stands_out_in_the_figure(open_page: OpenPage, coordinator: User, visit: Visit) -> None:
    page = open_page()
    casebook(page, visit, coordinator)
    open_form(page, "Screening", "PASI")

    def outline(region: str) -> str:
        width: str = shade(page, region).locator("path").first.evaluate("path => getComputedStyle(path).strokeWidth")
        return width

    page.locator("[name=trunk_erythema]").first.focus()
    assert (outline("trunk"), outline("head")) == ("3px", "1px")


def test_a_click_on_a_region_goes_to_its_row(open_page: OpenPage, coordinator: User, visit: Visit) -> None:
    complete_form(visit, "pasi", coordinator)
    page = open_page()
    casebook(page, visit, coordinator)
    page.goto(f"/trials/NCT03265613/subjects/{visit.subject.number}/visits/SCR/forms/pasi/edit/")
    shade(page, "lower_limbs").locator("path").first.click()
    expect(page.locator("[name=lower_limbs_erythema][value='3']")).to_be_focused()


def test_without_a_script_a_region_of_the_figure_still_goes_to_its_row(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = open_page(java_script_enabled=False)
    casebook(page, visit, coordinator)
    page.goto(f"/trials/NCT03265613/subjects/{visit.subject.number}/visits/SCR/forms/pasi/edit/")
    shade(page, "trunk").locator("path").first.click()
    page.keyboard.press("Space")
    expect(page.locator("[name=trunk_erythema][value='0']")).to_be_checked()


def open_itch(page: Page, visit: Visit, person: User) -> Locator:
    """The page of the itch; returns the line."""
    casebook(page, visit, person)
    open_form(page, "Screening", "Pruritus (VAS)")
    line = page.get_by_role("slider")
    expect(line).to_have_attribute("aria-valuetext", "no mark yet")
    return line


def stored_mark(visit: Visit) -> int:
    from assessments.instruments.pruritus_vas.model import PruritusVas

    mark = PruritusVas.objects.get(visit=visit).mark_mm
    assert isinstance(mark, int)
    return mark


def test_the_itch_is_marked_by_keyboard(open_page: OpenPage, coordinator: User, visit: Visit) -> None:
    page = open_page()
    line = open_itch(page, visit, coordinator)
    number = page.locator("[name=mark_mm]")
    tab_to(page, ".vas-range")
    expect(number).to_have_value("")
    press_keys(page, ["ArrowLeft"])
    expect(number).to_have_value("0")
    press_keys(page, ["PageUp", "PageUp", "PageUp", "ArrowRight", "ArrowRight", "ArrowLeft"])
    expect(number).to_have_value("31")
    expect(line).to_have_attribute("aria-valuetext", "31 mm")
    expect(derived(page, "severity")).to_have_text("mild itch")
    press_keys(page, ["End", "PageDown"])
    expect(number).to_have_value("90")
    tab_to(page, "[name=method]")
    press_keys(page, "2")
    page.keyboard.press("Control+Enter")
    expect_message(page, "Pruritus (VAS) is complete.")
    assert stored_mark(visit) == 90


def test_the_itch_is_marked_by_mouse_and_cleared(open_page: OpenPage, coordinator: User, visit: Visit) -> None:
    page = open_page()
    line = open_itch(page, visit, coordinator)
    number = page.locator("[name=mark_mm]")
    box = line.bounding_box()
    assert box is not None and box["height"] >= 44
    line.click(position={"x": box["width"] * 0.63, "y": box["height"] / 2})
    assert 61 <= int(number.input_value()) <= 65
    expect(derived(page, "severity")).to_have_text("moderate itch")
    page.get_by_role("button", name="Clear the mark").click()
    expect(number).to_have_value("")
    expect(line).to_have_attribute("aria-valuetext", "no mark yet")
    line.click(position={"x": 1, "y": box["height"] / 2})
    expect(number).to_have_value("0")


def test_a_typed_number_moves_the_mark(open_page: OpenPage, coordinator: User, visit: Visit) -> None:
    page = open_page()
    line = open_itch(page, visit, coordinator)
    page.locator("[name=mark_mm]").fill("47")
    expect(line).to_have_value("47")
    expect(line).to_have_attribute("aria-valuetext", "47 mm")


def test_a_section_is_gone_while_none_of_its_questions_is_asked(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = open_page()
    casebook(page, visit, coordinator)
    open_form(page, "Screening", "Affected body surface (BSA)")
    palms, percents = page.locator("[name=head_palms]"), page.locator("[name=head_percent]")
    section = page.get_by_role("group", name="Percent of each region")
    expect(palms).to_be_visible()
    expect(section).to_be_hidden()
    choose(page, {"method": "regions"})
    expect(percents).to_be_visible()
    expect(section).to_be_visible()
    expect(palms).to_be_hidden()
