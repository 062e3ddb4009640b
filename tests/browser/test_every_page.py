"""Every page for everybody: axe finds nothing, nothing runs off the side, and no page needs a script to be of use. The
pictures are kept for people to look at; and no page is left out."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import expect

from accounts.models import User
from tests.browser import world
from tests.browser.conftest import OpenPage
from tests.browser.looks import blank_pictures, new_page, problems
from tests.browser.pages import arrive, choose, expect_heading, expect_message, press, sign_in
from tests.browser.world import SIGHTS, Sight, share_name, shares

pytestmark = pytest.mark.browser

NO_PAGE_OF_THEIR_OWN = {
    "home",  # goes on to Today
    "set_language",
    "accounts:sign_out",
    "assessments:blank-casebook-pdf",
    "assessments:blank-form-pdf",
    "assessments:empty-wording",  # a file
    "assessments:form-live",
    "assessments:form-discard",
    "assessments:form-not-done",
    "exports:create",
    "exports:line-listing",
    "exports:safety-summary",
    "notifications:follow",  # goes on to what a reminder is about
    "notifications:read-all",
    "patients:calendar-feed",
    "patients:correct-visit",
    "patients:decide",
    "patients:miss-visit",
    "patients:reopen-visit",
    "patients:void-deviation",
    "safety:cioms",
    "safety:review",
    "safety:case-close",
    "safety:case-document",  # a file
    "safety:case-open",
    "safety:case-take-up",
    "safety:decide-suggestion",
    "workspace:delegate",
    "workspace:end-delegation",
    "workspace:enrolment-limit",
    "workspace:enrolment-target",
    "workspace:mail-as-html",  # in the frame of the preview
    "workspace:reopen-enrolment",
    "workspace:stop-enrolment",
    "workspace:try-again",
}


@pytest.fixture(scope="module")
def people(own_database: None) -> dict[str, User]:
    """The people of the world that the pages show."""
    return world.build()


def _names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= _names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            found.add(f"{space}{pattern.name}")
    return found


def test_every_address_that_shows_a_page_is_in_the_list() -> None:
    listed = {resolve(sight.path.split("?")[0]).view_name for sight in SIGHTS} | {"accounts:sign_in"}
    assert listed | NO_PAGE_OF_THEIR_OWN == _names(get_resolver().url_patterns)


@pytest.mark.parametrize("share", shares(), ids=share_name)
def test_no_page_breaks_an_accessibility_rule_or_is_blank(
    open_page: OpenPage, people: dict[str, User], share: tuple[Sight, ...]
) -> None:
    page = new_page(open_page)
    arrive(page, people[share[0].person])
    found: list[str] = []
    for sight in share:
        answer = page.goto(sight.path)
        if answer is None or answer.status != sight.status:
            found.append(f"{sight.name}: {answer and answer.status} instead of {sight.status}")
        found += problems(page, sight.name)
    assert not found, "\n".join(found)


def test_the_sign_in_page_breaks_no_accessibility_rule(open_page: OpenPage) -> None:
    page = new_page(open_page)
    page.goto("/sign-in/")
    found = [*blank_pictures(page, "sign-in")]
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()
    found += problems(page, "sign-in-error")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("form", ["pasi", "vital_signs"])
def test_a_form_that_shows_its_errors_breaks_no_accessibility_rule(
    open_page: OpenPage, people: dict[str, User], form: str
) -> None:
    page = new_page(open_page)
    arrive(page, people["coordinator"])
    page.goto(f"{world.NEW}visits/SCR/forms/{form}/edit/")
    press(page, "Complete")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("heading", name="Please look at these points")).to_be_visible()
    assert not (found := list(problems(page, f"{form.replace('_', '-')}-edit-error"))), "\n".join(found)


def test_the_end_of_the_session_is_drawn(open_page: OpenPage, people: dict[str, User]) -> None:
    page = new_page(open_page)
    arrive(page, people["coordinator"])
    page.goto(f"{world.NEW}visits/SCR/forms/pasi/edit/")
    page.context.clear_cookies(name="sessionid")
    press(page, "Complete")
    expect_heading(page, "You are signed out")
    assert not (found := list(blank_pictures(page, "signed-out"))), "\n".join(found)


def test_a_pasi_is_completed_without_any_script(open_page: OpenPage, people: dict[str, User]) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, people["coordinator"])
    page.goto(f"{world.NEW}visits/SCR/forms/pasi/edit/")
    for region in ("head", "upper_limbs", "trunk", "lower_limbs"):
        columns = ("erythema", "induration", "desquamation", "area")
        choose(page, {f"{region}_{column}": "2" for column in columns})
    press(page, "Complete")
    expect_message(page, "PASI is complete.")
    expect(page.get_by_role("main")).to_contain_text("12.0")
    page.goto(world.NEW)
    expect_heading(page, "Subject GZ-004")
