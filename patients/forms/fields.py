"""Fields and layout that the forms about subjects share."""

from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from patients.widgets import DayInput


class DayField(forms.DateField):
    """A day, typed as 2026-11-21 or chosen; any other order of day and month is refused as ambiguous."""

    widget = DayInput
    default_error_messages = {"invalid": _("Enter a day as year-month-day, for example 2026-11-21.")}


class MomentField(forms.DateTimeField):
    """A moment in the time of the site, in a year from 1900 to 2199.

    At the ends of the calendar a moment of a site east or west of Greenwich has no counterpart in UTC: the database
    takes it, and nobody can read the row any more.
    """

    default_error_messages = {"invalid": _("Enter day and time, for example 2026-11-21 14:30.")}

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is not None and not 1900 <= moment.year <= 2199:
            raise ValidationError(_("Enter a moment in a year from 1900 to 2199."))
        return moment


class ReasonField(forms.CharField):
    """Why a stored value changes."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {
            "label": _("Reason for the change"),
            "max_length": 200,
            "help_text": _("For example: typing error, source document corrected."),
        }
        super().__init__(**{**defaults, **kwargs})


def helper_of(*layout: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper
