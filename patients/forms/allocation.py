"""Changing the arm of a subject."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.arms import arm_choices
from patients.forms.fields import DayField, ReasonField, helper_of
from protocols.schema import Arm


class ChangeArmForm(forms.Form):
    """Another arm, from which day on, and why; with the number of the latest allocation that the person has seen."""

    arm_code = forms.ChoiceField(label=_("New arm"), widget=forms.RadioSelect)
    changed_on = DayField(label=_("From which day on"))
    reason = ReasonField(
        label=_("Reason"), help_text=_("For example: change to the other treatment as the protocol provides.")
    )
    seen_sequence = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**4)

    def __init__(self, *args: Any, arms: list[Arm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["arm_code"].choices = arm_choices(arms)
        self.helper = helper_of()
