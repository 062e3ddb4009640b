"""Enrolling a subject and ending participation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.arms import arm_choices
from patients.forms.fields import DayField, ReasonField, helper_of
from patients.models import Subject, SubjectStatus
from protocols.schema import Protocol


class EnrolmentForm(forms.Form):
    """Day of enrolment and, where the protocol does not randomise, the arm."""

    enrolled_on = DayField(label=_("Enrolled on"))
    arm_code = forms.ChoiceField(label=_("Arm"), widget=forms.RadioSelect)
    confirmed = forms.BooleanField(
        label=_("Give this subject the next place of the random list"),
        help_text=_("It cannot be taken back or given again."),
    )

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if protocol.allocation is not None:
            del fields["arm_code"]
        else:
            del fields["confirmed"]
            fields["arm_code"].choices = arm_choices(protocol.arms)
            if len(protocol.arms) == 1:
                fields["arm_code"].initial = protocol.arms[0].code
        self.helper = helper_of()

    @property
    def typed(self) -> dict[str, Any]:
        """Day and arm, as the service takes them; no arm where the list gives it."""
        data = self.cleaned_data
        return {"enrolled_on": data["enrolled_on"], "arm_code": data.get("arm_code", "")}


class EndForm(forms.Form):
    """Completion or withdrawal."""

    status = forms.ChoiceField(label=_("How did participation end?"), widget=forms.RadioSelect)
    ended_on = DayField(label=_("Ended on"))
    reason = ReasonField(label=_("Reason"), help_text=_("For example: all visits done; subject's own wish."))

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN]
        if subject.status != SubjectStatus.FOLLOW_UP:
            ways.remove(SubjectStatus.COMPLETED)
        fields: dict[str, Any] = self.fields
        fields["status"].choices = [(way.value, way.label) for way in ways]
        fields["status"].initial = ways[0].value
        self.helper = helper_of()
