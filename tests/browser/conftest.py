"""A real Chromium, and the whole application on a database of its own for each test module."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from config.testing import find_chromium
from tests.browser.watch import Watch

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 15_000

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def own_database(own_databases: str, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """A database of the module's own in which commits are real, for this thread and those of the server."""
    from django.db import connections

    from tests import database

    settings = connections["default"].settings_dict
    shared, own = settings["NAME"], f"dermis_browser_{worker_id}"
    with django_db_blocker.unblock():
        connections.close_all()
        database.copy_of(database.template(), own)
        settings["NAME"] = own
        yield
        connections.close_all()
        settings["NAME"] = shared
    database.drop(own)


@pytest.fixture(scope="module")
def server(own_database: None) -> Iterator[str]:
    """Address of the application; a thread answers each request."""
    from django.core.servers.basehttp import ThreadedWSGIServer

    from config.wsgi import application
    from tests.browser.watch import QuietHandler

    httpd = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    # The database is dropped afterwards, so no answer may still be under way then.
    httpd.daemon_threads = False
    httpd.set_app(application)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; without one the test is skipped, or fails where DERMIS_REQUIRE_BROWSER=1 asks for one.

    One serves all the tests of this folder, and none outlives them: others would find its event loop.
    """
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium was found; DERMIS_CHROMIUM may name one")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[OpenPage]:
    """Opens a page in a browser profile of its own, as another person at another desk would.

    The test fails when a page complains in its console: a script error, a refused resource, a broken request.
    """
    contexts = []
    watch = Watch()

    def new(**options: Any) -> Page:
        context = browser.new_context(base_url=server, **{"locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        context.on("page", watch.over)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()
    assert watch.complaints == []
