"""The landing page, the protocol as people read it, and who works on the trial."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import AccountForm
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.roles import ROLES
from accounts.services import create_account
from trials import services
from trials.access import TrialRequest, trial_page
from trials.selectors import delegation_log, trials_for
from workspace import forms, selectors
from workspace.protocol_page import protocol_page


def home(request: SignedInRequest) -> HttpResponse:
    """Goes to the one trial a person works in, or lets choose."""
    trials = list(trials_for(request.user))
    if len(trials) == 1:
        return redirect("workspace:today", trials[0].registration)
    return render(request, "workspace/home.html", {"trials": trials})


@trial_page(Permission.VIEW_PROTOCOL)
def today(request: TrialRequest, trial: Any) -> HttpResponse:
    """What do I do now, by role."""
    panels = selectors.today(request.user, trial, request.roles.permissions)
    return render(request, "workspace/today.html", {"trial": trial, **panels})


@trial_page(Permission.VIEW_PROTOCOL)
def protocol(request: TrialRequest, trial: Any) -> HttpResponse:
    """One protocol version, the newest unless the address names another, and who stands on which."""
    shown = protocol_page(trial, roles=request.roles, wanted=request.GET.get("version", ""))
    if shown is None:
        raise Http404
    context = {"trial": trial, "crumbs": [(_("Protocol"), "")], **shown}
    return render(request, "workspace/protocol.html", context)


def _people(request: TrialRequest, trial: Any, form: Any = None, status: int = 200) -> HttpResponse:
    context = {
        "trial": trial,
        "delegations": delegation_log(trial),
        "form": form or forms.DelegationForm(trial=trial, roles=request.roles),
        "roles": ROLES.values(),
        "crumbs": [(_("People"), "")],
    }
    return render(request, "workspace/people.html", context, status=status)


@trial_page(Permission.MANAGE_PEOPLE)
def people(request: TrialRequest, trial: Any) -> HttpResponse:
    """The delegation log and what each role may do."""
    return _people(request, trial)


@require_POST
@trial_page(Permission.MANAGE_PEOPLE)
def delegate(request: TrialRequest, trial: Any) -> HttpResponse:
    """Give a role."""
    form = forms.DelegationForm(request.POST, trial=trial, roles=request.roles)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.delegate(
                user=data["user"], trial=trial, role=ROLES[data["role"]], site=data["site"], by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Role delegated."))
            return redirect("workspace:people", trial.registration)
    return _people(request, trial, form, 422)


@require_POST
@trial_page(Permission.MANAGE_PEOPLE)
def end_delegation(request: TrialRequest, trial: Any, pk: int) -> HttpResponse:
    """Take a role away, at once."""
    delegation = get_object_or_404(delegation_log(trial), pk=pk)
    held, manage = request.roles, Permission.MANAGE_PEOPLE
    if not (held.may(manage, delegation.site) if delegation.site else held.may_everywhere(manage)):
        raise PermissionDenied
    form = forms.EndDelegationForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Say why the delegation ends."))
        services.end_delegation(delegation=delegation, reason=form.cleaned_data["reason"], by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Delegation ended."))
    return redirect("workspace:people", trial.registration)


@trial_page(Permission.MANAGE_PEOPLE)
def new_account(request: TrialRequest, trial: Any) -> HttpResponse:
    """An account for a new person; the role is delegated next."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = create_account(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            if hasattr(error, "error_dict"):
                form.add_error(None, error)
            else:
                form.add_error("password", error)
        else:
            messages.success(
                request, _("Account of %(name)s created. Delegate a role next.") % {"name": user.full_name}
            )
            return redirect("workspace:people", trial.registration)
    crumbs = [(_("People"), f"/trials/{trial.registration}/people/"), (_("New account"), "")]
    return render(request, "workspace/new_account.html", {"trial": trial, "form": form, "crumbs": crumbs})
