"""How enrolment stands, who may stop and limit it, and the random list."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients.selectors import allocations as allocation_reads
from patients.selectors.enrolment import enrolment_of
from patients.services.allocation import is_as_its_seed_gives, make_allocation_list
from trials import services
from trials.access import TrialRequest, trial_page
from trials.policies import NotAllowedNow
from workspace import enrolment_forms as forms


def _forms(request: TrialRequest, figures: Any) -> dict[str, Any]:
    """The empty forms that this person may use, by name."""
    roles, stop, manage = request.roles, Permission.STOP_ENROLMENT, Permission.MANAGE_TRIAL
    sites = [row.site for row in figures.sites]
    everywhere = roles.may_everywhere(stop)
    own_holds = [hold for hold in figures.open_holds if (roles.may(stop, hold.site) if hold.site else everywhere)]
    found: dict[str, Any] = {}
    if roles.may_somewhere(stop):
        own_sites = [site for site in sites if roles.may(stop, site)]
        found["stop"] = lambda data=None: forms.StopForm(data, sites=own_sites, everywhere=everywhere)
        found["reopen"] = lambda data=None: forms.ReopenForm(data, holds=own_holds)
    if roles.may_everywhere(manage):
        initial = {"target": figures.target if figures.has_own_target else None}
        found["target"] = lambda data=None: forms.TargetForm(data, initial=initial)
    if roles.may_somewhere(manage):
        limited = [site for site in sites if roles.may(manage, site)]
        found["limit"] = lambda data=None: forms.LimitForm(data, sites=limited)
    return found


def _page(request: TrialRequest, trial: Any, figures: Any, refused: dict[str, Any] | None = None) -> HttpResponse:
    """The page of enrolment; `refused` holds the form that was sent and not accepted."""
    empty = {name: make() for name, make in _forms(request, figures).items()}
    context = {
        "trial": trial,
        "figures": figures,
        "forms": {**empty, **(refused or {})},
        "form": next(iter(refused.values())) if refused else None,
        "may_see_list": _may_see_list(request),
        "crumbs": [(_("Enrolment"), "")],
    }
    return render(request, "workspace/enrolment.html", context, status=422 if refused else 200)


@trial_page(Permission.VIEW_PROTOCOL)
def enrolment(request: TrialRequest, trial: Any) -> HttpResponse:
    """How many are enrolled of how many, by site, and where enrolment is stopped."""
    return _page(request, trial, enrolment_of(trial))


def _write(
    request: TrialRequest, trial: Any, name: str, write: Callable[[dict[str, Any]], Any], done: str
) -> HttpResponse:
    """Hand what was typed to the service, or show the page again with what it says."""
    figures = enrolment_of(trial)
    make = _forms(request, figures).get(name)
    if make is None:
        raise PermissionDenied
    form = make(request.POST)
    if form.is_valid():
        try:
            write(form.cleaned_data)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, done)
            return redirect("workspace:enrolment", trial.registration)
    return _page(request, trial, figures, {name: form})


@require_POST
@trial_page(Permission.STOP_ENROLMENT)
def stop_enrolment(request: TrialRequest, trial: Any) -> HttpResponse:
    """Stop enrolment at a site or everywhere."""

    def write(data: dict[str, Any]) -> None:
        services.place_hold(trial=trial, by=request.user, **data)

    return _write(request, trial, "stop", write, _("Enrolment is stopped."))


@require_POST
@trial_page(Permission.STOP_ENROLMENT)
def reopen_enrolment(request: TrialRequest, trial: Any) -> HttpResponse:
    """End a stop of enrolment."""

    def write(data: dict[str, Any]) -> None:
        services.lift_hold(by=request.user, **data)

    return _write(request, trial, "reopen", write, _("The stop of enrolment has ended."))


@require_POST
@trial_page(Permission.MANAGE_TRIAL)
def enrolment_target(request: TrialRequest, trial: Any) -> HttpResponse:
    """Set how many subjects the trial is to enrol."""

    def write(data: dict[str, Any]) -> None:
        services.set_enrolment_target(trial=trial, by=request.user, **data)

    return _write(request, trial, "target", write, _("Target saved."))


@require_POST
@trial_page(Permission.MANAGE_TRIAL)
def enrolment_limit(request: TrialRequest, trial: Any) -> HttpResponse:
    """Set how many subjects a site may enrol."""

    def write(data: dict[str, Any]) -> None:
        services.set_enrolment_cap(by=request.user, **data)

    return _write(request, trial, "limit", write, _("Limit saved."))


def _may_see_list(request: TrialRequest) -> bool:
    roles = request.roles
    return roles.may_somewhere(Permission.MANAGE_ALLOCATION) and not roles.may_somewhere(Permission.ENROL_SUBJECTS)


@trial_page(Permission.MANAGE_ALLOCATION)
def allocation_list(request: TrialRequest, trial: Any) -> HttpResponse:
    """Make the random list, once; afterwards, how far it has been used. No place is ever shown here."""
    if not _may_see_list(request):
        raise PermissionDenied(
            _("Who enrols subjects must not know the random list. In this trial you hold a role that enrols.")
        )
    made = allocation_reads.allocation_list_of(trial)
    ratio = allocation_reads.ratio_of(trial, made)
    form = forms.AllocationListForm(request.POST or None, parts=sum(share for _arm, share in ratio))
    if request.method == "POST" and form.is_valid():
        try:
            make_allocation_list(trial=trial, block_sizes=form.cleaned_data["block_sizes"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The random list is made."))
            return redirect("workspace:allocation", trial.registration)
    context = {
        "trial": trial,
        "form": form,
        "can_be_made": made is None and bool(ratio),
        "ratio": ratio,
        "made": made,
        "strata": allocation_reads.strata_in_use(made) if made else [],
        "is_sound": is_as_its_seed_gives(made) if made else None,
        "crumbs": [(_("Enrolment"), reverse("workspace:enrolment", args=[trial.registration])), (_("Random list"), "")],
    }
    return render(request, "workspace/allocation.html", context, status=422 if form.errors else 200)
