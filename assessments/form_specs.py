"""The declaration of a form. Entry page, review page, completeness, dictionary and exports all follow from it.

Labels, code lists, limits and decimal places stand in the model; the spec says what the model cannot: order, grouping,
units, CDASH names, what is required, what is derived, checked and published.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from clinical.laboratory.reference_range import ReferenceRange
from protocols.catalogue import Fact
from protocols.schema import DEFAULT_PGA_LEVELS

if TYPE_CHECKING:
    from assessments.form_data import FormData, RowData

Answers = tuple[tuple[Any, str | Promise], ...]
"""A code list: codes and what they mean, in order."""

Values = Mapping[str, Any]
"""Item values by field name; None where an item has no value.

A repeating group stands under its own name as a tuple of rows. A row is again such a mapping; it knows its key under
`ROW_KEY`.
"""

ROW_KEY = "row_key"


@dataclass(frozen=True)
class KnownRange:
    """The normal range of an analyte at the subject's site, for this subject: in the standard unit of the analyte, and
    the unit that the laboratory reports in."""

    standard: ReferenceRange
    unit: str


def no_ranges(_day: date) -> Mapping[str, KnownRange]:
    return {}


@dataclass(frozen=True)
class FormContext:
    """What the rules of a form may know beyond its own items.

    `here` holds the newest findings of the same visit, `baseline` those of the last day on or before the first infusion
    (pre-dose on the day itself), both by fact code and without the form's own. `dose_mg_low` and `dose_mg_high` limit
    one dose of the subject's arm, both allowed; None where the arm is not dosed in milligrams or not known. `clearance`
    is what was confirmed before the infusion, and what the register knows of its lot; empty where there is none.
    `panels` holds the keys of the lines that the protocol asks, by form. `ranges_on` gives, for a day of sampling, the
    normal ranges of the site that fit the subject, by analyte. `first_treatment_on` is None until the subject is
    treated. `previous` holds the newest number of each fact from an earlier day, with that day. `pga_levels` is the
    scale of the global assessment that the protocol uses.
    """

    consent_on: date
    visit_on: date
    cells_per_kg: int | None = None
    dose_mg_low: int | None = None
    dose_mg_high: int | None = None
    clearance: Mapping[str, Any] = field(default_factory=dict)
    panels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges_on: Callable[[date], Mapping[str, KnownRange]] = no_ranges
    first_treatment_on: date | None = None
    here: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, tuple[Decimal, date]] = field(default_factory=dict)
    pga_levels: int = DEFAULT_PGA_LEVELS


class Severity(StrEnum):
    """A hard check refuses; a soft check asks for confirmation when the form is completed."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True)
class Objection:
    """What an edit check has against the values: what is odd, compared with what, and at which items."""

    code: str
    severity: Severity
    message: str | Promise
    items: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One question of a form. `name` is the model field; `cdash` its CDASH or SDTM name, empty where there is none.

    `required_if` narrows `required` to forms whose values it is true of, such as a day that only a past event has.
    An item whose `shown_if` is not true of the values is not asked: it is hidden while it is empty, never required, and
    a value that it has is kept, flagged, and left out of everything that is worked out. In a repeating group both are
    asked of the values of the row, what is derived from them included. `choices_of` gives the (value, label) pairs that
    a line of this key may take, where lines differ in them; one of them is always chosen. `line_mm` is the length of
    the line that the answer marks on paper; 0: no line.
    """

    name: str
    cdash: str = ""
    unit: str | Promise = ""
    hint: str | Promise = ""
    required: bool = True
    may_be_missing: bool = True
    required_if: Callable[[Values], bool] | None = None
    shown_if: Callable[[Values], bool] | None = None
    line_mm: int = 0
    choices_of: Callable[[str], tuple[tuple[str, str], ...]] | None = None

    @property
    def is_always_required(self) -> bool:
        """Whether no complete form may do without a value or a coded reason."""
        return self.required and self.required_if is None and self.shown_if is None

    def is_asked(self, values: Values) -> bool:
        """Whether the question belongs to a form, or a row, with these values."""
        return self.shown_if is None or self.shown_if(values)

    def is_required(self, values: Values) -> bool:
        """Whether a form with these values is complete only with a value, or a coded reason, here."""
        return self.required and self.is_asked(values) and (self.required_if is None or self.required_if(values))


@dataclass(frozen=True)
class ItemGroup:
    """Items that stand together under a heading; `in_rows` puts short labels beside their answers where there is
    room, `in_grid` makes them a row of the form's grid."""

    title: str | Promise
    items: tuple[Item, ...]
    hint: str | Promise = ""
    in_rows: bool = False
    in_grid: bool = False


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

    @property
    def keys_on_paper(self) -> tuple[str, ...]:
        """The lines that the form brings along for no subject in particular; none where people add them."""
        nobody = FormContext(consent_on=date.min, visit_on=date.min)
        return self.keys(nobody) if self.keys is not None else ()

    def address(self, key: str, name: str) -> str:
        """Where one item of one line stands in the form."""
        return f"{self.name}-{key}-{name}"

    def item(self, name: str) -> Item:
        """The item of this name; raises KeyError when a line has none."""
        return {item.name: item for item in self.items}[name]

    def column(self, name: str) -> Any:
        """The model field of an item or a derived value of a line."""
        return self.model._meta.get_field(name)


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


def is_empty(value: Any) -> bool:
    """Whether an item has no value: nothing typed. Zero and "no" are values."""
    return value is None or value == ""
