"""What stands in the log, and what must not: real requests through every middleware, as production writes them."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from structlog.contextvars import bind_contextvars
from structlog.stdlib import ProcessorFormatter

from accounts.models import User
from config import logs
from config import urls as everything
from tests.web.pages import signed_in

Lines = Callable[[], list[dict[str, Any]]]
KEYS = {"timestamp", "level", "logger", "event", "request_id", "user_id", "ip", "code", "request"}
TOKEN = "a-secret-that-nobody-else-knows"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged since, as production writes it: each line must be one JSON object."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    settings = dict(logs.configuration(as_json=True)["formatters"]["lines"])
    assert settings.pop("()") is ProcessorFormatter
    handler.setFormatter(ProcessorFormatter(**settings))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@login_not_required
def failing(request: HttpRequest) -> HttpResponse:
    name = str(request.GET["name"])
    raise RuntimeError(f"Something broke after {len(name)} letters.")


def speaking(request: HttpRequest) -> HttpResponse:
    logging.getLogger("tests.speaking").warning("a word from %s", "inside")
    return HttpResponse("said")


class Addresses:
    """The pages of this module beside all others."""

    urlpatterns = [path("failing/", failing), path("speaking/", speaking), *everything.urlpatterns]
    handler500 = everything.handler500


@pytest.fixture
def own_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = Addresses


def test_a_page_is_one_line_with_who_and_what(coordinator: User, lines: Lines) -> None:
    person = signed_in(coordinator)
    response = person.get("/account/password/")
    (line,) = lines()
    assert set(line) == KEYS
    assert (line["event"], line["level"], line["code"]) == ("request_finished", "info", 200)
    assert line["request"] == "GET /account/password/"
    assert line["user_id"] == coordinator.pk
    assert line["timestamp"].endswith("Z")
    assert UUID(line["request_id"])
    assert response.headers["X-Request-ID"] == line["request_id"]


def test_each_request_has_an_id_of_our_own_making(db: None, client: Client, lines: Lines) -> None:
    for _ in range(2):
        client.get("/sign-in/", headers={"x-request-id": "chosen by somebody else"})
    ids = [line["request_id"] for line in lines()]
    assert len(set(ids)) == 2
    assert "chosen by somebody else" not in ids


def test_who_is_sent_to_sign_in_leaves_a_line(db: None, client: Client, lines: Lines) -> None:
    assert client.get("/").status_code == 302
    (line,) = lines()
    assert (line["code"], line["user_id"], line["request"]) == (302, None, "GET /")


def test_what_was_searched_for_is_not_logged(coordinator: User, lines: Lines) -> None:
    address = reverse("patients:subject-list", args=["NCT03265613"])
    signed_in(coordinator).get(address + "?q=Wang+Fang", headers={"user-agent": "a browser"})
    (line,) = lines()
    assert line["request"] == f"GET {address}"
    assert "Wang" not in json.dumps(line)
    assert "a browser" not in json.dumps(line)


def test_a_page_that_is_not_there_is_a_warning(coordinator: User, lines: Lines) -> None:
    signed_in(coordinator).get("/nowhere/")
    (line,) = lines()
    assert (line["level"], line["code"]) == ("warning", 404)


def test_a_host_name_that_is_not_ours_is_logged_with_the_id(client: Client, lines: Lines) -> None:
    response = client.get("/sign-in/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    refused = next(line for line in lines() if line["event"] == "request_finished")
    assert (refused["level"], refused["code"]) == ("warning", 400)
    assert response.headers["X-Request-ID"] == refused["request_id"]


def test_a_failure_is_one_error_with_its_traceback_and_without_local_values(
    db: None, own_pages: None, lines: Lines
) -> None:
    response = Client(raise_request_exception=False).get("/failing/?name=Wang")
    (line,) = lines()
    assert set(line) == KEYS | {"exception"}
    assert (line["event"], line["level"], line["code"]) == ("request_failed", "error", 500)
    assert "RuntimeError: Something broke after 4 letters." in line["exception"]
    assert "Wang" not in json.dumps(line)
    assert response.headers["X-Request-ID"] == line["request_id"]


def test_lines_that_a_page_writes_name_the_request_and_the_person(
    coordinator: User, own_pages: None, lines: Lines
) -> None:
    signed_in(coordinator).get("/speaking/")
    said, finished = lines()
    assert (said["event"], said["logger"]) == ("a word from inside", "tests.speaking")
    assert (said["request_id"], said["user_id"]) == (finished["request_id"], coordinator.pk)


def test_nothing_of_one_request_stands_in_the_next(coordinator: User, client: Client, lines: Lines) -> None:
    signed_in(coordinator).get("/account/password/")
    bind_contextvars(task_id="of something that broke off")
    client.get("/sign-in/")
    assert [line["user_id"] for line in lines()] == [coordinator.pk, None]
    assert all(set(line) == KEYS for line in lines())


def test_the_secret_address_of_a_calendar_is_masked_wherever_it_appears(db: None, lines: Lines) -> None:
    address = reverse("patients:calendar-feed", args=[TOKEN])
    Client().get(address)
    Client(enforce_csrf_checks=True).post(address)
    logging.getLogger("elsewhere").warning("Asked for %s", address)
    written = lines()
    assert [line["code"] for line in written if "code" in line] == [404, 403]
    assert "GET /calendar-feeds/***" in [line.get("request") for line in written]
    assert len(written) > 3
    assert TOKEN not in json.dumps(written)


def test_rows_that_the_database_refuses_are_not_repeated(coordinator: User, lines: Lines) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE person (name text CHECK (length(name) < 3))")
            cursor.execute("INSERT INTO person VALUES (%s)", ["Wang\n\nFang"])
    except IntegrityError as error:
        assert "Wang" in str(error)
        logging.getLogger("elsewhere").exception("refused: %r", error)
    (line,) = lines()
    assert "person_name_check" in line["event"]
    assert "person_name_check" in line["exception"]
    assert "The above exception was the direct cause" in line["exception"]
    source = 'cursor.execute("INSERT INTO person VALUES (%s)", ["Wang\\n\\nFang"])'
    rest = json.dumps({**line, "exception": line["exception"].replace(source, "")})
    assert "Wang" not in rest
    assert "Fang" not in rest


def test_a_line_for_people_says_the_same(lines: Lines) -> None:
    settings = dict(logs.configuration(as_json=False)["formatters"]["lines"])
    del settings["()"]
    record = logging.LogRecord("elsewhere", logging.INFO, "", 0, "Asked for /calendar-feeds/%s.ics", (TOKEN,), None)
    line = ProcessorFormatter(**settings).format(record)
    assert "[info     ] Asked for /calendar-feeds/***" in line
    assert line.endswith("[elsewhere]")
    assert "\n" not in line


def test_the_address_of_the_visitor_is_what_the_trusted_proxy_says_last(
    db: None, client: Client, lines: Lines, settings: Any
) -> None:
    forwarded = {"x-forwarded-for": "1.2.3.4, 198.51.100.7"}
    client.get("/sign-in/", headers=forwarded)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client.get("/sign-in/", headers=forwarded)
    assert [line["ip"] for line in lines()] == ["127.0.0.1", "198.51.100.7"]


def test_who_fails_to_sign_in_is_not_named(coordinator: User, client: Client, lines: Lines) -> None:
    for _ in range(6):
        client.post("/sign-in/", {"username": coordinator.username, "password": "not the right one"})
    written = json.dumps(lines())
    assert "POST /sign-in/" in written
    assert f'"{coordinator.username}"' not in written
    assert coordinator.username not in re.sub(r"[0-9a-f-]{36}", "", written)
    assert "not the right one" not in written
