"""Sign-in, sign-out, password, language."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import NewPasswordForm, SignInForm
from accounts.middleware import language_cookie
from accounts.requests import SignedInRequest
from accounts.services import change_password, set_language


class SignIn(LoginView):
    """Signs a person in and goes on in that person's language."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        return language_cookie(response, form.get_user().language)


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()


def lockout_name(_request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name under which wrong passwords are counted: in one case, as the database compares sign-in names."""
    return str((credentials or {}).get("username", "")).upper()


def locked_out(request: HttpRequest, _credentials: dict[str, Any] | None = None) -> HttpResponse:
    """Too many wrong passwords: say how long it lasts."""
    return render(request, "accounts/locked_out.html", status=429)


def password_change(request: SignedInRequest) -> HttpResponse:
    """Replace one's own password."""
    form = NewPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(user=request.user, password=form.cleaned_data["new_password1"], by=request.user)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Password changed."))
        return redirect("home")
    return render(request, "accounts/password_change.html", {"form": form, "crumbs": [(_("Change password"), "")]})


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, for this browser and, signed in, for the account."""
    language = request.POST.get("language", "")
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    # Not `redirect`: it would take a word without a slash for the name of a page and fail when there is none.
    response = HttpResponseRedirect(target)
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        set_language(user=request.user, language=language)
    return language_cookie(response, language)
