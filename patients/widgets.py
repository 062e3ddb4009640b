"""How days and moments are typed: in one unambiguous order in every language."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    """A day typed as 2026-11-21; a script adds a button for the browser's calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        hints = {"data-day": "date", "placeholder": _("YYYY-MM-DD"), "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(format="%Y-%m-%d", attrs={**hints, **(attrs or {})})


class MomentInput(forms.DateTimeInput):
    """A moment typed as 2026-11-21 09:30, in the time of the site."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        hints = {"data-day": "datetime-local", "placeholder": _("YYYY-MM-DD hh:mm"), "autocomplete": "off"}
        super().__init__(format="%Y-%m-%d %H:%M", attrs={**hints, **(attrs or {})})
