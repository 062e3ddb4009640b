"""Every table of the trial is tracked, and the database itself keeps its history."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from accounts.models import User
from audit.hardening import event_tables, tracked_tables
from audit.history import BOOKKEEPING, event_model
from patients.models import SubjectIdentity

CLINICAL_APPS = ("accounts", "signatures", "trials", "patients", "assessments", "safety", "exports")
NOT_A_RECORD_OF_THE_TRIAL = {
    "assessments.FormDraft",
    "notifications.Reminder",
    "notifications.Mail",
    "notifications.MutedKind",
    "notifications.LastRun",
}
"""Kept by Dermis but not tracked: a reminder repeats what the record says, and what somebody typed and has not saved is
no part of it yet."""


def our_models() -> list[type[models.Model]]:
    """Concrete models of Dermis, without the history tables."""
    found = [m for m in apps.get_models() if m._meta.app_label in (*CLINICAL_APPS, "notifications", "workspace")]
    return [m for m in found if not hasattr(m, "pgh_tracked_model")]


def clinical_models() -> list[type[models.Model]]:
    return [m for m in our_models() if m._meta.label not in NOT_A_RECORD_OF_THE_TRIAL]


def rows(sql: str, *arguments: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return {row[0] for row in cursor.fetchall()}


def test_no_table_of_dermis_is_outside_both_lists() -> None:
    untracked = {m._meta.label for m in our_models() if m._meta.db_table not in tracked_tables()}
    assert untracked == NOT_A_RECORD_OF_THE_TRIAL


def test_the_list_of_audited_models_is_not_empty_by_mistake() -> None:
    labels = {model._meta.label for model in clinical_models()}
    assert {
        "patients.Subject",
        "assessments.Pasi",
        "safety.AdverseEvent",
        "accounts.User",
        "exports.ExportRecord",
    } <= labels


@pytest.mark.parametrize("model", clinical_models(), ids=lambda m: m._meta.label)
def test_history_holds_every_field_but_those_named_as_secret(model: Any) -> None:
    kept = {field.name for field in event_model(model)._meta.fields} - BOOKKEEPING
    left_out = {field.name for field in model._meta.fields} - kept
    assert left_out == set(getattr(model, "audit_excludes", ()))


def test_only_the_password_hash_and_the_last_sign_in_are_left_out_of_history() -> None:
    left_out = {m._meta.label: set(m.audit_excludes) for m in clinical_models() if hasattr(m, "audit_excludes")}
    assert left_out == {"accounts.User": {"password", "last_login"}}
    assert "password" not in {field.name for field in event_model(User)._meta.fields}


def test_contact_details_have_a_history() -> None:
    assert {"initials", "phone", "email"} <= {field.name for field in event_model(SubjectIdentity)._meta.fields}


@pytest.mark.django_db
@pytest.mark.parametrize("model", clinical_models(), ids=lambda m: m._meta.label)
def test_the_database_tracks_every_insert_update_and_delete(model: Any) -> None:
    triggers = rows(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'", model._meta.db_table
    )
    for kind in ("insert_insert", "update_update", "delete_delete"):
        assert any(name.startswith(f"pgtrigger_{kind}") for name in triggers), (kind, sorted(triggers))
    assert "dermis_refuse_truncate" in triggers


@pytest.mark.django_db
@pytest.mark.parametrize("table", event_tables())
def test_each_history_table_is_append_only_and_demands_user_and_reason(table: str) -> None:
    triggers = rows("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'", table)
    assert any(name.startswith("pgtrigger_append_only") for name in triggers), sorted(triggers)
    assert "dermis_refuse_truncate" in triggers
    checks = rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", table
    )
    assert any("user" in check and "number" in check for check in checks), checks
    assert any("reason" in check and "insert" in check for check in checks), checks
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'pgh_context'", [table]
        )
        assert cursor.fetchone() == (True,)
