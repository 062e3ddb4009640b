"""A version of the information sheet, new or corrected."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField, helper_of
from trials.models import ConsentLanguage, ProtocolVersion, Trial


class SheetForm(forms.Form):
    """A new version of the sheet."""

    version = forms.CharField(label=_("Version"), max_length=40, help_text=_("As printed on the sheet."))
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=ConsentLanguage.choices, widget=forms.CheckboxSelectMultiple
    )
    valid_from = DayField(label=_("Valid from"), help_text=_("The first day on which it may be signed."))
    valid_until = DayField(
        label=_("Valid until"),
        required=False,
        help_text=_("The last day on which it may be signed. Empty while no end is known."),
    )
    must_be_signed_again = forms.BooleanField(
        label=_("To be signed again"),
        required=False,
        help_text=_("Subjects who signed an earlier version must sign this one as well."),
    )
    protocol_version = forms.ModelChoiceField(
        label=_("Belongs to protocol version"),
        queryset=ProtocolVersion.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("Who signs it may be moved to this protocol version."),
    )

    def __init__(self, *args: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["protocol_version"].queryset = trial.protocol_versions.defer("files").select_related("trial")
        self.helper = helper_of()


class SheetCorrectionForm(SheetForm):
    """A corrected version, with the reason and the version of the row it was opened at; of a signed sheet only the last
    day."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, is_signed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.disabled = is_signed and name not in ("valid_until", "reason", "seen_version")
