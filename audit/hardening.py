"""What the database itself refuses, laid again after every migrate (idempotent).

Two roles: the owner migrates; web and worker processes sign in as the application role, which owns nothing, has no
TRUNCATE and may only read history. The triggers' functions run with the owner's rights, so history is written all the
same."""

import os
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg import sql

NO_TRUNCATE = """
CREATE OR REPLACE FUNCTION public.dermis_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Dermis: % holds or records clinical data and cannot be truncated', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

# pgtrigger lets any session switch triggers off by a variable; a write made so would leave no history.
NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS boolean LANGUAGE sql AS
$$ SELECT false $$
"""

TRIGGER_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND p.proname LIKE 'pgtrigger\\_%'
"""


def application_role() -> str:
    """The database role of web and worker processes (DERMIS_DATABASE_APP_ROLE; default dermis_app)."""
    return os.environ.get("DERMIS_DATABASE_APP_ROLE") or "dermis_app"


def event_tables() -> list[str]:
    """Names of all history tables."""
    return sorted(model._meta.db_table for model in _event_models())


def tracked_tables() -> list[str]:
    """Names of all tables whose rows are tracked."""
    return sorted({model.pgh_tracked_model._meta.db_table for model in _event_models()})


def _event_models() -> list[Any]:
    return [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]


def harden_after_migrate(using: str, **_: Any) -> None:
    """Receiver of Django's post_migrate."""
    with connections[using].cursor() as cursor:
        harden(cursor, role=application_role())


def harden(cursor: CursorWrapper, *, role: str) -> None:
    """Lay all safeguards; raises RuntimeError when the application role does not exist or owns tables.

    A table that a migration backwards has taken away is left out."""
    _check_role(cursor, role)
    cursor.execute(NEVER_IGNORE)
    cursor.execute(TRIGGER_FUNCTIONS)
    for (function,) in cursor.fetchall():
        cursor.execute(f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = public, pg_temp")
    cursor.execute(NO_TRUNCATE)
    present = set(cursor.db.introspection.table_names(cursor))
    history = [table for table in event_tables() if table in present]
    for table in history + [table for table in tracked_tables() if table in present]:
        _refuse_truncate(cursor, table)
    _grant(cursor, role, history)


def _check_role(cursor: CursorWrapper, role: str) -> None:
    cursor.execute("SELECT pg_has_role(%s, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role, role])
    found = cursor.fetchone()
    if found is None:
        raise RuntimeError(
            f"The database role {role} does not exist. Create it (CREATE ROLE {role} LOGIN PASSWORD ...), or name the "
            "role of the web processes in DERMIS_DATABASE_APP_ROLE, then run migrate again."
        )
    if found[0]:
        raise RuntimeError(
            f"The database role {role} has the owner's rights and could rewrite the audit trail. "
            "Run migrate as another role (DATABASE_OWNER_URL)."
        )


def _refuse_truncate(cursor: CursorWrapper, table: str) -> None:
    cursor.execute(
        sql.SQL(
            "CREATE OR REPLACE TRIGGER dermis_refuse_truncate BEFORE TRUNCATE ON {} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.dermis_refuse_truncate()"
        )
        .format(sql.Identifier(table))
        .as_string(cursor.connection)
    )


def _grant(cursor: CursorWrapper, role: str, history: list[str]) -> None:
    app = sql.Identifier(role)
    statements: list[sql.SQL | sql.Composed] = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {app}"),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}"),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}"),
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app}"),
        sql.SQL("REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {app}"),
        *(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {app}").format(
                table=sql.Identifier(table), app=app
            )
            for table in history
        ),
    ]
    for statement in statements:
        composed = statement if isinstance(statement, sql.Composed) else statement.format(app=app)
        cursor.execute(composed.as_string(cursor.connection))
