"""Sign-in and passwords."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignInForm(AuthenticationForm):
    """Sign-in name and password."""

    error_messages = {
        "invalid_login": _("Sign-in name and password do not match. After five wrong tries the account is locked."),
        "inactive": _("This account may not sign in. Ask your administrator."),
    }


class NewPasswordForm(PasswordChangeForm):
    """The old password and the new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class SignOffForm(forms.Form):
    """The password once more, so that nobody decides in the name of somebody who has left the screen.

    The session names the person; the password proves that it is still the same (21 CFR 11.200(a)(1)). Wrong ones are
    counted like those of the sign-in.
    """

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        user: Any = self.request.user
        if authenticate(self.request, username=user.get_username(), password=password) != user:
            raise ValidationError(_("This is not your password. Nothing was decided."))
        return password


class AccountForm(forms.ModelForm):
    """A new account with its first password, which the person replaces."""

    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Tell it to the person by another way than e-mail."),
    )

    class Meta:
        model = User
        fields = ("username", "full_name", "email", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
