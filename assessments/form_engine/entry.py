"""Spec -> entry form: the items of a form and the lines of its repeating groups, as Django's forms."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from assessments.form_data import FormData, MissingReason, RowData
from assessments.form_specs import (
    ROW_KEY,
    CrfSpec,
    Derived,
    FormContext,
    Item,
    Objection,
    RowGroup,
    is_empty,
)
from assessments.form_values import derived_values, hard, objections, with_worked_lines
from assessments.widgets import widget_for
from patients.forms.fields import MomentField
from patients.widgets import DayInput

if TYPE_CHECKING:
    from assessments.wording.display import Words

MISSING_PREFIX = "missing__"
KEYS_SUFFIX = "keys"
ADD_PREFIX = "add__"
REMOVE_PREFIX = "remove__"
MOST_ROWS = 60
"""More lines than any record holds (default); what is sent beyond is not looked at."""


class ItemsForm(forms.ModelForm):
    """Some items of a spec, none of them compulsory for a draft.

    `missing__<item>` carries the coded reason why an item has no value.
    """

    items: tuple[Item, ...]
    derived_names: tuple[str, ...]

    def prepare(self, *, missing: Mapping[str, str]) -> None:
        """Hints, choices and reasons for no value; `missing` are the stored reasons by item."""
        self._understood: dict[str, Any] = {}
        for item in self.items:
            field: Any = self.fields[item.name]
            field.required = False
            field.help_text = item.hint
            if isinstance(field.widget, forms.RadioSelect):
                # No button for "nothing": Delete takes a choice back, and a reason for no value replaces it.
                field.choices = [choice for choice in field.choices if not is_empty(choice[0])]
            if item.required and item.may_be_missing:
                self.fields[MISSING_PREFIX + item.name] = forms.ChoiceField(
                    label=_("Reason for no value: %(item)s") % {"item": field.label},
                    choices=[("", _("Reason for no value")), *MissingReason.choices],
                    required=False,
                    initial=missing.get(item.name, ""),
                )

    def item_values(self) -> dict[str, Any]:
        """Item values as far as they could be understood; None for the rest."""
        return {item.name: _none_if_empty(self._understood.get(item.name)) for item in self.items}

    def item_reasons(self) -> dict[str, str]:
        """Coded reasons of the items that have no value; a reason beside a value is dropped."""
        cleaned, values = getattr(self, "cleaned_data", {}), self.item_values()
        reasons = {item.name: cleaned.get(MISSING_PREFIX + item.name) for item in self.items}
        return {name: reason for name, reason in reasons.items() if reason and is_empty(values[name])}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # An error takes its value out of `cleaned_data`; the checks and the page still need what was typed.
        self._understood = {
            name: cleaned.get(name) for name in self.fields if self._is_possible(name, cleaned.get(name))
        }
        return cleaned

    def _is_possible(self, name: str, value: Any) -> bool:
        """Whether the model takes the value: its validators run after this, and no rule may meet what they refuse."""
        if name.startswith(MISSING_PREFIX):
            return True
        try:
            self._meta.model._meta.get_field(name).run_validators(value)
        except ValidationError:
            return False
        return True

    def _get_validation_exclusions(self) -> set[str]:
        # Constraints over derived values cannot be checked before these are worked out; the database checks them.
        own: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return own | set(self.derived_names)


class RowEntryForm(ItemsForm):
    """One line of a repeating group; its fields are called `<group>-<key>-<item>`."""

    group: RowGroup

    def __init__(self, *args: Any, key: str, missing: Mapping[str, str], **kwargs: Any) -> None:
        kwargs["prefix"] = f"{self.group.name}-{key}"
        super().__init__(*args, **kwargs)
        self.key = key
        self.label = str(self.group.label(key))
        self.prepare(missing={name: missing.get(self.group.address(key, name), "") for name in self._names})
        for item in self.items:
            if item.choices_of is not None:
                label = self.fields[item.name].label
                self.fields[item.name] = forms.ChoiceField(choices=item.choices_of(key), label=label, required=False)

    @property
    def _names(self) -> list[str]:
        return [item.name for item in self.items]

    @property
    def is_blank(self) -> bool:
        """Nothing typed and no reason given: a line that people add counts only when it says something."""
        return not self.item_reasons() and all(is_empty(value) for value in self.item_values().values())


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
        keys = [*dict.fromkeys((*self._brought(group), *by_key, *proposed))]
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

    def _brought(self, group: RowGroup) -> tuple[str, ...]:
        return group.keys(self.context) if group.keys is not None else ()

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
    return {item.name: _none_if_empty(form.initial.get(item.name)) for item in form.items}


def _none_if_empty(value: Any) -> Any:
    return None if is_empty(value) else value


def _next_key(keys: Iterable[str]) -> str:
    return str(max((int(key) for key in keys if key.isdecimal()), default=0) + 1)


@cache
def form_class(spec: CrfSpec) -> type[EntryForm]:
    """The ModelForm of an instrument; made once per process."""
    base = _model_form(EntryForm, spec.model, spec.items, with_day=True)
    names = _names(spec.derived)
    return type(f"{spec.model.__name__}EntryForm", (base,), {"spec": spec, "items": spec.items, "derived_names": names})


@cache
def row_form_class(group: RowGroup) -> type[RowEntryForm]:
    """The ModelForm of one line of a repeating group; made once per process."""
    base = _model_form(RowEntryForm, group.model, group.items, in_table=group.in_table)
    names = _names(group.derived)
    return type(
        f"{group.model.__name__}EntryForm", (base,), {"group": group, "items": group.items, "derived_names": names}
    )


def _names(derived: Iterable[Derived]) -> tuple[str, ...]:
    return tuple(value.name for value in derived)


def _model_form(
    form: Any,
    model: type[FormData | RowData],
    items: tuple[Item, ...],
    *,
    with_day: bool = False,
    in_table: bool = False,
) -> Any:
    columns: dict[str, Any] = {item.name: model._meta.get_field(item.name) for item in items}
    widgets = {item.name: widget_for(columns[item.name], item, in_table=in_table) for item in items}
    moments = [name for name, column in columns.items() if isinstance(column, models.DateTimeField)]
    day = {"assessed_on": DayInput()} if with_day else {}
    return forms.modelform_factory(
        model,
        form=form,
        fields=[*day, *columns],
        widgets={**widgets, **day},
        field_classes=dict.fromkeys(moments, MomentField),
    )
