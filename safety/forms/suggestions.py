"""The form of a suggestion that is not taken up as a new event."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safety.models import AdverseEvent


class DecisionForm(forms.Form):
    """The event that the suggestion belongs to, or why it is none."""

    source = forms.CharField(widget=forms.HiddenInput, max_length=120)
    event = forms.TypedChoiceField(
        label=_("It belongs to an event that is recorded"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = forms.CharField(
        label=_("Or it is no event, because"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: Any, events: Sequence[AdverseEvent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.events = {event.number: event for event in events}
        event: Any = self.fields["event"]
        event.choices = [("", "–"), *((each.number, f"{each.number} · {each.term}") for each in events)]

    def decision(self) -> dict[str, Any]:
        """What `decide_suggestion` asks for."""
        chosen = self.cleaned_data
        return {
            "source": chosen["source"],
            "reason": chosen["reason"],
            "event": self.events.get(chosen["event"]),
        }

    def add_refusal(self, refusal: Any) -> None:
        """Show what the service refuses, at its fields."""
        by_field = getattr(refusal, "error_dict", None) or {None: refusal}
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, errors)
