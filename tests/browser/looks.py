"""What a page looks like to everybody: its pictures, the rules it breaks, what runs off the side of the window."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage

FOLDER = Path(__file__).resolve().parents[2] / "test-results" / "screenshots"
DESK, TELEPHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 800}
ALL_RULES = {"resultTypes": ["violations"]}
# The dark mode changes colours and nothing else.
ONLY_CONTRAST = {**ALL_RULES, "runOnly": ["color-contrast"]}
# The window and the colours change a moment after they were asked to.
ARRIVED = """async ([width, height, scheme]) => {
  const isThere = () =>
    innerWidth === width && innerHeight === height && document.documentElement.dataset.bsTheme === scheme;
  for (let waited = 0; waited < 300 && !isThere(); waited++)
    await new Promise((done) => requestAnimationFrame(done));
  if (!isThere()) throw new Error(`not ${scheme} at ${width} x ${height}`);
}"""
# A change of colour passes from parent to child, a frame for each; axe looks when it has reached the deepest.
RUN = """async ([frames, rules]) => {
  for (let waited = 0; waited < frames; waited++)
    await new Promise((done) => requestAnimationFrame(done));
  return (await axe.run(document, rules)).violations;
}"""
# The layout follows the window; what still runs off its side after a third of a second stays there.
DRAWN_WIDTH = """async (width) => {
  for (let waited = 0; waited < 20 && document.documentElement.scrollWidth > width; waited++)
    await new Promise((done) => requestAnimationFrame(done));
  return document.documentElement.scrollWidth;
}"""
FRAMES_OF_A_CHANGE = 8
ROUND = (
    ("light", TELEPHONE, ALL_RULES, 1),
    ("light", DESK, ALL_RULES, 1),
    ("dark", DESK, ONLY_CONTRAST, FRAMES_OF_A_CHANGE),
    ("dark", TELEPHONE, ONLY_CONTRAST, 1),
)
DIFFERENT_BYTES = 100
"""A picture of one colour has a handful of different bytes; a page with text has nearly all."""
PIECE = 1 << 16


def new_page(open_page: OpenPage) -> Page:
    """A page as `problems` finds and leaves it: light, on a telephone, with axe at hand wherever it goes."""
    page = open_page(reduced_motion="reduce", viewport=TELEPHONE)
    page.add_init_script(Axe().axe_script)
    return page


def problems(page: Page, name: str) -> Iterator[str]:
    """Broken rules, overflow and blank pictures, light and dark, on a telephone and on a desk; saves the pictures.

    Each change is made once: of the window while the page is light and back while it is dark, of the colours between.
    """
    for scheme, size, rules, frames in ROUND:
        page.emulate_media(color_scheme=scheme)
        _resize(page, size, scheme)
        where = f"{name}, {size['width']} px, {scheme}"
        for rule in page.evaluate(RUN, [frames, rules]):
            for node in rule["nodes"]:
                yield f"{where}: {rule['id']} at {node['target']}: {node['failureSummary']}"
        drawn = page.evaluate(DRAWN_WIDTH, size["width"])
        if drawn > size["width"]:
            yield f"{where}: {drawn} px wide"
        if scheme == "light":
            yield from _blank_picture(page, name)
    page.emulate_media(color_scheme="light")


def blank_pictures(page: Page, name: str) -> Iterator[str]:
    """Save the page at both widths; yields those pictures that are of one colour."""
    for size in (DESK, TELEPHONE):
        _resize(page, size, "light")
        yield from _blank_picture(page, name)
    _resize(page, TELEPHONE, "light")


def _resize(page: Page, size: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(size)
    page.evaluate(ARRIVED, [size["width"], size["height"], scheme])


def _blank_picture(page: Page, name: str) -> Iterator[str]:
    width = page.viewport_size["width"]
    # A window as tall as the page: what sticks to an edge of the window then covers nothing.
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    path = FOLDER / f"{name}_{width}.png"
    if _is_blank(page.screenshot(path=path)):
        yield f"{path} looks blank"


def _is_blank(png: bytes) -> bool:
    seen: set[int] = set()
    for piece in _unpacked(png):
        seen.update(piece)
        if len(seen) > DIFFERENT_BYTES:
            return False
    return True


def _unpacked(png: bytes) -> Iterator[bytes]:
    """The bytes of the picture, a piece at a time: the first pieces tell, and the whole is of many megabytes."""
    assert png.startswith(b"\x89PNG")
    unpacker, position = zlib.decompressobj(), 8
    while position < len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        packed = png[position + 8 : position + 8 + length] if kind == b"IDAT" else b""
        while packed:
            yield unpacker.decompress(packed, PIECE)
            packed = unpacker.unconsumed_tail
        position += 12 + length
