"""Reading the environment: every missing variable is named at once, before anything starts."""

import os
from collections.abc import Mapping
from typing import Any

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
