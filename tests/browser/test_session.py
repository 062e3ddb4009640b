"""The session ends while a form is being filled: what was typed is kept and stored after signing in again."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import OpenPage
from tests.browser.pages import expect_heading, expect_message, press, sign_in, type_in
from tests.factories import PASSWORD, make_member, make_site, make_subject, make_trial, take_place

pytestmark = pytest.mark.browser

FORM = "/trials/NCT03265613/subjects/GZ-001/visits/SCR/forms/bsa/edit/"
PALMS = {"head_palms": "1.5", "upper_limbs_palms": "4.0", "trunk_palms": "9.5", "lower_limbs_palms": "11.0"}


@pytest.fixture(scope="module")
def coordinator(own_database: None) -> Any:
    """Of a site with one subject whose screening visit is today."""
    site = make_site(make_trial(), "GZ")
    person = make_member("coordinator", site)
    take_place(make_subject(site, person), "SCR", person)
    return person


def _end_session(context: BrowserContext) -> None:
    context.clear_cookies(name="sessionid")


def test_what_was_typed_survives_the_end_of_the_session(open_page: OpenPage, coordinator: Any) -> None:
    page = open_page()
    sign_in(page, coordinator)
    page.goto(FORM)
    expect_heading(page, "Affected body surface (BSA)")
    type_in(page, PALMS)
    _end_session(page.context)
    press(page, "Complete")
    expect_heading(page, "You are signed out")

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    other_tab = opened.value
    other_tab.get_by_label("Sign-in name").fill(coordinator.username)
    other_tab.get_by_label("Password").fill(PASSWORD)
    press(other_tab, "Sign in")
    expect_heading(other_tab, "Today")

    press(page, "Send again what I typed")
    heading = page.get_by_role("heading", level=1)
    expect(heading).not_to_have_text("You are signed out")
    if heading.inner_text() == "This page was open too long":
        # Signing in renews the token against forged requests; the page asks once more and still holds everything.
        press(page, "Send again what I typed")
    expect_message(page, "Affected body surface (BSA) is complete.")
    expect(page.get_by_role("main")).to_contain_text("26.0 %")


def test_a_page_asked_for_after_the_end_of_the_session_opens_after_sign_in(
    open_page: OpenPage, coordinator: Any
) -> None:
    page = open_page()
    sign_in(page, coordinator)
    _end_session(page.context)
    page.goto(FORM)
    expect_heading(page, "Sign in")
    page.get_by_label("Sign-in name").fill(coordinator.username)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    expect_heading(page, "Affected body surface (BSA)")
