"""Steps that people take on the pages, by what they see: labels, headings, buttons, links."""

import re
from collections.abc import Iterable, Mapping

from django.test import Client
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.factories import PASSWORD


def sign_in(page: Page, user: User) -> None:
    """From the sign-in page to Today, which opens in the language of that person."""
    page.goto("/sign-in/")
    page.get_by_label("Sign-in name").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/trials/*/")


def arrive(page: Page, user: User) -> None:
    """Signed in, with the cookies that the sign-in gives, but on no page yet: for tests of what comes after."""
    client = Client()
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302, "sign-in was refused"
    page.context.add_cookies(
        [
            {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/"}
            for cookie in client.cookies.values()
        ]
    )


def press(page: Page, name: str) -> None:
    """The button of the page itself, not of its frame."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def expect_heading(page: Page, text: str) -> None:
    """The page has arrived when its heading says so."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def expect_message(page: Page, text: str) -> None:
    """What just happened, said on top of the page."""
    expect(page.get_by_role("status")).to_contain_text(text)


def go(page: Page, place: str) -> None:
    """A place of the navigation."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).click()


def to_casebook(page: Page, number: str) -> None:
    """From any page about the subject back to its casebook, by the breadcrumbs."""
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=number).click()
    expect_heading(page, f"Subject {number}")


def visit_in_casebook(page: Page, name: str) -> Locator:
    """The part of the casebook that belongs to a visit."""
    return page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("heading", name=name, level=2))


def open_form(page: Page, visit: str, title: str) -> None:
    """A form, from the casebook, where its state stands behind its title."""
    name = re.compile(rf"^{re.escape(title)}\s+(?:Not started|Draft|Complete|Not done)")
    visit_in_casebook(page, visit).get_by_role("link", name=name).click()
    expect_heading(page, title)


def pass_gate(page: Page, visit: str, second: User, *, lot: str, starts_at: str) -> None:
    """The infusion of a visit, from the casebook: cleared with a second person, whatever is open, and shown to be
    recorded."""
    visit_in_casebook(page, visit).get_by_role("link", name=re.compile("^Infusion")).click()
    expect_heading(page, "Before the infusion")
    type_in(page, {"lot_number": lot, "bag_number": "1", "starts_at": starts_at, "override_reason": "Seen and agreed"})
    page.get_by_label("We both compared the subject's name").check()
    page.get_by_label("We both compared lot, bag and expiry").check()
    type_in(page, {"password": PASSWORD, "second_username": second.username, "second_password": PASSWORD})
    press(page, "Clear the infusion")
    expect_heading(page, "Infusion")


def type_in(page: Page, values: Mapping[str, str]) -> None:
    """Text, numbers and days, by the name of the item."""
    for name, value in values.items():
        page.locator(f'main [name="{name}"]:visible').fill(value)


def choose(page: Page, values: Mapping[str, str]) -> None:
    """One of a row of buttons, by the name and the code of the item; clicked where the reader sees it."""
    for name, value in values.items():
        radio = page.locator(f'main input[name="{name}"][value="{value}"]')
        page.locator(f'label[for="{radio.get_attribute("id")}"]').click()


def press_keys(page: Page, keys: Iterable[str]) -> None:
    """One key after the other, wherever the focus is."""
    for key in keys:
        page.keyboard.press(key)


def derived(page: Page, name: str) -> Locator:
    """A value that the page works out while one types."""
    return page.locator(f'[data-derived="{name}"] dd')
