"""Reading history: what a value was before, who changed it, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

BOOKKEEPING = frozenset({"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "pgh_context_id"})


@dataclass(frozen=True)
class Change:
    """One value of one field replaced by another; `before` is None for a first entry.

    `row` is the event that made the change, whose other fields say which row it was; `reasons` are those given for
    single items, by whatever name the writer gave them.
    """

    at: datetime
    by: str
    action: str
    reason: str
    field: str
    before: Any
    after: Any
    row: Any = None
    reasons: Mapping[str, str] = member(default_factory=dict)

    def reason_for(self, address: str) -> str:
        """The reason given for this item alone, else the one given for all changes of the moment."""
        return self.reasons.get(address) or self.reason


def event_model(model: type[models.Model]) -> type[models.Model]:
    """The history table of an audited model; raises LookupError for a model without one."""
    for relation in model._meta.get_fields(include_hidden=True):
        related = getattr(relation, "related_model", None)
        if related is not None and getattr(related, "pgh_tracked_model", None) is model:
            return related
    raise LookupError(f"{model._meta.label} is not audited")


def changes(row: models.Model, fields: list[str] | None = None) -> list[Change]:
    """Every change of the row, oldest first; with `fields`, only of those."""
    return changes_where(type(row), fields, pgh_obj_id=row.pk)


def changes_where(model: type[models.Model], fields: list[str] | None = None, **condition: Any) -> list[Change]:
    """Every change of the rows whose history meets the condition, oldest first, also of rows that were deleted."""
    history = event_model(model)
    wanted = fields or [f.name for f in history._meta.fields if f.name not in BOOKKEEPING and f.name != "id"]
    events: list[Any] = list(history._default_manager.filter(**condition).order_by("pgh_id"))
    names = _names({event.pgh_context["user"] for event in events})
    found: list[Change] = []
    previous: dict[int, Any] = {}
    for event in events:
        found += _differences(previous.get(event.pgh_obj_id), event, wanted, names)
        previous[event.pgh_obj_id] = event
    return found


def _differences(previous: Any, event: Any, fields: list[str], names: dict[int, str]) -> list[Change]:
    found = []
    for name in fields:
        attribute = event._meta.get_field(name).attname
        before = getattr(previous, attribute) if previous is not None else None
        after = None if event.pgh_label == "delete" else getattr(event, attribute)
        if before != after:
            found.append(
                Change(
                    at=event.pgh_created_at,
                    by=names.get(event.pgh_context["user"], "?"),
                    action=event.pgh_label,
                    reason=event.pgh_context.get("reason", ""),
                    field=name,
                    before=before,
                    after=after,
                    row=event,
                    reasons=event.pgh_context.get("reasons", {}),
                )
            )
    return found


def _names(pks: set[int]) -> dict[int, str]:
    return {user.pk: str(user) for user in get_user_model()._default_manager.filter(pk__in=pks)}
