"""The forms of a case."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import SignOffForm
from patients.forms.fields import DayField, ReasonField, helper_of
from safety.models import AuthorityReport, ReportVersion
from safety.terms import Expectedness

_YES_NO: Final = (("yes", _("Yes")), ("no", _("No")))
_AS_BOOL: Final = {"yes": True, "no": False}
_JUDGED: Final = tuple(choice for choice in Expectedness.choices if choice[0] != Expectedness.UNKNOWN)


def _yes_or_no(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, help_text=help_text, choices=_YES_NO, coerce=_AS_BOOL.__getitem__, widget=forms.RadioSelect
    )


class DraftForm(forms.ModelForm):
    """What is written for the report; it may be saved before it is complete, so nothing is demanded here."""

    seen_version = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)

    class Meta:
        model = ReportVersion
        fields = ("what_is_new", "narrative", "reporter", "reporter_role")
        widgets = {
            "what_is_new": forms.Textarea(attrs={"rows": 4}),
            "narrative": forms.Textarea(attrs={"rows": 14}),
        }

    def __init__(self, *args: Any, instance: ReportVersion, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen_version": instance.row_version, **kwargs.get("initial", {})}
        super().__init__(*args, **{"instance": instance, **kwargs})
        if instance.number == 1:
            del self.fields["what_is_new"]
        self.helper = helper_of()

    def values(self) -> dict[str, str]:
        """What was written, by field name, with plain line ends."""
        names = [name for name in self._meta.fields or () if name in self.fields]
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in names}


class SubmitForm(SignOffForm):
    """The investigator's signature under exactly what was read; `seen` is its digest."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class TextForm(forms.Form):
    """What is asked, answered or new."""

    text = forms.CharField(
        label=_("Text"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("No names of subjects."),
    )

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.helper = helper_of()


class AssessmentForm(SignOffForm):
    """The judgement of the safety monitor, signed."""

    field_order = ("related_by_sponsor", "expectedness", "is_susar", "text", "password", "seen_version")
    related_by_sponsor = _yes_or_no(
        _("Can a relation to a treatment of the study not be excluded?"),
        _("In the sponsor's judgement. Where investigator and sponsor disagree, the one who sees a relation decides."),
    )
    expectedness = forms.ChoiceField(
        label=_("By the reference safety information"),
        choices=_JUDGED,
        widget=forms.RadioSelect,
        help_text=_("Expected means: named there in nature and severity."),
    )
    is_susar = _yes_or_no(
        _("Suspected unexpected serious adverse reaction (SUSAR)?"),
        _("Serious, suspected by investigator or sponsor, and unexpected."),
    )
    text = forms.CharField(
        label=_("Assessment in words"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Needed where you decide otherwise than these facts propose."),
    )
    seen_version = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class AuthorityReportForm(forms.ModelForm):
    """A report that went to an authority."""

    class Meta:
        model = AuthorityReport
        fields = ("sent_on", "authority", "reference", "is_complete")
        field_classes = {"sent_on": DayField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class AuthorityReportCorrectionForm(AuthorityReportForm):
    """A correction of it: the same fields, the version that was read, and why it is corrected."""

    reason = ReasonField()
    seen_version = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def __init__(self, *args: Any, instance: AuthorityReport, **kwargs: Any) -> None:
        super().__init__(*args, **{"instance": instance, "initial": {"seen_version": instance.version}, **kwargs})

    def values(self) -> dict[str, Any]:
        """What is stored of the report, by field name."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class TakeBackForm(forms.Form):
    """Why a report that is recorded was never sent."""

    reason = ReasonField(
        label=_("Why it is taken back"), help_text=_("For example: recorded with the wrong case, never sent.")
    )
    seen_version = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()
