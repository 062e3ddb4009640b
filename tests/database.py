"""Test databases: migrated once into a template, then copied; a copy takes a tenth of a second where files are kept in
memory, else most of a second. Run as a program this makes the template and no more.

Tests sign in as the application role, as the web processes do, so whatever they may not do, the tests see refused.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
LOCK = 7203265613  # any number; two workers must not migrate the same template


def owner_url(name: str | None = None) -> str:
    """Address of the owner role, optionally of another database."""
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    if name is None:
        return urlunsplit(parts)
    return urlunsplit(parts._replace(path=f"{parts.path.rsplit('/', 1)[0]}/{name}"))


@contextmanager
def owner_connection(name: str | None = None) -> Iterator[psycopg.Connection]:
    """An autocommit connection as the owner role, which may create databases; optionally to another database."""
    config = environ.Env.db_url_config(owner_url(name))
    keys = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    arguments = {ours: config[theirs] for theirs, ours in keys.items() if config.get(theirs)}
    with psycopg.connect(**arguments, autocommit=True) as connection:
        yield connection


def template() -> str:
    """Name of the migrated template database; made on first use, shared by all workers of a run."""
    name = f"dermis_template_{_migrations_hash()}"
    with owner_connection() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            draft = f"{name}_draft"
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(draft)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
            migrate(draft)
            _rename(draft, name)
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def copy_of(source: str, name: str) -> None:
    """A fresh database with the content of another one that nobody is connected to."""
    with owner_connection() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def written_once(name: str, build: Callable[[], Any]) -> str:
    """A database of this name with what `build` writes into a migrated one, to be copied; made unless it is there."""
    with owner_connection() as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
    draft = f"{name}_draft"
    copy_of(template(), draft)
    with connected_to(draft):
        build()
    _rename(draft, name)
    return name


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connection leads to another database; where tests may not reach one, this may not either."""
    settings = connections["default"].settings_dict
    usual = settings["NAME"]
    connections.close_all()
    settings["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = usual


def drop(name: str) -> None:
    """Remove a test database."""
    with owner_connection() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def drop_all(beginning: str) -> None:
    """Remove the test databases whose names begin so."""
    with owner_connection() as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning]
        ).fetchall()
    for (name,) in names:
        drop(name)


def _rename(name: str, final: str) -> None:
    with owner_connection() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(final))
        )


def _migrations_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("audit/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def migrate(name: str, *target: str) -> None:
    """Bring a database to the newest migrations or, with an app and the number of one of its own, back to that one."""
    environment = {**os.environ, "DERMIS_DATABASE_ROLE": "owner", "DATABASE_OWNER_URL": owner_url(name)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", *target]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The migrations failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    template()
