"""Reporting, completing and voiding a deviation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField
from patients.models import Deviation, DeviationCategory, DeviationSeverity, DeviationStatus
from patients.selectors.deviations import DeviationFilter
from trials.models import Site


class _LongText(forms.CharField):
    """A few sentences, as long as the column takes them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class DeviationForm(forms.Form):
    """What people say about a deviation; the service checks what may be empty."""

    occurred_on = DayField(label=_("Occurred on"))
    category = forms.ChoiceField(label=_("Category"), choices=DeviationCategory.choices)
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=DeviationSeverity.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Important: it may affect the subject's rights or safety, or the results of the trial."),
    )
    description = _LongText(label=_("What happened"))
    cause = _LongText(label=_("Why it happened"), required=False)
    action = _LongText(
        label=_("What was done"),
        required=False,
        help_text=_("For the subject, and so that it does not happen again."),
    )


class CompletionForm(DeviationForm):
    """Completing a deviation, or changing one that is complete; `seen_version` is the one it was opened at."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, deviation: Deviation, suggestion: str = "", **kwargs: Any) -> None:
        stored = {name: getattr(deviation, name) for name in DeviationForm.base_fields}
        initial = {**stored, "description": deviation.description or suggestion, "seen_version": deviation.row_version}
        super().__init__(*args, **{"initial": initial, **kwargs})
        for name in ("severity", "cause", "action"):
            self.fields[name].required = True
        if deviation.kind:
            # Its day follows from the record.
            del self.fields["occurred_on"]
        if deviation.status != DeviationStatus.DRAFT:
            self.fields["reason"] = ReasonField()

    def values(self) -> dict[str, Any]:
        """What `complete_deviation` asks for."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen_version"}


class ReportForm(DeviationForm):
    """A deviation that somebody saw."""

    visit = forms.ChoiceField(label=_("Visit concerned"), required=False)

    field_order = ("occurred_on", "visit", "category", "description", "severity", "cause", "action")

    def __init__(self, *args: Any, visits: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["visit"].choices = [("", _("None")), *visits]
        fields["category"].choices = [("", "---------"), *DeviationCategory.choices]


class VoidForm(forms.Form):
    """Why it is no deviation."""

    void_reason = forms.CharField(label=_("Why is it no deviation?"), max_length=200)
    void_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)


class DeviationFilterForm(forms.Form):
    """The filters of the list, kept in its address."""

    site = forms.ChoiceField(label=_("Site"), required=False)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("To complete or complete")),
            (DeviationStatus.DRAFT.value, _("To complete")),
            (DeviationStatus.COMPLETE.value, _("Complete")),
            (DeviationStatus.VOID.value, _("No deviation")),
        ],
    )
    category = forms.ChoiceField(
        label=_("Category"), required=False, choices=[("", _("All")), *DeviationCategory.choices]
    )
    severity = forms.ChoiceField(
        label=_("Severity"), required=False, choices=[("", _("All")), *DeviationSeverity.choices]
    )

    def __init__(self, *args: Any, sites: list[Site], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        site: Any = self.fields["site"]
        site.choices = [("", _("All sites")), *((place.code, str(place)) for place in sites)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def wanted(self) -> DeviationFilter:
        """What was chosen; a choice that does not exist counts as none and shows its error beside the filter."""
        self.is_valid()
        return DeviationFilter(**{name: self.cleaned_data.get(name, "") for name in self.fields})
