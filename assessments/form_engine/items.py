"""The questions of a form, and of one line of a repeating group, as Django's forms."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from assessments.form_data import FormData, MissingReason, RowData
from assessments.form_specs import Derived, Item, is_empty
from assessments.widgets import widget_for
from patients.forms.fields import MomentField
from patients.widgets import DayInput

MISSING_PREFIX = "missing__"


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
            elif isinstance(field.widget, forms.Select):
                field.choices = [(code, "" if is_empty(code) else word) for code, word in field.choices]
            if item.required and item.may_be_missing:
                self.fields[MISSING_PREFIX + item.name] = forms.ChoiceField(
                    label=_("Reason for no value: %(item)s") % {"item": field.label},
                    choices=[("", _("Reason for no value")), *MissingReason.choices],
                    required=False,
                    initial=missing.get(item.name, ""),
                )

    def item_values(self) -> dict[str, Any]:
        """Item values as far as they could be understood; None for the rest."""
        return {item.name: none_if_empty(self._understood.get(item.name)) for item in self.items}

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


def none_if_empty(value: Any) -> Any:
    """The value; None for whatever is empty."""
    return None if is_empty(value) else value


def names_of(derived: Iterable[Derived]) -> tuple[str, ...]:
    """The names of derived values, which no form asks for."""
    return tuple(value.name for value in derived)


def model_form(
    form: Any,
    model: type[FormData | RowData],
    items: tuple[Item, ...],
    *,
    with_day: bool = False,
    in_table: bool = False,
) -> Any:
    """A form over these items of a model: narrow fields in a table; `with_day` asks for the day of assessment."""
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
