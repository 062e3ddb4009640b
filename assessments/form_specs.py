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

from protocols.catalogue import Fact
from protocols.schema import DEFAULT_PGA_LEVELS

if TYPE_CHECKING:
    from assessments.form_data import FormData

Answers = tuple[tuple[Any, str | Promise], ...]
"""A code list: codes and what they mean, in order."""

Values = Mapping[str, Any]
"""Item values by field name; None where an item has no value."""


@dataclass(frozen=True)
class FormContext:
    """What the rules of a form may know beyond its own items.

    `here` holds the newest findings of the same visit, `baseline` those of the last day on or before the first infusion
    (pre-dose on the day itself), both by fact code and without the form's own. `dose_mg_low` and `dose_mg_high` limit
    one dose of the subject's arm, both allowed; None where the arm is not dosed in milligrams or not known. `previous`
    holds the newest number of each fact from an earlier day, with that day. `pga_levels` is the scale of the global
    assessment that the protocol uses.
    """

    consent_on: date
    visit_on: date
    cells_per_kg: int | None = None
    dose_mg_low: int | None = None
    dose_mg_high: int | None = None
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
    """

    name: str
    cdash: str = ""
    unit: str | Promise = ""
    hint: str | Promise = ""
    required: bool = True
    may_be_missing: bool = True
    required_if: Callable[[Values], bool] | None = None

    @property
    def is_always_required(self) -> bool:
        """Whether no complete form may do without a value or a coded reason."""
        return self.required and self.required_if is None

    def is_required(self, values: Values) -> bool:
        """Whether a form with these values is complete only with a value, or a coded reason, here."""
        return self.required and (self.required_if is None or self.required_if(values))


@dataclass(frozen=True)
class ItemGroup:
    """Items that stand together under a heading; `in_rows` puts short labels beside their answers where there is
    room."""

    title: str | Promise
    items: tuple[Item, ...]
    hint: str | Promise = ""
    in_rows: bool = False


@dataclass(frozen=True)
class Derived:
    """A value worked out from the items and stored with them; a headline is shown live even where room is scarce."""

    name: str
    cdash: str = ""
    unit: str | Promise = ""
    is_headline: bool = False


@dataclass(frozen=True)
class Publication:
    """A fact that the form publishes as a finding once it is complete, from the item or derived value `name`."""

    fact: Fact
    name: str


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


@dataclass(frozen=True)
class CrfSpec:
    """One instrument: its model, its items and the pure functions over them.

    `derive` returns a value, or None, for every derived name, and never raises on incomplete values. `check` looks at
    whatever values there are. `prefill` proposes values for a form that is not started; `compare`
    says for the live values how they stand against the baseline. `answers` gives the code list of an item where it is
    not simply that of the model: by the context while a form is entered, by the stored form when it is read.
    `is_treatment` marks the form whose first completion at the anchor visit starts the subject's treatment.
    """

    code: str
    domain: str
    title: str | Promise
    model: type["FormData"]
    groups: tuple[ItemGroup, ...]
    derived: tuple[Derived, ...] = ()
    derive: Callable[[Values, FormContext], dict[str, Any]] = derives_nothing
    check: Callable[[Values, FormContext], list[Objection]] = checks_nothing
    prefill: Callable[[FormContext], dict[str, Any]] = prefills_nothing
    publishes: tuple[Publication, ...] = ()
    compare: Callable[[Values, FormContext], dict[str, Any]] = compares_nothing
    answers: Callable[[str, "FormContext | FormData"], Answers | None] = answers_as_declared
    is_treatment: bool = False
    entry_template: str = "assessments/entry_items.html"
    live_template: str = "assessments/live_values.html"

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for group in self.groups for item in group.items)

    def item(self, name: str) -> Item:
        """The item of this name; raises KeyError when the form has none."""
        found = {item.name: item for item in self.items}
        return found[name]

    def column(self, name: str) -> Any:
        """The model field of an item or a derived value."""
        return self.model._meta.get_field(name)

    def label(self, name: str) -> str:
        """What people call an item or a derived value."""
        return str(self.column(name).verbose_name)

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(publication.fact for publication in self.publishes)


def missing_items(spec: CrfSpec, values: Values, reasons: Mapping[str, str]) -> list[str]:
    """Names of required items that have neither a value nor a coded reason why not."""
    return [
        item.name
        for item in spec.items
        if item.is_required(values)
        and is_empty(values.get(item.name))
        and not (item.may_be_missing and reasons.get(item.name))
    ]


def is_empty(value: Any) -> bool:
    """Whether an item has no value: nothing typed. Zero and "no" are values."""
    return value is None or value == ""
