"""Screening a person once more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, helper_of
from trials.models import ConsentLanguage


class RescreeningForm(forms.Form):
    """The new consent; the contact details are taken over."""

    signed_on = DayField(label=_("Consent signed on"))
    sheet_version = forms.CharField(
        label=_("Version of the information sheet"), max_length=40, help_text=_("As printed on the sheet.")
    )
    language = forms.ChoiceField(label=_("Language of the sheet"), choices=ConsentLanguage.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()
