"""What becomes of a visit."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField, helper_of
from patients.models import ContactMode


class ContactField(forms.ChoiceField):
    """How subject and site met."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {
            "label": _("Contact"),
            "choices": ContactMode.choices,
            "widget": forms.RadioSelect,
            "required": False,
            "initial": ContactMode.ON_SITE.value,
        }
        super().__init__(**{**defaults, **kwargs})


def _without_phone_alone(form: forms.Form) -> None:
    field: Any = form.fields["contact_mode"]
    field.choices = [choice for choice in ContactMode.choices if choice[0] != ContactMode.BY_PHONE]


class VisitDateForm(forms.Form):
    """The day on which a visit took place, and how. `is_treated`: nobody is treated by telephone alone."""

    occurred_on = DayField(label=_("Date of visit"))
    contact_mode = ContactField()

    def __init__(self, *args: Any, today: date, is_treated: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"].initial = today
        if is_treated:
            _without_phone_alone(self)
        self.helper = helper_of()

    def clean_contact_mode(self) -> str:
        """At the site where nothing was chosen."""
        return self.cleaned_data["contact_mode"] or ContactMode.ON_SITE.value


class UnscheduledVisitForm(VisitDateForm):
    """A visit that no schedule holds, and why it took place."""

    why = forms.CharField(
        label=_("Why did the visit take place?"),
        max_length=200,
        help_text=_("For example: the subject asked for it; a laboratory value had to be repeated."),
    )

    field_order = ("occurred_on", "why", "contact_mode")


class VisitCorrectionForm(forms.Form):
    """Another day, or another way, for a visit that took place."""

    occurred_on = DayField(label=_("Date of visit"))
    contact_mode = ContactField()
    reason = ReasonField()

    def __init__(self, *args: Any, is_treated: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_treated:
            _without_phone_alone(self)
        self.helper = helper_of()


class ReopenVisitForm(forms.Form):
    """Why a visit that was recorded as missed waits again."""

    reopen_reason = ReasonField(label=_("Why is it not missed?"), help_text=_("For example: recorded by mistake."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class MissedVisitForm(forms.Form):
    """Why a visit did not take place."""

    missed_reason = forms.CharField(label=_("Why did the visit not take place?"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()
