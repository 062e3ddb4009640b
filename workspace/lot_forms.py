"""A product lot: registered, corrected, released, rejected, recalled; and the filters of the list."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import SignOffForm
from assessments.fields import DecimalEntry
from patients.forms.fields import DayField, MomentField, ReasonField, helper_of
from patients.widgets import MomentInput
from trials.models import LotStatus, ProductLot, TissueSource
from workspace.enrolment_forms import NumberInput
from workspace.lot_reads import GROUPS, LotFilter

DECIMALS = (
    "viability_percent",
    "minimum_viability_percent",
    "viable_million_per_ml",
    "endotoxin_value",
    "lowest_identity_marker_percent",
    "highest_negative_marker_percent",
)
WHOLE = ("start_within_minutes_of_thaw", "passage_number")


class LotForm(forms.ModelForm):
    """A new lot; storing is the service's part, so the form is never saved. Times are typed in the zone chosen."""

    class Meta:
        model = ProductLot
        fields = tuple(name for group in GROUPS for name in group.fields)
        field_classes = {
            "manufactured_on": DayField,
            "expires_at": MomentField,
            **dict.fromkeys(DECIMALS, DecimalEntry),
        }
        widgets = {
            "expires_at": MomentInput,
            "time_zone": forms.Select,
            **dict.fromkeys(WHOLE, NumberInput),
            **dict.fromkeys(DECIMALS, forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})),
        }

    def __init__(self, *args: Any, zones: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(dict.fromkeys([*zones, *filter(None, [self.instance.time_zone]), "UTC"]))
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=[(zone, zone) for zone in known],
            initial=known[0],
            help_text=_("The zone in which the certificate gives the time of expiry."),
        )
        self.helper = helper_of(*(Fieldset(group.title, *group.fields, css_class="form-section") for group in GROUPS))

    def full_clean(self) -> None:
        zone: Any = self.fields["time_zone"]
        chosen = self.data.get(self.add_prefix("time_zone"), "")
        with timezone.override(chosen if zone.valid_value(chosen) else "UTC"):
            super().full_clean()

    def values(self) -> dict[str, Any]:
        """The cleaned values of the lot by field name."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class LotCorrectionForm(LotForm):
    """A correction: the same values, the version that was read, and why."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, instance: ProductLot, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial={"seen_version": instance.row_version}, **kwargs)
        self.helper.layout.append(
            Fieldset(_("Why it is corrected"), "reason", "seen_version", css_class="form-section")
        )


class SignedLotCorrectionForm(SignOffForm, LotCorrectionForm):
    """A correction of a lot that somebody has decided on: signed, as the decision was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        layout = [Fieldset(group.title, *group.fields, css_class="form-section") for group in GROUPS]
        why = Fieldset(_("Why it is corrected"), "reason", "password", "seen_version", css_class="form-section")
        self.helper = helper_of(*layout, why)


class ReleaseForm(SignOffForm):
    """The release as the certificate gives it, signed by whoever records it."""

    field_order = ("released_on", "released_by_name", "password")
    released_on = DayField(label=_("Released on"), help_text=_("The day on the certificate."))
    released_by_name = forms.CharField(
        label=_("Released by"), max_length=120, help_text=_("The qualified person named on the certificate.")
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class ReasonedForm(SignOffForm):
    """Why a lot is rejected or recalled, signed."""

    field_order = ("reason", "password")
    reason = ReasonField(label=_("Reason"), help_text=_("For example: the cold chain was broken on 2026-11-20."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class LotFilterForm(forms.Form):
    """The filters of the list, kept in its address."""

    search = forms.CharField(label=_("Lot number"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=(("", _("All")), *LotStatus.choices))
    tissue_source = forms.ChoiceField(
        label=_("Tissue"), required=False, choices=(("", _("All")), *TissueSource.choices)
    )
    expired = forms.ChoiceField(
        label=_("Expired"), required=False, choices=(("", _("All")), ("no", _("No")), ("yes", _("Yes")))
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            is_text = isinstance(field.widget, forms.TextInput)
            field.widget.attrs["class"] = "form-control" if is_text else "form-select"

    def wanted(self) -> LotFilter:
        """What was chosen; a choice that does not exist counts as none and shows its error beside the filter."""
        self.is_valid()
        chosen = self.cleaned_data
        return LotFilter(
            search=chosen.get("search", ""),
            status=chosen.get("status", ""),
            tissue_source=chosen.get("tissue_source", ""),
            is_expired={"yes": True, "no": False}.get(chosen.get("expired", "")),
        )
