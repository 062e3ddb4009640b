"""A picture of every page, on a desk and on a telephone, for people to look at; and proof that no page is left out."""

import struct
import zlib
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Page

from accounts.models import User
from tests.browser import world
from tests.browser.conftest import OpenPage
from tests.browser.pages import expect_heading, press, sign_in
from tests.browser.world import SIGHTS, Sight, share_name, shares

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[2] / "test-results" / "screenshots"
WIDTHS = (1280, 360)
# A window takes its new size a moment after it was asked to; until then the page is as tall as it was before.
HEIGHT_AT = """async ([width, height]) => {
  for (let frame = 0; frame < 60 && (innerWidth !== width || innerHeight !== height); frame++)
    await new Promise((done) => requestAnimationFrame(done));
  return document.documentElement.scrollHeight;
}"""
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
    "patients:calendar-feed",
    "patients:correct-visit",
    "patients:decide",
    "patients:miss-visit",
    "patients:reopen-visit",
    "patients:void-deviation",
    "workspace:delegate",
    "workspace:end-delegation",
    "workspace:enrolment-limit",
    "workspace:enrolment-target",
    "workspace:reopen-enrolment",
    "workspace:stop-enrolment",
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
def test_every_page_is_drawn(open_page: OpenPage, people: dict[str, User], share: tuple[Sight, ...]) -> None:
    page = open_page(reduced_motion="reduce")
    sign_in(page, people[share[0].person])
    for sight in share:
        answer = page.goto(sight.path)
        assert answer is not None and answer.status == sight.status, sight
        _draw(page, sight.name)


def test_pages_that_answer_a_mistake_are_drawn(open_page: OpenPage, people: dict[str, User]) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto("/sign-in/")
    _draw(page, "sign-in")
    press(page, "Sign in")
    _draw(page, "sign-in-error")
    sign_in(page, people["coordinator"])
    page.goto(f"{world.NEW}visits/SCR/forms/pasi/edit/")
    press(page, "Complete")
    page.get_by_role("heading", name="Please look at these points").wait_for()
    _draw(page, "pasi-edit-error")
    page.context.clear_cookies(name="sessionid")
    press(page, "Complete")
    expect_heading(page, "You are signed out")
    _draw(page, "signed-out")


def _draw(page: Page, name: str) -> None:
    """Save the page at every width; fails when a picture is of one colour."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        # A window as tall as the page: what sticks to an edge of the window then covers nothing.
        page.set_viewport_size({"width": width, "height": page.evaluate(HEIGHT_AT, [width, 800])})
        path = FOLDER / f"{name}_{width}.png"
        _assert_not_blank(page.screenshot(path=path), path)


def _assert_not_blank(png: bytes, path: Path) -> None:
    assert png.startswith(b"\x89PNG"), path
    packed, position = b"", 8
    while position < len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        if kind == b"IDAT":
            packed += png[position + 8 : position + 8 + length]
        position += 12 + length
    # A picture of one colour has a handful of different bytes; a page with text has nearly all.
    assert len(set(zlib.decompress(packed))) > 100, f"{path} looks blank"
