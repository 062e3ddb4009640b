"""The forms of the safety log."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField
from patients.models import Subject
from safety.layout import ENTERED, GROUPS
from safety.models import AdverseEvent
from safety.selectors.events import visit_name, visits_it_may_follow

_YES_NO: Final = (("yes", _("Yes")), ("no", _("No")))
_AS_BOOL: Final = {"yes": True, "no": False}


class AdverseEventForm(forms.ModelForm):
    """First entry of an event; storing is the service's part, so the form is never saved."""

    is_serious = forms.TypedChoiceField(
        label=_("Serious"),
        choices=_YES_NO,
        coerce=_AS_BOOL.__getitem__,
        empty_value=None,
        widget=forms.RadioSelect,
        help_text=AdverseEvent._meta.get_field("is_serious").help_text,
    )

    class Meta:
        model = AdverseEvent
        fields = ENTERED
        field_classes = {"admitted_on": DayField, "discharged_on": DayField}
        widgets = {
            "narrative": forms.Textarea(attrs={"rows": 4}),
            "treatment_given": forms.Textarea(attrs={"rows": 2}),
            "grade": forms.RadioSelect,
            "relation": forms.RadioSelect,
            "outcome": forms.RadioSelect,
        }

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.subject = subject
        visits: Any = self.fields["visit"]
        visits.queryset = visits_it_may_follow(subject)
        visits.label_from_instance = lambda visit: visit_name(visit, subject)
        for name in ("grade", "relation", "outcome"):
            field: Any = self.fields[name]
            # A row of buttons needs none that means "no answer".
            field.choices = [choice for choice in field.choices if choice[0] != ""]

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields as they are laid out on the page, with the title of each group."""
        for group in GROUPS:
            yield str(group.title), [self[name] for name in group.fields]

    def values(self) -> dict[str, Any]:
        """The cleaned values of the event, without what the form adds to them."""
        return {name: _with_plain_line_ends(self.cleaned_data[name]) for name in ENTERED}


def _with_plain_line_ends(value: Any) -> Any:
    # Browsers send CR LF; a text stored with LF would otherwise count as changed by every correction.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class CorrectionForm(AdverseEventForm):
    """A correction: the same fields, the version that was read, and why it is corrected."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, instance: AdverseEvent, **kwargs: Any) -> None:
        initial = {"seen_version": instance.version, "is_serious": "yes" if instance.is_serious else "no"}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)

    def grounds(self) -> dict[str, Any]:
        """What `correct_adverse_event` asks for beside the values."""
        return {name: self.cleaned_data[name] for name in ("reason", "seen_version")}
