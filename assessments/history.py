"""The history of a form and of its lines, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from assessments.form_data import FormData
from assessments.form_engine import NO_VALUE, display, reason_in_words
from assessments.form_specs import CrfSpec
from assessments.form_values import Version, stored_values
from audit.history import Change, changes, changes_where, event_model

TECHNICAL = frozenset(
    {"row_version", "visit", "assessed_by", "form", "row_key", "position", "missing", "confirmed_checks", "wording"}
)
"""Columns that history does not show as they are: the person stands beside every change, reasons and explanations have
rows of their own, the wording at the foot of the page."""


@dataclass(frozen=True)
class HistoryRow:
    """One change of one value: `address` is the item, or the bookkeeping of the form, that changed."""

    change: Change
    address: str
    label: str
    before: str
    after: str
    is_first: bool = False

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
            found = [*_own(spec, form, [name]), *_reasons(spec, form, address)]
        else:
            group.column(name)
            found = [*_of_lines(spec, form, group, [name], row_key=key), *_reasons(spec, form, address)]
        return sorted(found, key=attrgetter("change.at"))
    rows = [*_own(spec, form, None), *_reasons(spec, form)]
    for group in spec.row_groups:
        rows += _of_lines(spec, form, group, None)
    return sorted(rows, key=attrgetter("change.at"))


def _own(spec: CrfSpec, form: FormData, names: list[str] | None) -> Iterator[HistoryRow]:
    for change in changes(form, names):
        if _is_shown(change):
            yield _row(spec, change, change.field, form, is_first=change.action == "insert")


def _of_lines(
    spec: CrfSpec, form: FormData, group: Any, names: list[str] | None, **condition: Any
) -> Iterator[HistoryRow]:
    begun: Any = event_model(spec.model)._default_manager.filter(pgh_obj_id=form.pk, pgh_label="insert").first()
    for change in changes_where(group.model, names, form_id=form.pk, **condition):
        if _is_shown(change):
            # A line that came with the form needed no reason; one that was added later did.
            is_first = begun is not None and change.row.pgh_context_id == begun.pgh_context_id
            address = group.address(change.row.row_key, change.field)
            yield _row(spec, change, address, form, is_first=is_first)


def _reasons(spec: CrfSpec, form: FormData, address: str = "") -> Iterator[HistoryRow]:
    """The coded reasons for no value, one row an item, and the explanations of checks."""
    for change in changes(form, ["missing"] if address else ["missing", "confirmed_checks"]):
        before, after = change.before or {}, change.after or {}
        for key in dict.fromkeys((*before, *after)):
            old, new = before.get(key, ""), after.get(key, "")
            if old == new or (address and key != address):
                continue
            if change.field == "missing":
                old, new, label = reason_in_words(old), reason_in_words(new), spec.label(key)
            else:
                label = str(spec.column(change.field).verbose_name)
            yield HistoryRow(change, key, label, old or NO_VALUE, new or NO_VALUE, change.action == "insert")


def _row(spec: CrfSpec, change: Change, address: str, form: FormData, *, is_first: bool) -> HistoryRow:
    before, after = (display(spec, address, value, form) for value in (change.before, change.after))
    return HistoryRow(change, address, spec.label(address), before, after, is_first)


def version_before(spec: CrfSpec, form: FormData, row_version: int) -> Version | None:
    """What an earlier version of the form said; None where history has none of this number."""
    own: Any = event_model(spec.model)._default_manager
    events = list(own.filter(pgh_obj_id=form.pk, row_version__lte=row_version).order_by("pgh_id"))
    if not events or events[-1].row_version != row_version:
        return None
    # A form and its lines are written together, and every such write is a new version of the form.
    writes = {event.pgh_context_id for event in events}
    rows = {group.name: _lines_after(group, form, writes) for group in spec.row_groups}
    return Version(stored_values(spec, events[-1], rows), events[-1].missing or {}, events[-1].assessed_on)


def _lines_after(group: Any, form: FormData, writes: set[Any]) -> list[Any]:
    events: Any = event_model(group.model)._default_manager.filter(form_id=form.pk, pgh_context_id__in=writes)
    last = {event.pgh_obj_id: event for event in events.order_by("pgh_id")}
    left = [event for event in last.values() if event.pgh_label != "delete"]
    return sorted(left, key=attrgetter("position", "row_key"))


def _is_shown(change: Change) -> bool:
    return change.field not in TECHNICAL and not (_is_blank(change.before) and _is_blank(change.after))


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", {})
