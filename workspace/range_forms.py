"""Normal ranges of laboratories: found, added, corrected, pasted as a list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assessments.fields import DecimalEntry
from clinical.laboratory.analytes import ANALYTES
from clinical.laboratory.units import unit_meant
from patients.forms.fields import DayField, ReasonField, helper_of
from trials.analytes import ANALYTE_NAMES, PANEL_NAMES, grouped_choices
from trials.models import Site
from trials.models.normal_range import RangeSex
from trials.normal_range_list import COLUMNS
from trials.normal_ranges import ListedRange, RangeState
from workspace.enrolment_forms import NumberInput

ALL = "all"


class LimitInput(forms.TextInput):
    """A decimal number typed as text: the browser's own number field drops what it cannot read."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "numberinput", "inputmode": "decimal", "autocomplete": "off"})


class RangeFilterForm(forms.Form):
    """The filters of the list, kept in its address."""

    site = forms.ChoiceField(label=_("Site"), required=False)
    panel = forms.ChoiceField(
        label=_("Part of the report"),
        required=False,
        choices=[("", _("All")), *((panel.value, name) for panel, name in PANEL_NAMES.items())],
    )
    show = forms.ChoiceField(
        label=_("Ranges"), required=False, choices=(("", _("Valid now or later")), (ALL, _("Earlier ones as well")))
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        fields: dict[str, Any] = self.fields
        fields["site"].choices = [("", _("All")), *((site.code, str(site)) for site in sites)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def chosen(self, listed: Sequence[ListedRange]) -> list[ListedRange]:
        """Those that match; a choice that does not exist counts as none and shows its error beside the filter."""
        self.is_valid()
        site, panel, show = (self.cleaned_data.get(name, "") for name in ("site", "panel", "show"))
        return [
            row
            for row in listed
            if site in ("", row.normal_range.site.code)
            and panel in ("", row.normal_range.definition.panel.value)
            and (show == ALL or row.state is not RangeState.OVER)
        ]


class _PlaceForm(forms.Form):
    """Which laboratory of which site, and from when on."""

    site = forms.ChoiceField(label=_("Site"))
    laboratory_name = forms.CharField(
        label=_("Laboratory"), max_length=120, help_text=_("As printed on its reports; spelled alike every time.")
    )
    valid_from = DayField(
        label=_("Valid from"), help_text=_("The first day of sampling for which it counts; until the next one begins.")
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        choices = [(pk, str(site)) for pk, site in self.sites.items()]
        fields: dict[str, Any] = self.fields
        fields["site"].choices = choices if len(choices) == 1 else [("", "---------"), *choices]
        self.helper = helper_of()

    def clean_site(self) -> Site:
        """The site."""
        return self.sites[self.cleaned_data["site"]]


class RangeForm(_PlaceForm):
    """A new range."""

    analyte = forms.ChoiceField(label=_("Analyte"))
    unit = forms.CharField(
        label=_("Unit"),
        max_length=20,
        required=False,
        help_text=_("As printed on the reports. Empty: the unit beside the analyte."),
    )
    low = DecimalEntry(
        label=_("Lower limit"),
        max_digits=14,
        decimal_places=4,
        required=False,
        widget=LimitInput,
        help_text=_("The lowest value that is normal; empty where the laboratory gives none."),
    )
    high = DecimalEntry(
        label=_("Upper limit"),
        max_digits=14,
        decimal_places=4,
        required=False,
        widget=LimitInput,
        help_text=_("The highest value that is normal; empty where the laboratory gives none."),
    )
    sex = forms.ChoiceField(
        label=_("For"),
        required=False,
        choices=[("", _("Women and men")), *RangeSex.choices],
        help_text=_("Where a range for one sex is listed, it goes before one for both."),
    )
    age_from_years = forms.IntegerField(
        label=_("From age"),
        min_value=0,
        max_value=150,
        required=False,
        widget=NumberInput,
        help_text=_("Completed years; empty where ages do not matter."),
    )
    age_to_years = forms.IntegerField(
        label=_("To age"),
        min_value=0,
        max_value=150,
        required=False,
        widget=NumberInput,
        help_text=_("The last age for which it counts; empty where it has no end."),
    )
    field_order = ("site", "laboratory_name", "analyte", "unit", "low", "high", "sex", "age_from_years", "age_to_years")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["analyte"].choices = [("", "---------"), *_with_units()]

    def clean(self) -> dict[str, Any]:
        """The values, with the unit by the name that the analyte has for it."""
        values = super().clean() or self.cleaned_data
        analyte = ANALYTES.get(values.get("analyte", ""))
        if analyte is None:
            return values
        unit = unit_meant(analyte, values.get("unit") or analyte.unit)
        if unit is None:
            message = _("%(analyte)s is not reported in this unit; choose from %(units)s.")
            facts = {"analyte": ANALYTE_NAMES[analyte.code], "units": ", ".join(analyte.units)}
            raise ValidationError({"unit": message % facts})
        return {**values, "unit": unit}


class RangeCorrectionForm(RangeForm):
    """A corrected range, with the reason and the version of the row it was opened at; its site stays."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].disabled = True


class RangeListForm(_PlaceForm):
    """The whole list of a laboratory, pasted."""

    text = forms.CharField(
        label=_("List"),
        max_length=50_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "One range per line, its cells divided by tabs, semicolons or commas: %(columns)s."
        ) % {"columns": ", ".join(COLUMNS)}


def first_day(sites: Sequence[Site]) -> date | None:
    """The day to begin with in an empty form: today, where there is one site to know it by."""
    return sites[0].today() if len(sites) == 1 else None


def _with_units() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (panel, [(code, f"{name} ({ANALYTES[code].unit})") for code, name in analytes])
        for panel, analytes in grouped_choices()
    ]
