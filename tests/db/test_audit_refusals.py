"""What the database refuses the application role: writes nobody signed for, and every touch of history."""

from collections.abc import Callable
from typing import Any

import pghistory
import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError

from accounts.models import User
from audit.context import acting, signed_for
from audit.hardening import event_tables, tracked_tables
from audit.history import event_model
from tests import database
from tests.factories import UserFactory, system
from trials.models import ProtocolVersion, Site, Trial


def run(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments or None)
        return cursor.fetchall() if cursor.description else []


def refused(sql: str, *arguments: Any) -> str:
    """The message with which the database refuses the statement; the test fails when it does not."""
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        run(sql, *arguments)
    return str(raised.value)


def rename(site: Site, name: str = "Another name") -> None:
    Site.objects.filter(pk=site.pk).update(name=name)


def test_a_change_without_a_user_is_refused(site: Site) -> None:
    with pytest.raises(IntegrityError, match="pgh_context"), transaction.atomic():
        rename(site)
    site.refresh_from_db()
    assert site.name == "Guangzhou Hospital"


def test_a_first_entry_without_a_user_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="pgh_context"), transaction.atomic():
        Trial.objects.create(registration="NCT00000001", title="T", short_title="T")


def test_a_change_without_a_reason_is_refused(site: Site) -> None:
    with pytest.raises(IntegrityError, match="gives_a_reason"), transaction.atomic(), acting(by=system()):
        rename(site)


def test_a_first_entry_needs_no_reason(trial: Trial) -> None:
    with acting(by=system()):
        Site.objects.create(trial=trial, code="BJ", name="Beijing", country="CHN", time_zone="Asia/Shanghai")
    assert Site.objects.filter(code="BJ").exists()


@pytest.mark.parametrize("reason", ["", " ", "\t\n"])
def test_a_blank_reason_is_refused(site: Site, reason: str) -> None:
    with (
        pytest.raises(IntegrityError, match="gives_a_reason"),
        transaction.atomic(),
        acting(by=system(), reason=reason),
    ):
        rename(site)


def test_a_blank_reason_is_refused_by_the_database_itself(site: Site) -> None:
    facts = {"user": system().pk, "reason": "   "}
    with pytest.raises(IntegrityError, match="gives_a_reason"), transaction.atomic(), pghistory.context(**facts):
        rename(site)


def test_a_reason_of_null_is_refused(site: Site) -> None:
    facts = {"user": system().pk, "reason": None}
    with pytest.raises(IntegrityError, match="gives_a_reason"), transaction.atomic(), pghistory.context(**facts):
        rename(site)


@pytest.mark.parametrize("user", [None, "", "7", "system", True, [7], {"pk": 7}])
def test_a_user_that_is_no_number_is_refused(site: Site, user: Any) -> None:
    with (
        pytest.raises(IntegrityError, match="names_a_user"),
        transaction.atomic(),
        signed_for(user=user, reason="Because"),
    ):
        rename(site)


def test_a_visitor_who_is_not_signed_in_is_refused(site: Site) -> None:
    with (
        pytest.raises(IntegrityError, match="names_a_user"),
        transaction.atomic(),
        acting(by=AnonymousUser(), reason="Because"),
    ):
        rename(site)


def test_a_context_that_names_nobody_is_refused(site: Site) -> None:
    with pytest.raises(IntegrityError, match="names_a_user"), transaction.atomic(), pghistory.context(reason="Because"):
        rename(site)


def test_a_change_with_user_and_reason_is_stored_and_recorded(site: Site) -> None:
    with acting(by=system(), reason="The hospital changed its name"):
        rename(site)
    event = event_model(Site).objects.filter(pgh_obj=site).latest("pgh_id")
    assert (event.name, event.pgh_label) == ("Another name", "update")
    assert event.pgh_context == {"user": system().pk, "reason": "The hospital changed its name"}


HISTORY_STATEMENTS = {
    "update": "UPDATE {table} SET pgh_created_at = now()",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
    "insert": "INSERT INTO {table} (pgh_label) VALUES ('insert')",
    "switch triggers off": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "drop": "DROP TABLE {table}",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", HISTORY_STATEMENTS.values(), ids=HISTORY_STATEMENTS.keys())
def test_history_cannot_be_touched(statement: str) -> None:
    for table in event_tables():
        message = refused(statement.format(table=f'"{table}"'))
        assert "permission denied" in message or "must be owner" in message, (table, message)


@pytest.mark.django_db
def test_history_can_be_read() -> None:
    assert run("SELECT count(*) FROM accounts_userevent") > [(0,)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "ALTER TABLE {table} DISABLE TRIGGER USER",
        "TRUNCATE {table} CASCADE",
        "DROP TABLE {table} CASCADE",
        "CREATE TRIGGER mine BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION dermis_refuse_truncate()",
        "CREATE RULE quiet AS ON UPDATE TO {table} DO INSTEAD NOTHING",
    ],
)
def test_the_tracking_of_a_table_cannot_be_switched_off(statement: str) -> None:
    for table in tracked_tables():
        message = refused(statement.format(table=f'"{table}"'))
        assert "permission denied" in message or "must be owner" in message, (table, message)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE dermis_owner",
        "SET SESSION AUTHORIZATION dermis_owner",
        "CREATE TABLE public.mine (n int)",
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS boolean LANGUAGE sql"
        " AS $$ SELECT true $$",
        "DROP FUNCTION public._pgtrigger_should_ignore(name) CASCADE",
        "ALTER ROLE current_user SUPERUSER",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_role_cannot_raise_itself(statement: str) -> None:
    assert any(word in refused(statement) for word in ("permission denied", "must be owner", "must be superuser"))


@pytest.mark.django_db
def test_the_application_role_owns_nothing_and_is_no_superuser() -> None:
    ((role, is_super, bypasses, makes_roles, makes_databases),) = run(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert (role, is_super, bypasses, makes_roles, makes_databases) == ("dermis_app", False, False, False, False)
    owned = run(
        "SELECT relname FROM pg_class WHERE relowner = current_user::regrole AND relpersistence = 'p'"
        " UNION SELECT proname FROM pg_proc WHERE proowner = current_user::regrole"
        " UNION SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole"
        " UNION SELECT datname FROM pg_database WHERE datdba = current_user::regrole"
    )
    assert owned == []
    assert run("SELECT pg_has_role(current_user, 'dermis_owner', 'MEMBER')") == [(False,)]


def owner() -> psycopg.Connection:
    """The role that migrates, in the database of this test."""
    name = connection.settings_dict["NAME"]
    address = database.environ.Env.db_url_config(database.owner_url(name))
    keys = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    return psycopg.connect(
        **{ours: address[theirs] for theirs, ours in keys.items() if address.get(theirs)}, autocommit=True
    )


def test_even_the_owner_cannot_empty_a_tracked_table_or_its_history(committed_db: None) -> None:
    with owner() as session:
        for table in (*tracked_tables(), *event_tables()):
            with pytest.raises(psycopg.Error, match="cannot be truncated"):
                session.execute(f'TRUNCATE "{table}" CASCADE')
    assert User.objects.filter(username="dermis.system").exists()


def test_even_the_owner_cannot_change_or_remove_history(committed_db: None) -> None:
    with owner() as session:
        for statement in ("UPDATE accounts_userevent SET full_name = 'X'", "DELETE FROM accounts_userevent"):
            with pytest.raises(psycopg.Error, match="append_only"):
                session.execute(statement)


@pytest.mark.parametrize(
    "write",
    [
        lambda user: user.delete(),
        lambda user: User.objects.filter(pk=user.pk).delete(),
        lambda user: run("DELETE FROM accounts_user WHERE id = %s", user.pk),
    ],
    ids=["by the row", "by a query", "by raw SQL"],
)
def test_an_account_is_never_deleted(db: None, write: Callable[[User], Any]) -> None:
    user = UserFactory()
    with (
        pytest.raises(DatabaseError, match=r"Cannot delete|account_is_never_deleted"),
        transaction.atomic(),
        acting(by=system(), reason="Left the hospital"),
    ):
        write(user)
    assert User.objects.filter(pk=user.pk).exists()


def test_a_sign_in_name_is_never_changed(db: None) -> None:
    user = UserFactory(username="wang.li")
    with pytest.raises(DatabaseError), transaction.atomic(), acting(by=system(), reason="Married"):
        User.objects.filter(pk=user.pk).update(username="li.wang")
    user.refresh_from_db()
    assert user.username == "wang.li"


def test_a_sign_in_name_is_not_given_twice_in_another_case(db: None) -> None:
    UserFactory(username="wang.li")
    with pytest.raises(DatabaseError), transaction.atomic(), acting(by=system(), reason="New"):
        User.objects.create(username="Wang.Li", full_name="Another", email="a@example.invalid")


@pytest.mark.parametrize("column", ["files", "content_hash", "version"])
def test_the_content_of_a_stored_protocol_cannot_change(trial: Trial, column: str) -> None:
    value: Any = {"protocol.toml": ""} if column == "files" else "2"
    with pytest.raises(DatabaseError), transaction.atomic(), acting(by=system(), reason="Correction"):
        ProtocolVersion.objects.filter(trial=trial).update(**{column: value})


def test_a_stored_protocol_cannot_be_deleted(trial: Trial) -> None:
    with (
        pytest.raises(DatabaseError, match="Cannot delete"),
        transaction.atomic(),
        acting(by=system(), reason="Not needed"),
    ):
        ProtocolVersion.objects.filter(trial=trial).delete()


def test_a_delegation_cannot_be_deleted(site: Site, coordinator: User) -> None:
    with (
        pytest.raises(DatabaseError, match="Cannot delete"),
        transaction.atomic(),
        acting(by=system(), reason="Mistake"),
    ):
        coordinator.delegations.all().delete()
