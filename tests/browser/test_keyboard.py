"""Work without a mouse: from sign-in to a completed PASI."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from patients.models import Subject
from tests.browser.conftest import OpenPage
from tests.browser.pages import arrive, derived, expect_heading, expect_message, press_keys, sign_in
from tests.factories import PASSWORD, make_member, make_site, make_subject, make_trial, take_place

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def coordinator(own_database: None) -> User:
    """Of a site with one subject whose screening visit is today."""
    site = make_site(make_trial(), "GZ")
    person: User = make_member("coordinator", site)
    take_place(make_subject(site, person), "SCR", person)
    return person


def tab_to(page: Page, selector: str, at_most: int = 80) -> None:
    """Press Tab until the focus is on such an element; fails when it cannot be reached."""
    for _step in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{at_most} times Tab did not reach {selector} on {page.url}")


def test_a_pasi_is_completed_without_a_mouse(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    page.goto("/sign-in/")
    tab_to(page, "[name=username]")
    page.keyboard.type(coordinator.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect_heading(page, "Today")
    page.keyboard.press("/")
    page.keyboard.type("GZ-001")
    page.keyboard.press("Enter")
    expect_heading(page, "Subjects")
    tab_to(page, "main a[href$='/subjects/GZ-001/']")
    page.keyboard.press("Enter")
    expect_heading(page, "Subject GZ-001")
    tab_to(page, "main a[href$='/SCR/forms/pasi/']")
    page.keyboard.press("Enter")
    expect_heading(page, "PASI")
    tab_to(page, "[name=head_erythema]")
    press_keys(page, "3333222211114446")
    expect(derived(page, "total")).to_have_text("34.8")
    page.keyboard.press("Control+Enter")
    expect_message(page, "PASI is complete.")
    stored: Any = Subject.objects.get(number="GZ-001").visits.get(code="SCR")
    assert str(stored.findings.get(test_code="pasi_total").number.normalize()) == "34.8"


def test_a_digit_chooses_and_goes_to_the_next_question(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    arrive(page, coordinator)
    page.goto("/trials/NCT03265613/subjects/GZ-001/visits/SCR/forms/demographics/edit/")
    tab_to(page, "[name=sex]")
    page.keyboard.press("2")
    expect(page.locator("[name=sex][value=F]")).to_be_checked()
    expect(page.locator("[name=race]").first).to_be_focused()


def test_a_choice_is_taken_back_with_delete(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    arrive(page, coordinator)
    page.goto("/trials/NCT03265613/subjects/GZ-001/visits/SCR/forms/demographics/edit/")
    tab_to(page, "[name=sex]")
    page.keyboard.press("Space")
    expect(page.locator("[name=sex]:checked")).to_have_count(1)
    page.keyboard.press("Delete")
    expect(page.locator("[name=sex]:checked")).to_have_count(0)


def test_arrow_keys_move_in_the_score_table_without_scoring(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    arrive(page, coordinator)
    page.goto("/trials/NCT03265613/subjects/GZ-001/visits/SCR/forms/pasi/edit/")
    page.locator("[name=head_erythema]").first.focus()
    before = page.locator("main [type=radio]:checked").evaluate_all("radios => radios.map(r => r.id)")
    press_keys(page, ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp"])
    assert page.evaluate("document.activeElement.name") == "upper_limbs_erythema"
    assert page.locator("main [type=radio]:checked").evaluate_all("radios => radios.map(r => r.id)") == before


def test_a_slash_goes_to_the_search_and_a_question_mark_shows_the_keys(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    sign_in(page, coordinator)
    search, keys = (
        page.get_by_role("searchbox", name="Find a subject"),
        page.get_by_role("dialog", name="Keyboard keys"),
    )
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
