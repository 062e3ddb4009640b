"""How an item is entered: short code lists as button groups, the rest by the browser's own controls."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.fields import Bounded, PartialDay
from assessments.form_specs import Item
from patients.widgets import DayInput, MomentInput

LONGEST_BUTTON_GROUP = 7
LONGEST_BUTTON_GROUP_IN_TABLE = 2


def widget_for(field: models.Field, item: Item, *, in_table: bool = False) -> forms.Widget:
    """The widget for a model field; a cell of a table has room for few buttons."""
    if field.choices:
        most = LONGEST_BUTTON_GROUP_IN_TABLE if in_table else LONGEST_BUTTON_GROUP
        if in_table and not item.required:
            # A list can be emptied with the mouse as well; in a table nothing says how else.
            most = 0
        return forms.RadioSelect() if len(field.flatchoices) <= most else select()
    if isinstance(field, models.DateTimeField):
        return MomentInput()
    if isinstance(field, models.DateField):
        return DayInput()
    if isinstance(field, PartialDay):
        return forms.TextInput(attrs={"class": "dateinput", "placeholder": _("YYYY-MM-DD"), "autocomplete": "off"})
    if isinstance(field, Bounded):
        # Not the browser's own number field: it drops what it cannot read, and turns with the mouse wheel.
        return forms.TextInput(attrs=_number_attributes(field))
    if isinstance(field, models.TextField):
        return forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
    return forms.TextInput(attrs={"autocomplete": "off"})


def select() -> forms.Select:
    """A list to choose from."""
    return forms.Select(attrs={"class": "form-select"})


def _number_attributes(field: Any) -> dict[str, str]:
    places = getattr(field, "decimal_places", 0)
    return {"class": "numberinput", "inputmode": "decimal" if places else "numeric", "autocomplete": "off"}
