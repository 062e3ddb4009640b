"""Repeating groups, and what is worked out in them and in the form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from assessments.form_specs.context import FormContext
from assessments.form_specs.items import Item
from assessments.form_specs.values import Values

if TYPE_CHECKING:
    from assessments.form_data import RowData


@dataclass(frozen=True)
class Derived:
    """A value worked out from the items and stored with them; a headline is shown live even where room is scarce.

    In a repeating group `unit_of` gives the unit by the key of the line, and what is not `in_entry` is left to the
    review page.
    """

    name: str
    cdash: str = ""
    unit: str | Promise = ""
    is_headline: bool = False
    unit_of: Callable[[str], str] | None = None
    in_entry: bool = True

    def unit_at(self, key: str) -> str | Promise:
        """The unit in the line of this key."""
        return self.unit if self.unit_of is None else self.unit_of(key)


def derives_no_more(_row: Values, _values: Values, _context: FormContext) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class RowGroup:
    """A repeating group: lines of the same items, each stored as a row of `model` under the form.

    `keys` names the lines that the form brings along, such as the analytes of a panel, in their order; without it
    people add lines as they need them, numbered from 1. `label` is what people call the line of a key. `derive` returns
    a value, or None, for every derived name, from the row, the items of the form and the context; it never raises on
    incomplete values. Where `shown_if` is not true of the form's values no line is asked for. `in_table` puts the lines
    below each other as a table where there is room.
    """

    name: str
    title: str | Promise
    model: type["RowData"]
    items: tuple[Item, ...]
    label: Callable[[str], str | Promise]
    keys: Callable[[FormContext], tuple[str, ...]] | None = None
    derived: tuple[Derived, ...] = ()
    derive: Callable[[Values, Values, FormContext], dict[str, Any]] = derives_no_more
    hint: str | Promise = ""
    add_label: str | Promise = ""
    shown_if: Callable[[Values], bool] | None = None
    in_table: bool = False

    @property
    def derived_in_entry(self) -> tuple[Derived, ...]:
        """The derived values that the entry page shows."""
        return tuple(derived for derived in self.derived if derived.in_entry)

    def is_asked(self, values: Values) -> bool:
        """Whether a form with these values asks for lines at all."""
        return self.shown_if is None or self.shown_if(values)

    def keys_brought(self, context: FormContext) -> tuple[str, ...]:
        """The lines that the form brings along; none where people add them."""
        return self.keys(context) if self.keys is not None else ()

    def address(self, key: str, name: str) -> str:
        """Where one item of one line stands in the form."""
        return f"{self.name}-{key}-{name}"

    def item(self, name: str) -> Item:
        """The item of this name; raises KeyError when a line has none."""
        return {item.name: item for item in self.items}[name]

    def column(self, name: str) -> Any:
        """The model field of an item or a derived value of a line."""
        return self.model._meta.get_field(name)
