"""Screening a person once more."""

from patients.forms.consent import ConsentForm


class RescreeningForm(ConsentForm):
    """The new consent; the contact details are taken over."""
