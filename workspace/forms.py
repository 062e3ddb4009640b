"""Delegating roles."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import ROLES
from trials.models import Site, Trial
from trials.selectors import HeldRoles


class DelegationForm(forms.Form):
    """Who works in which role where."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(
        label=_("Role"), choices=[("", "---------"), *((code, role.name) for code, role in ROLES.items())]
    )
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    every_site = forms.BooleanField(
        label=_("Every site of the trial"), required=False, help_text=_("Also sites that open later.")
    )

    def __init__(self, *args: Any, trial: Trial, roles: HeldRoles, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = User.objects.filter(is_active=True).order_by("full_name")
        # Who manages the people of some sites gives roles at those sites only.
        places = [site.pk for site in trial.sites.all() if roles.may(Permission.MANAGE_PEOPLE, site)]
        fields["site"].queryset = trial.sites.filter(pk__in=places)
        if not roles.may_everywhere(Permission.MANAGE_PEOPLE):
            del self.fields["every_site"]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if bool(data.get("site")) == bool(data.get("every_site")) and "site" not in self.errors:
            # Nobody gets every site by leaving a field alone.
            self.add_error("site", _("Choose one site, or tick every site of the trial."))
        return data


class EndDelegationForm(forms.Form):
    """Why a delegation ends."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
