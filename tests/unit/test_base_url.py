"""Where people open Dermis."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import base_url

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "only for tests",
    "ALLOWED_HOSTS": ".example.org, other.example.org",
    "DATABASE_URL": "postgres://somebody@/nowhere",
    "REDIS_URL": "redis://nowhere",
    "EMAIL_URL": "consolemail://",
    "DEFAULT_FROM_EMAIL": "dermis@test.invalid",
    "DOCUMENTS_FOLDER": "/var/lib/dermis-documents",
}


@pytest.mark.parametrize("unset", [{}, {"BASE_URL": ""}])
def test_without_a_variable_it_is_the_address_given(unset: dict[str, str]) -> None:
    assert base_url("https://ecrf.example.org", unset) == "https://ecrf.example.org"


def test_the_variable_wins_and_loses_its_last_slash() -> None:
    named = {"BASE_URL": "https://hospital.example.org/dermis/"}
    assert base_url("https://ecrf.example.org", named) == "https://hospital.example.org/dermis"


@pytest.mark.parametrize("address", ["ecrf.example.org", "ftp://ecrf.example.org", "https://", "https://e.org/?a=1"])
def test_what_no_link_can_begin_with_is_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="set BASE_URL to an address such as"):
        base_url("https://ecrf.example.org", {"BASE_URL": address})


def test_an_installation_open_under_any_name_must_say_which_one_links_use() -> None:
    with pytest.raises(ImproperlyConfigured, match="set BASE_URL"):
        base_url("https://*", {})


@pytest.mark.parametrize(
    ("way", "named", "expected"),
    [
        ("production", "", "https://example.org"),
        ("production", "https://ecrf.example.org/", "https://ecrf.example.org"),
        ("demo", "", "http://127.0.0.1:8000"),
        ("demo", "http://127.0.0.1:8012", "http://127.0.0.1:8012"),
        ("test", "https://ecrf.example.org", "http://testserver"),
    ],
)
def test_each_way_of_running_has_its_own(way: str, named: str, expected: str) -> None:
    script = f"from config.settings import {way}; print({way}.DERMIS_BASE_URL)"
    environment = {**os.environ, **PRODUCTION, "BASE_URL": named}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == expected, done.stderr
