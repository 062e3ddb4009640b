"""A whole form with its lines, as it is typed and sent."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict

from assessments.form_data import RowData
from assessments.form_engine.items import ItemsForm, model_form, names_of, none_if_empty
from assessments.form_engine.lines import RowEntryForm, row_form_class
from assessments.form_specs import ROW_KEY, CrfSpec, FormContext, Objection, RowGroup, is_empty
from assessments.form_values import derived_values, hard, objections, with_worked_lines

if TYPE_CHECKING:
    from assessments.wording.display import Words

KEYS_SUFFIX = "keys"
ADD_PREFIX = "add__"
REMOVE_PREFIX = "remove__"
MOST_ROWS = 60
"""More lines than any record holds (default); what is sent beyond is not looked at."""


class EntryForm(ItemsForm):
    """Base of all entry forms: the items of a spec and, in `rows`, the lines of its repeating groups.

    `stored_rows` are the stored lines by group. Of groups that people add lines to, `<group>-keys` lists the lines that
    are on the page.
    """

    spec: CrfSpec
    helper: FormHelper
    words: "Words | None" = None

    def __init__(
        self,
        *args: Any,
        context: FormContext,
        stored_rows: Mapping[str, Sequence[RowData]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.context = context
        missing = self.instance.missing or {}
        self.prepare(missing=missing)
        for item in self.items:
            if (answers := self.spec.answers(item.name, context)) is not None:
                choice: Any = self.fields[item.name]
                choice.choices = answers
        self.rows = {
            group.name: self._lines(group, (stored_rows or {}).get(group.name, ()), missing)
            for group in self.spec.row_groups
        }

    def _lines(
        self, group: RowGroup, stored: Sequence[RowData], missing: Mapping[str, str]
    ) -> tuple[RowEntryForm, ...]:
        by_key = {row.row_key: row for row in stored}
        proposed = {row[ROW_KEY]: row for row in (self.initial.get(group.name) or ())}
        keys = [*dict.fromkeys((*group.keys_brought(self.context), *by_key, *proposed))]
        if group.keys is None and self.is_bound:
            # The page that was sent says which lines there are: one that somebody removed must not come back.
            keys = self._posted(group)
        elif group.keys is None and not keys:
            keys = ["1"]
        if group.keys is None and f"{ADD_PREFIX}{group.name}" in self.data:
            keys.append(_next_key((*keys, *by_key)))
        made = row_form_class(group)
        return tuple(
            made(
                self.data if self.is_bound else None,
                key=key,
                missing=missing,
                # What is typed never touches the stored line, which is still shown beside it.
                instance=group.model(row_key=key) if self.is_bound else by_key.get(key) or group.model(row_key=key),
                initial=None if key in by_key else proposed.get(key),
            )
            for key in keys
        )

    def _posted(self, group: RowGroup) -> list[str]:
        """The added lines on the page that was sent; keys are numbers, whatever somebody sends."""
        sent = str(self.data.get(f"{group.name}-{KEYS_SUFFIX}", "")).split(",")
        keys = dict.fromkeys(key for key in sent if key.isascii() and key.isdecimal() and len(key) <= 4)
        removed = self.data.get(f"{REMOVE_PREFIX}{group.name}")
        return [key for key in keys if key != removed][:MOST_ROWS]

    @property
    def row_forms(self) -> Iterable[RowEntryForm]:
        """Every line of every group, in the order of the page."""
        return (line for lines in self.rows.values() for line in lines)

    def values(self) -> dict[str, Any]:
        """Item values as far as they could be understood, None for the rest; added lines that say nothing are left
        out."""
        found = self.item_values()
        for name, lines in self.rows.items():
            kept = (line for line in lines if line.group.keys is not None or not line.is_blank)
            found[name] = tuple({ROW_KEY: line.key, **line.item_values()} for line in kept)
        return with_worked_lines(self.spec, found, self.context)

    def shown_values(self) -> dict[str, Any]:
        """The values on the page: those typed; before anything is typed those stored or proposed."""
        if self.is_bound:
            return self.values()
        found = _shown(self)
        for name, lines in self.rows.items():
            rows = (({ROW_KEY: line.key}, _shown(line), line.group) for line in lines)
            found[name] = tuple(
                key | row for key, row, group in rows if group.keys is not None or not all(map(is_empty, row.values()))
            )
        return with_worked_lines(self.spec, found, self.context)

    def missing_reasons(self) -> dict[str, str]:
        """Coded reasons, by address, of the items that have no value; a reason beside a value is dropped."""
        found = self.item_reasons()
        for line in self.row_forms:
            found |= {line.group.address(line.key, name): reason for name, reason in line.item_reasons().items()}
        return found

    def objections(self) -> list[Objection]:
        """What the edit checks say about the values."""
        return objections(self.spec, self.values(), self.context)

    def derived(self) -> dict[str, Any]:
        """The derived values by address; all empty while a hard check objects."""
        values = self.values()
        found = derived_values(self.spec, values, self.context)
        return dict.fromkeys(found) if hard(objections(self.spec, values, self.context)) else found

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound:
            return
        for line in self.row_forms:
            line.full_clean()
        for objection in hard(self.objections()):
            self.blame(objection.items[0], str(objection.message))

    def blame(self, address: str, message: str) -> None:
        """Put a message beside the item it is about, once; on top of the page where there is no such item."""
        group, key, name = (None, "", address) if address.count("-") < 2 else self.spec.split(address)
        lines = {line.key: line for line in self.rows[group.name]} if group else {}
        form: forms.BaseForm = lines.get(key, self)
        field = name if name in form.fields else None
        if message not in [str(known) for known in form.errors.get(field or NON_FIELD_ERRORS, [])]:
            form.add_error(field, message)

    def forget_errors(self) -> None:
        """Show what was typed without its errors, as on a page that nobody has sent yet."""
        pages: list[Any] = [self, *self.row_forms]
        for form in pages:
            form._errors = ErrorDict()

    @property
    def has_errors(self) -> bool:
        """Whether anything on the page is wrong, lines included."""
        return bool(self.errors) or any(line.errors for line in self.row_forms)

    def is_valid(self) -> bool:
        return self.is_bound and not self.has_errors


def _shown(form: ItemsForm) -> dict[str, Any]:
    return {item.name: none_if_empty(form.initial.get(item.name)) for item in form.items}


def _next_key(keys: Iterable[str]) -> str:
    return str(max((int(key) for key in keys if key.isdecimal()), default=0) + 1)


@cache
def form_class(spec: CrfSpec) -> type[EntryForm]:
    """The ModelForm of an instrument; made once per process."""
    base = model_form(EntryForm, spec.model, spec.items, with_day=True)
    names = names_of(spec.derived)
    return type(f"{spec.model.__name__}EntryForm", (base,), {"spec": spec, "items": spec.items, "derived_names": names})
