"""Delegating roles."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import ROLES
from trials.models import Site, Trial


class DelegationForm(forms.Form):
    """Who works in which role where."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(label=_("Role"), choices=[(code, role.name) for code, role in ROLES.items()])
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("Every site of the trial")
    )

    def __init__(self, *args: Any, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = User.objects.filter(is_active=True).order_by("full_name")
        fields["site"].queryset = trial.sites.all()
        self.helper = FormHelper()
        self.helper.form_tag = False


class EndDelegationForm(forms.Form):
    """Why a delegation ends."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
