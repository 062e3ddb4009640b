"""Sweeps: keep the reminders of one kind as the record is now, in one statement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from notifications.models import LastRun, Reminder
from notifications.services.runs import record_run

# Withdraws what nobody expects any more, renews the facts of what stands, brings back what is expected again, and adds
# what is new: all of them see the same state of the record. Only what stands is compared with what is expected, so what
# was withdrawn over the years costs nothing. Two sweeps that insert wait for each other in the same order.
_KEEP = """
WITH difference AS MATERIALIZED (
    SELECT standing.id AS standing_id, expected.*
    FROM ({expected}) AS expected
    FULL JOIN (SELECT * FROM {reminder} WHERE kind = %s AND withdrawn_at IS NULL) AS standing
        ON standing.recipient_id = expected.recipient_id AND standing.topic = expected.topic
        AND standing.stage = expected.stage AND standing.occasion = expected.occasion
    WHERE standing.id IS NULL OR expected.topic IS NULL OR standing.facts <> expected.facts
),
gone AS (
    UPDATE {reminder} AS told SET withdrawn_at = %s
    FROM difference
    WHERE told.id = difference.standing_id AND difference.topic IS NULL
    RETURNING told.id
),
renewed AS (
    UPDATE {reminder} AS told SET facts = difference.facts
    FROM difference
    WHERE told.id = difference.standing_id AND difference.topic IS NOT NULL
        AND told.kind = %s AND told.withdrawn_at IS NULL
),
back AS (
    UPDATE {reminder} AS told SET withdrawn_at = NULL, facts = difference.facts
    FROM difference
    WHERE difference.standing_id IS NULL
        AND told.recipient_id = difference.recipient_id AND told.topic = difference.topic
        AND told.stage = difference.stage AND told.occasion = difference.occasion
),
added AS (
    INSERT INTO {reminder}
        (kind, topic, stage, occasion, recipient_id, trial_id, site_id, facts, is_late, told_at)
    SELECT %s, topic, stage, occasion, recipient_id, trial_id, site_id, facts, is_late, %s FROM difference
    WHERE standing_id IS NULL AND NOT EXISTS (
        SELECT FROM {reminder} AS told
        WHERE told.recipient_id = difference.recipient_id AND told.topic = difference.topic
            AND told.stage = difference.stage AND told.occasion = difference.occasion
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
        cursor.execute(statement, [*rows.parameters, kind, now, kind, kind, now])
        told, withdrawn = cursor.fetchone()
    record_run(kind, now, told=told, withdrawn=withdrawn)
    return Outcome(told, withdrawn)
