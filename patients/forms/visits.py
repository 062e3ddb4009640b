"""What becomes of a visit."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField, helper_of


class VisitDateForm(forms.Form):
    """The day on which a visit took place."""

    occurred_on = DayField(label=_("Date of visit"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"].initial = today
        self.helper = helper_of()


class VisitCorrectionForm(forms.Form):
    """Another day for a visit that took place."""

    occurred_on = DayField(label=_("Date of visit"))
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class MissedVisitForm(forms.Form):
    """Why a visit did not take place."""

    missed_reason = forms.CharField(label=_("Why did the visit not take place?"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()
