"""The one adapter between a spec and Django: spec -> form class -> values -> errors; spec -> rows of the review
page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.form_data import FormData, MissingReason
from assessments.form_specs import CrfSpec, FormContext, Objection, Severity, is_empty
from assessments.widgets import widget_for
from patients.forms.fields import MomentField
from patients.widgets import DayInput

MISSING_PREFIX = "missing__"


class EntryForm(forms.ModelForm):
    """Base of all entry forms: the items of a spec, none of them compulsory for a draft.

    `missing__<item>` carries the coded reason why an item has no value.
    """

    spec: CrfSpec
    helper: FormHelper

    def __init__(self, *args: Any, context: FormContext, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context = context
        self._understood: dict[str, Any] = {}
        for item in self.spec.items:
            field: Any = self.fields[item.name]
            field.required = False
            field.help_text = item.hint
            if (answers := self.spec.answers(item.name, context)) is not None:
                field.choices = answers
            if isinstance(field.widget, forms.RadioSelect):
                # No button for "nothing": Delete takes a choice back, and a reason for no value replaces it.
                field.choices = [choice for choice in field.choices if not is_empty(choice[0])]
            if item.required and item.may_be_missing:
                self.fields[MISSING_PREFIX + item.name] = forms.ChoiceField(
                    label=_("Reason for no value: %(item)s") % {"item": field.label},
                    choices=[("", _("Reason for no value")), *MissingReason.choices],
                    required=False,
                    initial=(self.instance.missing or {}).get(item.name, ""),
                )

    def values(self) -> dict[str, Any]:
        """Item values as far as they could be understood; None for the rest."""
        return {item.name: _none_if_empty(self._understood.get(item.name)) for item in self.spec.items}

    def missing_reasons(self) -> dict[str, str]:
        """Coded reasons of the items that have no value; a reason beside a value is dropped."""
        cleaned, values = getattr(self, "cleaned_data", {}), self.values()
        reasons = {item.name: cleaned.get(MISSING_PREFIX + item.name) for item in self.spec.items}
        return {name: reason for name, reason in reasons.items() if reason and is_empty(values[name])}

    def objections(self) -> list[Objection]:
        """What the edit checks say about the values."""
        return self.spec.check(self.values(), self.context)

    def derived(self) -> dict[str, Any]:
        """The derived values; empty while a hard check objects."""
        if any(objection.severity == Severity.HARD for objection in self.objections()):
            return {derived.name: None for derived in self.spec.derived}
        return self.spec.derive(self.values(), self.context)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # An error takes its value out of `cleaned_data`; the checks and the page still need what was typed.
        self._understood = dict(cleaned)
        for objection in self.objections():
            if objection.severity == Severity.HARD:
                self.add_error(objection.items[0], str(objection.message))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Constraints over derived values cannot be checked before these are worked out; the database checks them.
        own: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return own | {derived.name for derived in self.spec.derived}


def _none_if_empty(value: Any) -> Any:
    return None if is_empty(value) else value


@cache
def form_class(spec: CrfSpec) -> type[EntryForm]:
    """The ModelForm of an instrument; made once per process."""
    names = [item.name for item in spec.items]
    widgets = {item.name: widget_for(spec.column(item.name), item) for item in spec.items}
    moments = [name for name in names if isinstance(spec.column(name), models.DateTimeField)]
    base = forms.modelform_factory(
        spec.model,
        form=EntryForm,
        fields=["assessed_on", *names],
        widgets={**widgets, "assessed_on": DayInput()},
        field_classes=dict.fromkeys(moments, MomentField),
    )
    return type(f"{spec.model.__name__}EntryForm", (base,), {"spec": spec})


@dataclass(frozen=True)
class ReviewRow:
    """One line of the review page."""

    name: str
    label: str
    value: str
    unit: str
    is_derived: bool = False


@dataclass(frozen=True)
class ReviewGroup:
    """Lines that stand together."""

    title: str
    rows: tuple[ReviewRow, ...]


NO_VALUE = "—"


def review_groups(spec: CrfSpec, form: FormData) -> list[ReviewGroup]:
    """A stored form as people read it: items in groups, then what was derived from them."""
    groups = [
        ReviewGroup(str(group.title), tuple(_review_row(spec, form, item.name, item.unit) for item in group.items))
        for group in spec.groups
    ]
    derived = tuple(_review_row(spec, form, d.name, d.unit, is_derived=True) for d in spec.derived)
    if derived:
        groups.append(ReviewGroup(_("Calculated"), derived))
    return groups


def _review_row(spec: CrfSpec, form: FormData, name: str, unit: Any, *, is_derived: bool = False) -> ReviewRow:
    label = spec.label(name)
    value = getattr(form, name)
    if is_empty(value):
        reason = (form.missing or {}).get(name)
        text = str(MissingReason(reason).label) if reason else NO_VALUE
        return ReviewRow(name, label, text, "", is_derived)
    return ReviewRow(name, label, display(spec, name, value, form), str(unit), is_derived)


def display(spec: CrfSpec, name: str, value: Any, source: FormContext | FormData | None = None) -> str:
    """A value in words: coded values with their meaning, moments in the active time zone, numbers as stored.

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
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    return str(value)


def differences(spec: CrfSpec, form: FormData, typed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, stored, typed) of every item whose stored value is not the typed one."""
    found = []
    for item in spec.items:
        stored, new = getattr(form, item.name), typed.get(item.name)
        if _none_if_empty(stored) != _none_if_empty(new):
            before, after = (display(spec, item.name, value, form) for value in (stored, new))
            found.append((spec.label(item.name), before, after))
    return found
