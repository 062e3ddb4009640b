"""Enrolling a subject and ending participation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField, helper_of
from patients.models import Subject, SubjectStatus
from protocols.schema import Protocol


class EnrolmentForm(forms.Form):
    """Day of enrolment and arm."""

    enrolled_on = DayField(label=_("Enrolled on"))
    arm_code = forms.ChoiceField(label=_("Arm"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["arm_code"].choices = [(arm.code, arm.name) for arm in protocol.arms]
        if len(protocol.arms) == 1:
            fields["arm_code"].initial = protocol.arms[0].code
        self.helper = helper_of()


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
