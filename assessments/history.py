"""The history of a form and of its lines, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from assessments.form_data import FormData
from assessments.form_engine import display
from assessments.form_specs import CrfSpec
from audit.history import Change, changes, changes_where

TECHNICAL = frozenset({"row_version", "visit", "assessed_by", "form", "row_key", "position"})
"""Columns that history does not show: the person stands beside every change."""


@dataclass(frozen=True)
class HistoryRow:
    """One change of one value: `address` is the item, or the bookkeeping of the form, that changed."""

    change: Change
    address: str
    label: str
    before: str
    after: str

    @property
    def reason(self) -> str:
        """Why: the reason of this item, else the one for all changes of the moment."""
        return self.change.reason_for(self.address)


def history_rows(spec: CrfSpec, form: FormData, address: str = "") -> list[HistoryRow]:
    """Every change of the form and its lines, or of one address, oldest first; raises LookupError, or
    FieldDoesNotExist, for an address that the form does not have."""
    if address:
        group, key, name = spec.split(address)
        if group is None:
            spec.column(name)
            found = _own(spec, form, [name])
        else:
            group.column(name)
            found = _of_lines(spec, form, group, [name], row_key=key)
        return list(found)
    rows = [*_own(spec, form, None)]
    for group in spec.row_groups:
        rows += _of_lines(spec, form, group, None)
    return sorted(rows, key=attrgetter("change.at"))


def _own(spec: CrfSpec, form: FormData, names: list[str] | None) -> Iterator[HistoryRow]:
    for change in changes(form, names):
        if _is_shown(change):
            yield _row(spec, change, change.field, form)


def _of_lines(
    spec: CrfSpec, form: FormData, group: Any, names: list[str] | None, **condition: Any
) -> Iterator[HistoryRow]:
    for change in changes_where(group.model, names, form_id=form.pk, **condition):
        if _is_shown(change):
            yield _row(spec, change, group.address(change.row.row_key, change.field), form)


def _row(spec: CrfSpec, change: Change, address: str, form: FormData) -> HistoryRow:
    before, after = (display(spec, address, value, form) for value in (change.before, change.after))
    return HistoryRow(change, address, spec.label(address), before, after)


def _is_shown(change: Change) -> bool:
    return change.field not in TECHNICAL and not (_is_blank(change.before) and _is_blank(change.after))


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", {})
