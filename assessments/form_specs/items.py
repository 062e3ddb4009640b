"""The questions of a form."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from assessments.form_specs.values import Values


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
