"""What a page says behind the reader's back."""

import re

from django.core.servers.basehttp import WSGIRequestHandler
from playwright.sync_api import ConsoleMessage, Error, Page

# A refusal that the page itself explains to the reader is also written to the console by the browser.
_EXPLAINED = re.compile(r"Failed to load resource: .* status of (401|403|404|409|422) ")
# htmx reports a request that was given up, because a newer one replaced it or the form was sent meanwhile. A request
# that failed is reported as sendError as well, which is not expected.
_GIVEN_UP = re.compile(r"^htmx:(afterRequest|sendAbort)\b")


class Watch:
    """Collects console errors and warnings (refusals by the content security policy among them) and script errors."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def over(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._hear)
        page.on("pageerror", self._fail)

    def _hear(self, message: ConsoleMessage) -> None:
        is_expected = _EXPLAINED.search(message.text) or _GIVEN_UP.search(message.text)
        if message.type in ("error", "warning") and not is_expected:
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _fail(self, error: Error) -> None:
        self.complaints.append(str(error))


class QuietHandler(WSGIRequestHandler):
    """A request handler that writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at pages, not at an access log."""
