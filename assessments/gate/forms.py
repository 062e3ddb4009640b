"""The forms of the gate: what stands on the bag, and the two persons who looked at it."""

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessments.gate.facts import Bag
from patients.forms.fields import MomentField, helper_of
from patients.widgets import MomentInput

LOTS_ON_PAGE = "lots"
"""The id of the list of registered lots that the page offers."""


class GateForm(forms.Form):
    """Bag, times, the two persons' confirmations, and the reason where something is open."""

    lot_number = forms.CharField(
        label=_("Lot number"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": LOTS_ON_PAGE, "autocomplete": "off"}),
        help_text=_("As on the bag."),
    )
    bag_number = forms.CharField(label=_("Bag"), max_length=40, help_text=_("As on the bag."))
    thaw_started_at = MomentField(label=_("Thawing begun"), required=False, widget=MomentInput())
    thaw_ended_at = MomentField(
        label=_("Thawing ended"), required=False, widget=MomentInput(), help_text=_("Empty for a fresh product.")
    )
    starts_at = MomentField(
        label=_("Start of the infusion"),
        widget=MomentInput(),
        help_text=_("Now, or the moment it really started when you enter it later."),
    )
    identity_confirmed = forms.BooleanField(
        label=_("We both compared the subject's name or number with the label and the order."),
        error_messages={"required": _("Both of you compare the subject with the label before the infusion starts.")},
    )
    product_confirmed = forms.BooleanField(
        label=_("We both compared lot, bag and expiry with the bag and looked at the product."),
        error_messages={"required": _("Both of you compare the product with the bag before the infusion starts.")},
    )
    override_reason = forms.CharField(
        label=_("Reason to go ahead although something is open"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed only when an item of the list is open or unknown. It is kept with both names."),
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    second_username = forms.CharField(
        label=_("Sign-in name of the second person"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Somebody else who works with subjects at this site and stands beside you."),
    )
    second_password = forms.CharField(
        label=_("Password of the second person"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.second_person: User | None = None
        self.helper = helper_of(
            Fieldset(
                _("Product"),
                "lot_number",
                "bag_number",
                "thaw_started_at",
                "thaw_ended_at",
                "starts_at",
                css_class="form-section",
            ),
            Fieldset(_("What you both checked"), "identity_confirmed", "product_confirmed", css_class="form-section"),
            Fieldset(_("If something is open"), "override_reason", css_class="form-section"),
            Fieldset(_("The two persons"), "password", "second_username", "second_password", css_class="form-section"),
        )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        user: Any = self.request.user
        if authenticate(self.request, username=user.get_username(), password=password) != user:
            raise ValidationError(_("This is not your password. Nothing was decided."))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name, password = cleaned.get("second_username"), cleaned.get("second_password")
        user: Any = self.request.user
        if name and password and name.casefold() != user.get_username().casefold():
            found: Any = authenticate(self.request, username=name, password=password)
            if found is None:
                self.add_error("second_password", _("Sign-in name and password of the second person do not match."))
            self.second_person = found
        elif name and password:
            self.add_error("second_username", _("The second person must be somebody else."))
        return cleaned

    def bag(self, otherwise: Any) -> Bag:
        """What could be read of the bag so far; `otherwise` is the start where none is given."""
        found = self.cleaned_data if self.is_bound else self.initial
        return Bag(
            lot_number=found.get("lot_number") or "",
            bag_number=found.get("bag_number") or "",
            thaw_started_at=found.get("thaw_started_at"),
            thaw_ended_at=found.get("thaw_ended_at"),
            starts_at=found.get("starts_at") or otherwise,
        )


class LookForm(GateForm):
    """The same fields while they are still being filled: nobody signs, so no password is looked at."""

    def clean_password(self) -> str:
        return ""

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data
