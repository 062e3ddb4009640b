"""Kinds of columns that several apps share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinical.partial_days import earliest


def is_partial_day(text: str) -> None:
    """Raises ValidationError for a text that is no year, month or day in the years 1900 to 2199."""
    try:
        known = 1900 <= earliest(text).year <= 2199
    except ValueError:
        known = False
    if not known:
        raise ValidationError(_("Enter a day, a month or a year: 2019-05-17, 2019-05 or 2019."))


class PartialDay(models.CharField):
    """A day of which only the year, or year and month, may be known, as ISO 8601 writes it; empty: not recorded."""

    default_validators = [is_partial_day]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=10, blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["blank"]
        return name, path, args, kwargs

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"{column} ~ '^([0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?)?$'"

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})
