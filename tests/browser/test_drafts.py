"""While somebody types: what is kept, what is asked next, and that nothing moves under the finger."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from patients.models import Visit
from tests.browser.conftest import OpenPage
from tests.browser.pages import arrive, choose, expect_heading, expect_message, press, type_in
from tests.browser.test_keyboard import tab_to
from tests.factories import (
    make_member,
    make_site,
    make_subject,
    make_trial_asking_for,
    take_place,
    values_for,
)

pytestmark = pytest.mark.browser

FORMS = "/trials/NCT03265613/subjects/{}/visits/SCR/forms/{}/edit/"


@pytest.fixture(scope="module")
def coordinator(own_database: None) -> User:
    """Of a site whose screening visits also ask for the medical history."""
    person: User = make_member("coordinator", make_site(make_trial_asking_for("medical_history"), "GZ"))
    return person


@pytest.fixture
def visit(coordinator: User) -> Visit:
    """The screening visit, of today, of a subject of the test's own."""
    site = coordinator.delegations.get().site
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def opened(page: Page, person: User, visit: Visit, form: str) -> Page:
    arrive(page, person)
    page.goto(FORMS.format(visit.subject.number, form))
    return page


def expect_kept(page: Page) -> None:
    expect(page.locator("#draft-state")).to_contain_text("Draft kept")


def test_what_was_typed_is_there_again_after_the_browser_was_closed(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = opened(open_page(), coordinator, visit, "bsa")
    type_in(page, {"head_palms": "4.5"})
    expect_kept(page)
    page.context.close()

    again = opened(open_page(), coordinator, visit, "bsa")
    expect(again.get_by_text("and did not save it")).to_be_visible()
    expect(again.locator("[name=head_palms]")).to_have_value("4.5")
    press(again, "Discard it and show what is saved")
    expect(again.locator("[name=head_palms]")).to_have_value("")


def test_the_last_word_is_kept_when_the_page_is_left_at_once(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = opened(open_page(), coordinator, visit, "bsa")
    # Typed without leaving the field: nothing has been sent yet.
    page.locator("[name=head_palms]").press_sequentially("6.5")
    page.goto("/trials/NCT03265613/")
    page.wait_for_timeout(1000)  # nobody waits for the answer to what is sent last
    page.goto(FORMS.format(visit.subject.number, "bsa"))
    expect(page.locator("[name=head_palms]")).to_have_value("6.5")


def test_a_save_leaves_no_draft_behind(open_page: OpenPage, coordinator: User, visit: Visit) -> None:
    page = opened(open_page(), coordinator, visit, "bsa")
    type_in(page, {"head_palms": "4.5"})
    press(page, "Save draft")
    expect_message(page, "Draft saved.")
    page.reload()
    expect(page.get_by_text("and did not save it")).to_have_count(0)


def test_a_page_without_connection_says_so_and_tries_again(
    browser: Any, server: str, coordinator: User, visit: Visit
) -> None:
    context = browser.new_context(base_url=server, locale="en-GB")
    page = opened(context.new_page(), coordinator, visit, "bsa")
    context.set_offline(True)
    type_in(page, {"head_palms": "4.5"})
    page.locator("[name=head_palms]").press("Tab")
    expect(page.locator("#draft-state")).to_contain_text("Not kept: no connection")
    context.set_offline(False)
    page.locator("[name=trunk_palms]").fill("2")
    page.locator("[name=trunk_palms]").press("Tab")
    expect_kept(page)
    context.close()


def test_a_check_asks_while_one_types_and_its_explanation_completes_the_form(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = opened(open_page(), coordinator, visit, "pasi")
    flat = {f"head_{sign}": "0" for sign in ("erythema", "induration", "desquamation")}
    choose(page, {name: str(value) for name, value in values_for("pasi", visit).items()} | flat)
    expect(page.locator(".live-objections")).to_contain_text("adds nothing to the PASI")
    press(page, "Complete")
    page.get_by_label("adds nothing to the PASI").fill("Pigment only")
    press(page, "Complete")
    expect_message(page, "PASI is complete.")
    expect(page.get_by_text("Pigment only")).to_be_visible()


def test_a_question_comes_and_goes_with_the_answer_before_it(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = opened(open_page(), coordinator, visit, "medical_history")
    term, end = page.locator("[name=conditions-1-term]"), page.locator("[name=conditions-1-ended_on]")
    expect(term).to_be_hidden()
    tab_to(page, "[name=has_conditions]")
    page.keyboard.press("1")
    # The next question is there only because of this answer: the focus waits for it.
    expect(term).to_be_focused()
    page.keyboard.type("Asthma")
    tab_to(page, "[name=conditions-1-is_ongoing]")
    expect(end).to_be_hidden()
    page.keyboard.press("2")
    expect(end).to_be_focused()
    tab_to_back(page, "[name=conditions-1-is_ongoing]")
    page.keyboard.press("ArrowLeft")
    expect(end).to_be_hidden()
    expect(page.locator("[name=conditions-1-is_ongoing][value=Y]")).to_be_focused()


def tab_to_back(page: Page, selector: str) -> None:
    for _step in range(10):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(selector)


def test_a_line_is_added_by_keyboard_and_its_first_field_has_the_focus(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = opened(open_page(), coordinator, visit, "medical_history")
    choose(page, {"has_conditions": "Y"})
    type_in(page, {"conditions-1-term": "Asthma"})
    tab_to(page, "[name=add__conditions]")
    page.keyboard.press("Enter")
    expect(page.locator("[name=conditions-2-term]")).to_be_focused()
    page.keyboard.type("Gout")
    expect(page.locator("[name=conditions-1-term]")).to_have_value("Asthma")
    press(page, "Save draft")
    expect_message(page, "Draft saved.")
    expect(page.locator("[name=conditions-2-term]")).to_have_value("Gout")
    press(page, "Remove Condition 1")
    expect(page.locator("[name=conditions-1-term]")).to_have_count(0)
    press(page, "Save draft")
    expect_message(page, "Draft saved.")
    expect(page.locator("[name=conditions-1-term]")).to_have_count(0)
    expect(page.locator("[name=conditions-2-term]")).to_have_value("Gout")


def test_nothing_moves_and_nothing_typed_is_overwritten_while_answers_come_in(
    open_page: OpenPage, coordinator: User, visit: Visit
) -> None:
    page = opened(open_page(viewport={"width": 1280, "height": 700}), coordinator, visit, "medical_history")
    choose(page, {"has_conditions": "Y"})
    type_in(page, {"conditions-1-term": "Asthma"})
    press(page, "Add a condition")
    expect_heading(page, "Medical history")
    held: list[Any] = []
    page.route("**/live/", lambda route: held.append(route))
    # The question that this answer hides, or asks, stands above the field that is typed into.
    choose(page, {"conditions-1-is_ongoing": "N"})
    field = page.locator("[name=conditions-2-started_on]")
    field.click()
    page.wait_for_timeout(300)
    before = field.bounding_box()
    field.press_sequentially("2019-0")
    for route in held:
        route.continue_()
    page.unroute("**/live/")
    expect(page.locator("[name=conditions-1-ended_on]")).to_be_visible()
    after = field.bounding_box()
    assert before is not None and after is not None
    assert abs(after["y"] - before["y"]) < 1
    field.press_sequentially("5")
    expect(field).to_have_value("2019-05")
    expect_kept(page)
    expect(field).to_have_value("2019-05")
    expect(field).to_be_focused()
