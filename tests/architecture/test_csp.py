"""The browser runs and loads only what Dermis serves itself, and production starts only when it is set up in full."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PRODUCTION = {
    "SECRET_KEY": "Yw8nq2Rk-7bVZt1xPz4mLc9-sHd5gJf3uAeQ6oTi0yXvBnMwKrCl_EpSaDhGjFu-ZqWx",
    "ALLOWED_HOSTS": "dermis.example.org",
    "DATABASE_URL": "postgres://dermis_app:secret@db/dermis",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "dermis@example.org",
    "DOCUMENTS_FOLDER": "/var/lib/dermis-documents",
}
MAIL = ROOT / "templates" / "notifications" / "mail.html"
"""Mail programs read no style sheets; in its preview the page has a policy of its own."""
COMMENTS = re.compile(r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|<!--.*?-->", re.DOTALL)


def markup(path: Path) -> str:
    return COMMENTS.sub("", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_has_no_inline_script_style_or_handler(path: Path) -> None:
    text = markup(path)
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert path == MAIL or re.findall(r"<style\b[^>]*>|\sstyle\s*=", text) == []
    assert re.findall(r"<[a-z][^>]*\son[a-z]+\s*=[^>]*>", text) == []
    assert re.findall(r"javascript:", text, re.IGNORECASE) == []
    assert re.findall(r"\shx-on[:-]|\shx-vals\s*=\s*[\"']js:", text) == []


def test_a_mail_has_no_script_and_loads_nothing() -> None:
    text = markup(MAIL)
    assert re.findall(r"<script|<link|<img|<iframe|javascript:|\son[a-z]+\s*=|url\(", text, re.IGNORECASE) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_loads_nothing_from_another_host(path: Path) -> None:
    assert re.findall(r"""\b(?:src|href|action)\s*=\s*["'](?:https?:)?//[^"']+""", markup(path)) == []


@pytest.mark.django_db
def test_a_page_is_sent_with_the_strict_policy() -> None:
    response = Client().get(reverse("accounts:sign_in"))
    policy = {part.split()[0]: part.split()[1:] for part in response.headers["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def check_deploy(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}
    return subprocess.run(
        command, cwd=ROOT, env={**inherited, **settings, **environment}, capture_output=True, text=True
    )


def test_the_deployment_check_has_no_warning_with_production_settings() -> None:
    done = check_deploy(PRODUCTION)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNINGS" not in done.stderr


def test_production_names_every_missing_variable_at_once() -> None:
    done = check_deploy({})
    assert done.returncode != 0
    assert f"set {', '.join(PRODUCTION)} in the environment" in done.stderr


def test_production_names_the_one_variable_that_is_missing() -> None:
    done = check_deploy({**PRODUCTION, "EMAIL_URL": ""})
    assert done.returncode != 0
    assert "set EMAIL_URL in the environment" in done.stderr
