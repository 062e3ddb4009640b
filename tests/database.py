"""Test databases: migrated once into a template, then copied; a copy takes a tenth of a second.

Tests sign in as the application role, as the web processes do, so whatever they may not do, the tests see refused.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg
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
            _migrate(draft)
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name))
            )
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


def drop(name: str) -> None:
    """Remove a test database."""
    with owner_connection() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _migrations_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("audit/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _migrate(name: str) -> None:
    environment = {**os.environ, "DERMIS_DATABASE_ROLE": "owner", "DATABASE_OWNER_URL": owner_url(name)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The migrations failed:\n{done.stdout}\n{done.stderr}")
