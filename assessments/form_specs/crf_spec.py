"""One instrument, declared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from assessments.form_specs.checks import Objection
from assessments.form_specs.context import FormContext
from assessments.form_specs.items import Item, ItemGroup
from assessments.form_specs.rows import Derived, RowGroup
from assessments.form_specs.values import Answers, Values
from protocols.catalogue import Fact

if TYPE_CHECKING:
    from assessments.form_data import FormData


@dataclass(frozen=True)
class Publication:
    """A fact that the form publishes as a finding once it is complete, from the item or derived value `name`.

    With `rows` and `key` it is that of one line of a repeating group. `label` is what people call the fact, where that
    is not the label of the item.
    """

    fact: Fact
    name: str
    rows: str = ""
    key: str = ""
    label: str | Promise = ""

    @property
    def address(self) -> str:
        """Where the value stands in the form."""
        return f"{self.rows}-{self.key}-{self.name}" if self.rows else self.name


def derives_nothing(_values: Values, _context: FormContext) -> dict[str, Any]:
    return {}


def checks_nothing(_values: Values, _context: FormContext) -> list[Objection]:
    return []


def compares_nothing(_values: Values, _context: FormContext) -> dict[str, Any]:
    return {}


def answers_as_declared(_name: str, _source: "FormContext | FormData") -> None:
    return None


def prefills_nothing(_context: FormContext) -> dict[str, Any]:
    return {}


def collected_when_assessed(_values: Values) -> date | None:
    return None


@dataclass(frozen=True)
class CrfSpec:
    """One instrument: its model, its items and the pure functions over them.

    `derive` returns a value, or None, for every derived name, and never raises on incomplete values. `check` looks at
    whatever values there are. `prefill` proposes values for a form that is not started; `compare`
    says for the live values how they stand against the baseline. `answers` gives the code list of an item where it is
    not simply that of the model: by the context while a form is entered, by the stored form when it is read.
    `is_treatment` marks the form whose first completion at the anchor visit starts the subject's treatment;
    `needs_clearance` one that two persons clear before it starts; `needs_ranges` one that compares with the normal
    ranges of the site. `is_wide` gives the entry page the whole width, as tables need it. With `grid_heads` the item
    groups that are `in_grid` are the rows of a grid, and these the heads of its columns. `collected_on` is the day on
    which the published results were collected; None: that of the assessment. `panel` holds the keys of lines that a
    protocol may choose from; where `needs_panel` it has to. `retired` are columns that earlier versions filled: they
    keep what they hold, and nothing asks for them.
    """

    code: str
    domain: str
    title: str | Promise
    model: type["FormData"]
    groups: tuple[ItemGroup | RowGroup, ...]
    derived: tuple[Derived, ...] = ()
    derive: Callable[[Values, FormContext], dict[str, Any]] = derives_nothing
    check: Callable[[Values, FormContext], list[Objection]] = checks_nothing
    prefill: Callable[[FormContext], dict[str, Any]] = prefills_nothing
    publishes: tuple[Publication, ...] = ()
    compare: Callable[[Values, FormContext], dict[str, Any]] = compares_nothing
    answers: Callable[[str, "FormContext | FormData"], Answers | None] = answers_as_declared
    is_treatment: bool = False
    needs_clearance: bool = False
    needs_ranges: bool = False
    collected_on: Callable[[Values], date | None] = collected_when_assessed
    panel: tuple[str, ...] = ()
    needs_panel: bool = False
    retired: tuple[str, ...] = ()
    is_wide: bool = False
    grid_heads: tuple[str | Promise, ...] = ()
    entry_template: str = "assessments/entry_items.html"
    live_template: str = "assessments/live_values.html"

    @property
    def items(self) -> tuple[Item, ...]:
        """The items outside repeating groups."""
        return tuple(item for group in self.groups if isinstance(group, ItemGroup) for item in group.items)

    @property
    def row_groups(self) -> tuple[RowGroup, ...]:
        """The repeating groups."""
        return tuple(group for group in self.groups if isinstance(group, RowGroup))

    def item(self, name: str) -> Item:
        """The item of this name; raises KeyError when the form has none."""
        return {item.name: item for item in self.items}[name]

    def rows(self, name: str) -> RowGroup:
        """The repeating group of this name; raises KeyError when the form has none."""
        return {group.name: group for group in self.row_groups}[name]

    def split(self, address: str) -> tuple[RowGroup | None, str, str]:
        """(repeating group, key of the line, name) of an address; (None, "", name) outside repeating groups."""
        name, _, rest = address.partition("-")
        if not rest:
            return None, "", name
        key, _, item = rest.rpartition("-")
        return self.rows(name), key, item

    def item_at(self, address: str) -> Item:
        """The item at an address; raises KeyError when there is none."""
        group, _key, name = self.split(address)
        return self.item(name) if group is None else group.item(name)

    def column(self, address: str) -> Any:
        """The model field of an item or a derived value."""
        group, _key, name = self.split(address)
        return self.model._meta.get_field(name) if group is None else group.column(name)

    def label(self, address: str) -> str:
        """What people call an item or a derived value; that of a line begins with the line."""
        group, key, name = self.split(address)
        if group is None:
            return str(self.column(name).verbose_name)
        return f"{group.label(key)}: {group.column(name).verbose_name}"

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(publication.fact for publication in self.publishes)
