"""How an item is entered: short code lists as button groups, the rest by the browser's own controls."""

from typing import Any

from django import forms
from django.db import models

from assessments.fields import Bounded
from assessments.form_specs import Item
from patients.widgets import DayInput, MomentInput

LONGEST_BUTTON_GROUP = 7


def widget_for(field: models.Field, item: Item) -> forms.Widget:
    """The widget for a model field."""
    if field.choices:
        return forms.RadioSelect() if len(field.flatchoices) <= LONGEST_BUTTON_GROUP else forms.Select()
    if isinstance(field, models.DateTimeField):
        return MomentInput()
    if isinstance(field, models.DateField):
        return DayInput()
    if isinstance(field, Bounded):
        # Not the browser's own number field: it drops what it cannot read, and turns with the mouse wheel.
        return forms.TextInput(attrs=_number_attributes(field))
    return forms.TextInput(attrs={"autocomplete": "off"})


def _number_attributes(field: Any) -> dict[str, str]:
    places = getattr(field, "decimal_places", 0)
    return {"class": "numberinput", "inputmode": "decimal" if places else "numeric", "autocomplete": "off"}
