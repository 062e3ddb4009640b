"""Reading the environment: every missing variable is named at once, before anything starts."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def required(*names: str, source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The values of the named variables; raises ImproperlyConfigured naming all that are absent or empty."""
    missing = [name for name in names if not source.get(name)]
    if missing:
        raise ImproperlyConfigured(
            f"Dermis cannot start: set {', '.join(missing)} in the environment (.env.example explains each)."
        )
    return {name: source[name] for name in names}


def listed(name: str, source: Mapping[str, str] = os.environ) -> list[str]:
    """A comma-separated variable as a list; empty when it is not set."""
    return [part.strip() for part in source.get(name, "").split(",") if part.strip()]


def base_url(otherwise: str, source: Mapping[str, str] = os.environ) -> str:
    """Where people open Dermis, without a slash at the end: BASE_URL, else the address given.

    Raises ImproperlyConfigured when BASE_URL is no address that a link can begin with.
    """
    address = source.get("BASE_URL") or otherwise
    parts = urlsplit(address)
    is_whole = parts.scheme in ("http", "https") and parts.hostname not in (None, "*")
    if not is_whole or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "Dermis cannot start: set BASE_URL to an address such as https://ecrf.example.org "
            "(.env.example explains it)."
        )
    return address.rstrip("/")


def database(source: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The one database, signed in to as the role this process needs.

    Migrations run as the owner (DERMIS_DATABASE_ROLE=owner, DATABASE_OWNER_URL); web and worker processes sign in as
    the application role (DATABASE_URL), which owns nothing and so cannot rewrite the audit trail.
    """
    url = source["DATABASE_URL"]
    if source.get("DERMIS_DATABASE_ROLE") == "owner":
        url = source.get("DATABASE_OWNER_URL") or url
    return {
        **environ.Env.db_url_config(url),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
