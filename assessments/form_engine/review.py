"""Stored values as people read them: the review page, and two versions of a form side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.fields import Measured
from assessments.form_data import FormData, MissingReason, RowData
from assessments.form_specs import CrfSpec, Derived, FormContext, Item, ItemGroup, RowGroup, is_empty
from assessments.form_values import Version, changed_addresses, kept_unasked, not_asked, stored_values
from clinical.numbers import plain

StoredRows = Mapping[str, Sequence[RowData]]
"""Stored lines by repeating group."""

NO_VALUE = "—"


@dataclass(frozen=True)
class ReviewRow:
    """One line of the review page; `name` is its address. `is_kept` marks a value that is not asked any more."""

    name: str
    label: str
    value: str
    unit: str
    is_derived: bool = False
    is_kept: bool = False
    head: str = ""


@dataclass(frozen=True)
class ReviewGroup:
    """Lines that stand together."""

    title: str
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True)
class ReviewTable:
    """A repeating group: the heads of its columns, and each line with its label and cells."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, tuple[ReviewRow, ...]], ...]

    @property
    def span(self) -> int:
        """The number of columns, the labels included."""
        return len(self.heads) + 1


def review_groups(spec: CrfSpec, form: FormData, rows: StoredRows | None = None) -> list[ReviewGroup | ReviewTable]:
    """A stored form as people read it: items in groups, lines in tables, then what was derived from them."""
    reader = _Reader(spec, form, rows or {})
    groups = [reader.group(group) if isinstance(group, ItemGroup) else reader.table(group) for group in spec.groups]
    derived = tuple(reader.row(d.name, form, d.name, d.unit, is_derived=True) for d in spec.derived)
    if derived:
        groups.append(ReviewGroup(_("Calculated"), derived))
    return [group for group in groups if group is not None]


class _Reader:
    """One stored form, with what its answers make of it."""

    def __init__(self, spec: CrfSpec, form: FormData, rows: StoredRows) -> None:
        values = stored_values(spec, form, rows)
        self.spec, self.form, self.rows = spec, form, rows
        self.values = values
        self.kept = set(kept_unasked(spec, values))
        self.left_out = not_asked(spec, values) - self.kept

    def group(self, group: ItemGroup) -> ReviewGroup | None:
        """The items of a group without those that are not asked; None when none is left."""
        asked = [item for item in group.items if item.name not in self.left_out]
        rows = tuple(self.row(item.name, self.form, item.name, item.unit) for item in asked)
        return ReviewGroup(str(group.title), rows) if rows else None

    def table(self, group: RowGroup) -> ReviewTable | None:
        """The lines of a repeating group; None when the answers ask for none and there is none."""
        stored = self.rows.get(group.name, ())
        if not stored and not group.is_asked(self.values):
            return None
        columns: list[Any] = [*group.items, *group.derived]
        lines = tuple(
            (
                str(group.label(line.row_key)),
                tuple(
                    self.row(group.address(line.row_key, column.name), line, column.name, _unit(column, line.row_key))
                    for column in columns
                ),
            )
            for line in stored
        )
        heads = tuple(str(group.column(column.name).verbose_name) for column in columns)
        return ReviewTable(str(group.title), heads, lines)

    def row(self, address: str, holder: Any, name: str, unit: Any, *, is_derived: bool = False) -> ReviewRow:
        """One value with its label; a coded reason where there is none."""
        label, value = self.spec.label(address), getattr(holder, name)
        head = str(self.spec.column(address).verbose_name)
        if is_empty(value):
            reason = (self.form.missing or {}).get(address)
            text = reason_in_words(reason) if reason else NO_VALUE
            return ReviewRow(address, label, text, "", is_derived, head=head)
        text = display(self.spec, address, value, self.form)
        return ReviewRow(address, label, text, str(unit), is_derived, address in self.kept, head)


def _unit(column: Item | Derived, key: str) -> Any:
    return column.unit_at(key) if isinstance(column, Derived) else column.unit


def display(spec: CrfSpec, name: str, value: Any, source: FormContext | FormData | None = None) -> str:
    """A value in words: coded values with their meaning, moments in the active time zone, numbers as stored or, where
    their decimals vary, without idle zeros.

    `source` tells which code list holds, where a form has several for an item.
    """
    field = spec.column(name)
    if is_empty(value):
        return NO_VALUE
    if field.choices:
        own = spec.answers(name, source) if source is not None else None
        meaning = dict(own or field.flatchoices).get(value, value)
        return f"{value} · {meaning}" if isinstance(value, int) else str(meaning)
    if hasattr(value, "astimezone"):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(field, Measured):
        return plain(value)
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    return str(value)


@dataclass(frozen=True)
class Difference:
    """One item that two versions of a form say different things of, in words."""

    address: str
    label: str
    stored: str
    typed: str


def differences(
    spec: CrfSpec, stored: Version, typed: Version, source: FormContext | FormData | None = None
) -> list[Difference]:
    """Every item of the form and its lines, and the day of assessment, of which the typed version says something
    else. `source` as in `display`."""
    return [
        Difference(address, spec.label(address), *(_in_words(spec, one, address, source) for one in (stored, typed)))
        for address in changed_addresses(spec, stored, typed)
    ]


def _in_words(spec: CrfSpec, version: Version, address: str, source: FormContext | FormData | None) -> str:
    value, reason = version.said_at(spec, address)
    return reason_in_words(reason) if reason else display(spec, address, value, source)


def reason_in_words(reason: str) -> str:
    """A coded reason for no value."""
    return str(dict(MissingReason.choices).get(reason, reason))
