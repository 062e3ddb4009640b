"""Consent signed, corrected, withdrawn; a move to an amended protocol."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField, helper_of
from patients.models import WithdrawalScope
from trials.models import ConsentLanguage, InformationSheet

CHOICE_GROUP = "components/choice_group.html"


def as_choices(name: str) -> Field:
    """The field as a row of buttons."""
    return Field(name, template=CHOICE_GROUP)


class SheetFields(forms.Form):
    """Which sheet, in which language: chosen among those there are, never typed."""

    signed_on = DayField(label=_("Consent signed on"))
    sheet_version = forms.ChoiceField(label=_("Version of the information sheet"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language of the sheet"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, sheets: Sequence[InformationSheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["sheet_version"].choices = [(sheet.version, _described(sheet)) for sheet in sheets]
        offered = {code for sheet in sheets for code in sheet.languages}
        fields["language"].choices = [choice for choice in ConsentLanguage.choices if choice[0] in offered]
        for name in ("sheet_version", "language"):
            if len(fields[name].choices) == 1:
                fields[name].initial = fields[name].choices[0][0]


def _described(sheet: InformationSheet) -> str:
    facts = {"version": sheet.version, "start": sheet.valid_from, "end": sheet.valid_until}
    if sheet.valid_until is None:
        return _("%(version)s, valid from %(start)s") % facts
    return _("%(version)s, valid %(start)s to %(end)s") % facts


class ConsentForm(SheetFields):
    """A further signature."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of("signed_on", as_choices("sheet_version"), as_choices("language"))


class ConsentCorrectionForm(SheetFields):
    """Another day, sheet or language for a signature, with the reason and the version it was opened at."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of(
            "signed_on", as_choices("sheet_version"), as_choices("language"), "reason", "seen_version"
        )


class WithdrawalForm(forms.Form):
    """What the subject withdraws from, and since when."""

    scope = forms.ChoiceField(label=_("What does the subject withdraw from?"), widget=forms.RadioSelect)
    withdrawn_on = DayField(label=_("Withdrawn on"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=150,
        required=False,
        help_text=_("As far as the subject gave one; nobody has to."),
    )

    def __init__(self, *args: Any, scopes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["scope"].choices = [choice for choice in WithdrawalScope.choices if choice[0] in scopes]
        self.helper = helper_of(as_choices("scope"), "withdrawn_on", "reason")


class MoveForm(forms.Form):
    """Why the subject moves to another protocol version."""

    reason = ReasonField(
        label=_("Reason for the move"), max_length=150, help_text=_("For example: signed the amended sheet today.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()
