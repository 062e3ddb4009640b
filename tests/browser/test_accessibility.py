"""Every page for everybody: axe finds nothing, nothing runs off the side, and no page needs a script to be of use."""

from collections.abc import Iterable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser import world
from tests.browser.conftest import OpenPage
from tests.browser.pages import choose, expect_heading, expect_message, press, sign_in
from tests.browser.world import Sight, share_name, shares

pytestmark = pytest.mark.browser

DESK, TELEPHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 800}
ALL_RULES = {"resultTypes": ["violations"]}
# The dark mode changes colours and nothing else.
SCHEMES = {"light": ALL_RULES, "dark": {**ALL_RULES, "runOnly": ["color-contrast"]}}
# The window and the colours change a moment after they were asked to. A change of colour then passes from parent to
# child, a frame for each; axe looks when it has reached the deepest.
RUN = """async ([width, scheme, frames, rules]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const isThere = () => innerWidth === width && document.documentElement.dataset.bsTheme === scheme;
  for (let waited = 0; waited < 300 && !isThere(); waited++) await frame();
  if (!isThere()) throw new Error(`not ${scheme} at ${width} px`);
  for (let waited = 0; waited < frames; waited++) await frame();
  return (await axe.run(document, rules)).violations;
}"""
FRAMES_OF_A_CHANGE = 8


@pytest.fixture(scope="module")
def people(own_database: None) -> dict[str, User]:
    """The people of the world that the pages show."""
    return world.build()


@pytest.mark.parametrize("share", shares(), ids=share_name)
def test_no_page_breaks_an_accessibility_rule(
    open_page: OpenPage, people: dict[str, User], share: tuple[Sight, ...]
) -> None:
    page = open_page(reduced_motion="reduce")
    sign_in(page, people[share[0].person])
    found: list[str] = []
    for sight in share:
        page.goto(sight.path)
        found += (f"{sight.name}, {problem}" for problem in _problems(page))
    assert not found, "\n".join(found)


def test_the_sign_in_page_breaks_no_accessibility_rule(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto("/sign-in/")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()
    assert not (found := list(_problems(page))), "\n".join(found)


@pytest.mark.parametrize("path", [f"{world.NEW}visits/SCR/forms/{form}/edit/" for form in ("pasi", "vital_signs")])
def test_a_form_that_shows_its_errors_breaks_no_accessibility_rule(
    open_page: OpenPage, people: dict[str, User], path: str
) -> None:
    page = open_page(reduced_motion="reduce")
    sign_in(page, people["coordinator"])
    page.goto(path)
    press(page, "Complete")
    expect(page.get_by_role("alert")).to_be_focused()
    assert not (found := list(_problems(page))), "\n".join(found)


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


def _problems(page: Page) -> Iterable[str]:
    """Broken rules and overflow, light and dark, on a desk and on a telephone; the page is light before and after."""
    page.evaluate(Axe().axe_script)
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        frames = FRAMES_OF_A_CHANGE
        for size in (DESK, TELEPHONE):
            page.set_viewport_size(size)
            for rule in page.evaluate(RUN, [size["width"], scheme, frames, rules]):
                for node in rule["nodes"]:
                    yield f"{size['width']} px, {scheme}: {rule['id']} at {node['target']}: {node['failureSummary']}"
            drawn = page.evaluate("document.documentElement.scrollWidth")
            if drawn > size["width"]:
                yield f"{size['width']} px: {drawn} px wide"
            frames = 1
    page.emulate_media(color_scheme="light")
