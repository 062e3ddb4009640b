"""Who writes, and why: the context that the database demands of every write of a tracked row."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _
from pghistory.runtime import _tracker
from psycopg.pq import TransactionStatus

_CLEAR = "SELECT set_config('pghistory.context_metadata', '', true), set_config('pghistory.context_id', '', true)"


@contextmanager
def signed_for(**facts: Any) -> Iterator[None]:
    """Writes inside the block carry these facts (`user`: primary key, `reason`: text, and what else helps a reader).

    Blocks may be nested: the inner facts win inside and are forgotten at its end. pghistory by itself keeps them
    until the outermost block ends, which would let one change borrow the reason of another.
    """
    current = getattr(_tracker, "value", None)
    if current is None:
        try:
            with pghistory.context(**facts):
                yield
        finally:
            _forget()
        return
    before = dict(current.metadata)
    current.metadata.update(facts)
    try:
        yield
    finally:
        current.metadata.clear()
        current.metadata.update(before)


def stated(reason: str) -> str:
    """The reason for a change, trimmed; raises ValidationError (field `reason`) when none is given."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why; the reason is kept with the change.")})
    return reason.strip()


def _forget() -> None:
    """The database keeps the context until the transaction ends, also after an error; what follows must sign for
    itself."""
    if not connection.in_atomic_block or connection.needs_rollback:
        return
    # A transaction that the database has given up takes no statement but its end, and that forgets the context too.
    if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
        with connection.cursor() as cursor:
            cursor.execute(_CLEAR)


@contextmanager
def acting(*, by: Any, reason: str = "") -> Iterator[None]:
    """Writes inside the block are made by this user, for this reason; an empty reason suits first entries only."""
    facts: dict[str, Any] = {"user": by.pk}
    if reason.strip():
        facts["reason"] = reason.strip()
    with signed_for(**facts):
        yield
