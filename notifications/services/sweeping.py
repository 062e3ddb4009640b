"""Sweeps: keep the reminders of one kind as the record is now, in one statement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from notifications.models import LastRun, Reminder
from notifications.services.runs import record_run

# Withdraws what nobody expects any more, brings back what is expected again with the facts as they are now, and adds
# what is new: all three see the same state of the record. Two sweeps that insert wait for each other in the same order.
_KEEP = """
WITH expected AS MATERIALIZED ({expected}),
gone AS (
    UPDATE {reminder} AS told SET withdrawn_at = %s
    WHERE told.kind = %s AND told.withdrawn_at IS NULL AND NOT EXISTS (
        SELECT FROM expected
        WHERE expected.recipient_id = told.recipient_id AND expected.topic = told.topic
            AND expected.stage = told.stage AND expected.occasion = told.occasion
    )
    RETURNING told.id
),
kept AS (
    UPDATE {reminder} AS told SET withdrawn_at = NULL, facts = expected.facts
    FROM expected
    WHERE expected.recipient_id = told.recipient_id AND expected.topic = told.topic
        AND expected.stage = told.stage AND expected.occasion = told.occasion
        AND (told.withdrawn_at IS NOT NULL OR told.facts <> expected.facts)
),
added AS (
    INSERT INTO {reminder}
        (kind, topic, stage, occasion, recipient_id, trial_id, site_id, facts, is_late, told_at)
    SELECT %s, topic, stage, occasion, recipient_id, trial_id, site_id, facts, is_late, %s FROM expected
    WHERE NOT EXISTS (
        SELECT FROM {reminder} AS told
        WHERE told.recipient_id = expected.recipient_id AND told.topic = expected.topic
            AND told.stage = expected.stage AND told.occasion = expected.occasion
    )
    ORDER BY recipient_id, topic, stage, occasion
    ON CONFLICT (recipient_id, topic, stage, occasion) DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM gone)
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('dermis sweep'), hashtext(%s))"


@dataclass(frozen=True)
class Expected:
    """A SELECT of all reminders of a kind that should stand now, with its parameters in order.

    Its columns are topic, stage, occasion, recipient_id, trial_id, site_id (or NULL), facts (jsonb) and is_late; no two
    rows may agree in the first four.
    """

    sql: str
    parameters: Sequence[Any]


@dataclass(frozen=True)
class Outcome:
    """What a sweep changed: how many reminders are new, and how many were withdrawn."""

    told: int = 0
    withdrawn: int = 0


@transaction.atomic
def sweep(kind: str, expected: Callable[[datetime | None], Expected], *, now: datetime) -> Outcome:
    """Make the standing reminders of this kind exactly those that `expected` selects.

    `expected` is given the moment of the sweep before (None: this is the first), so that it can say what is late. A
    sweep can be run again, late, or by several processes: they wait for each other, all or nothing of it happens, and
    one that looks at an earlier moment than the last one changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [kind])
        last = LastRun.objects.filter(name=kind).first()
        if last is not None and last.ran_at > now:
            return Outcome()
        rows = expected(last.ran_at if last else None)
        statement = _KEEP.format(expected=rows.sql, reminder=Reminder._meta.db_table)
        cursor.execute(statement, [*rows.parameters, now, kind, kind, now])
        told, withdrawn = cursor.fetchone()
    record_run(kind, now, told=told, withdrawn=withdrawn)
    return Outcome(told, withdrawn)
