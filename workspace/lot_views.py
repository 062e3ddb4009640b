"""The register of product lots."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.views.common import add_error
from trials import services
from trials.access import TrialRequest, trial_page
from trials.policies import NotAllowedNow, lot_may_become, release_objections
from trials.selectors import lots_of
from workspace import lot_forms as forms
from workspace import lot_reads as reads

LOTS_PER_PAGE = 25

Crumb = tuple[str, str]


@trial_page(Permission.VIEW_PROTOCOL)
def lots(request: TrialRequest, trial: Any) -> HttpResponse:
    """Every lot with its status and expiry, filtered by the address."""
    filters, now = forms.LotFilterForm(request.GET), timezone.now()
    found = reads.lots_wanted(trial, filters.wanted(), now=now)
    context = {
        "trial": trial,
        "filters": filters,
        "now": now,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "page_obj": Paginator(found, LOTS_PER_PAGE).get_page(request.GET.get("page")),
        "may_manage": request.roles.may_somewhere(Permission.MANAGE_LOTS),
        "crumbs": [(_("Product lots"), "")],
    }
    return render(request, "workspace/lots.html", context)


@trial_page(Permission.VIEW_PROTOCOL)
def lot(request: TrialRequest, trial: Any, lot_pk: int) -> HttpResponse:
    """All that is known of one lot, what was decided on it, and who received it."""
    found = _lot_or_404(trial, lot_pk)
    may_decide = request.roles.may_somewhere(Permission.RELEASE_LOTS)
    context = {
        "groups": reads.values_in_words(found),
        "decisions": reads.decisions_on(found),
        "steps": reads.steps_possible(found) if may_decide else (),
        "may_correct": _may_correct(request, found),
        "may_see_history": request.roles.may_somewhere(Permission.VIEW_HISTORY),
        **_exposures(request, found),
    }
    return _page(request, found, "workspace/lot.html", context, crumbs=[(found.lot_number, "")])


@trial_page(Permission.VIEW_HISTORY)
def lot_history(request: TrialRequest, trial: Any, lot_pk: int) -> HttpResponse:
    """Who stored what of the lot, when and why."""
    found = _lot_or_404(trial, lot_pk)
    context = {"saves": reads.history_of(found)}
    crumbs = [_lot_crumb(found), (_("History"), "")]
    return _page(request, found, "workspace/lot_history.html", context, crumbs=crumbs)


@trial_page(Permission.MANAGE_LOTS)
def new_lot(request: TrialRequest, trial: Any) -> HttpResponse:
    """Register a lot."""
    zones = _zones(request, trial)
    form = forms.LotForm(request.POST if request.method == "POST" else None, zones=zones)
    form.instance.trial = trial
    if form.is_bound and form.is_valid():
        try:
            made = services.register_lot(trial=trial, values=form.values(), by=request.user)
        except ValidationError as error:
            add_error(form, error)
        else:
            text = _("Lot %(number)s is registered. It is in quarantine.") % {"number": made.lot_number}
            messages.success(request, text)
            return redirect("workspace:lot", trial.registration, made.pk)
    here = _("Register a lot")
    context = {"trial": trial, "form": form, "crumbs": [_register_crumb(trial), (here, "")], "here": here}
    with timezone.override(form.fields["time_zone"].initial):
        return render(request, "workspace/lot_form.html", context, status=422 if form.errors else 200)


@trial_page(Permission.MANAGE_LOTS)
def correct_lot(request: TrialRequest, trial: Any, lot_pk: int) -> HttpResponse:
    """Correct a lot; once it has been decided on, only who may decide corrects it, and signs."""
    found = _lot_or_404(trial, lot_pk)
    if not _may_correct(request, found):
        raise PermissionDenied(_("This lot has been decided on. Only who may release lots can correct it now."))
    typed = request.POST if request.method == "POST" else None
    form = _correction_form(request, trial, lot_pk, typed)
    if typed is not None and form.is_valid():
        grounds = {name: form.cleaned_data[name] for name in ("seen_version", "reason")}
        try:
            services.correct_lot(lot=found, values=form.values(), by=request.user, **grounds)
        except ValidationError as error:
            # Saving again is a decision taken with what is stored now in view.
            again = {**typed.dict(), "seen_version": str(found.row_version)}
            form = _correction_form(request, trial, lot_pk, again)
            add_error(form, error)
        else:
            messages.success(request, _("The correction is saved."))
            return redirect("workspace:lot", trial.registration, found.pk)
    context = {"form": form, "here": _("Correct lot %(number)s") % {"number": found.lot_number}}
    return _page(request, found, "workspace/lot_form.html", context, crumbs=[_lot_crumb(found), (_("Correct"), "")])


@trial_page(Permission.RELEASE_LOTS)
def release_lot(request: TrialRequest, trial: Any, lot_pk: int) -> HttpResponse:
    """Release a lot from quarantine, signed with the password."""
    found = _lot_or_404(trial, lot_pk)
    initial = {"seen_version": found.row_version}
    form = forms.ReleaseForm(request.POST or None, request=request, initial=initial)

    def write(data: dict[str, Any]) -> None:
        names = ("released_on", "released_by_name", "seen_version")
        services.release_lot(lot=found, by=request.user, **{name: data[name] for name in names})

    context = {"objections": release_objections(found), "points_to_check": reads.points_to_check(found)}
    return _decide(request, found, "release", form, write, context)


@trial_page(Permission.RELEASE_LOTS)
def reject_lot(request: TrialRequest, trial: Any, lot_pk: int) -> HttpResponse:
    """Reject a lot in quarantine, signed with the password."""
    found = _lot_or_404(trial, lot_pk)
    form = forms.ReasonedForm(request.POST or None, request=request)

    def write(data: dict[str, Any]) -> None:
        services.reject_lot(lot=found, reason=data["reason"], by=request.user)

    return _decide(request, found, "reject", form, write, {})


@trial_page(Permission.RELEASE_LOTS)
def recall_lot(request: TrialRequest, trial: Any, lot_pk: int) -> HttpResponse:
    """Recall a released lot, signed with the password; who received it is shown."""
    found = _lot_or_404(trial, lot_pk)
    form = forms.ReasonedForm(request.POST or None, request=request)

    def write(data: dict[str, Any]) -> None:
        services.recall_lot(lot=found, reason=data["reason"], by=request.user)

    return _decide(request, found, "recall", form, write, _exposures(request, found))


def _decide(
    request: TrialRequest,
    lot: Any,
    step: str,
    form: Any,
    write: Callable[[dict[str, Any]], None],
    context: dict[str, Any],
) -> HttpResponse:
    """What will happen, and the form that makes it happen."""
    words = reads.STEPS[step]
    lot_may_become(lot, words.status)
    if request.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, words.done % {"number": lot.lot_number})
            return redirect("workspace:lot", lot.trial.registration, lot.pk)
    here = words.heading % {"number": lot.lot_number}
    context = {"form": form, "step": step, "here": here, "groups": reads.values_in_words(lot), **context}
    crumbs = [_lot_crumb(lot), (str(words.name), "")]
    return _page(request, lot, "workspace/lot_decision.html", context, crumbs=crumbs)


def _page(
    request: TrialRequest, lot: Any, template: str, context: dict[str, Any], *, crumbs: list[Crumb]
) -> HttpResponse:
    """A page about one lot, its moments in the time zone of the lot."""
    base = {"trial": lot.trial, "lot": lot, "now": timezone.now(), "crumbs": [_register_crumb(lot.trial), *crumbs]}
    form = context.get("form")
    with timezone.override(lot.zone):
        return render(request, template, {**base, **context}, status=422 if form is not None and form.errors else 200)


def _lot_or_404(trial: Any, pk: int) -> Any:
    return get_object_or_404(lots_of(trial), pk=pk)


def _may_correct(request: TrialRequest, lot: Any) -> bool:
    needed = Permission.MANAGE_LOTS if lot.is_in_quarantine else Permission.RELEASE_LOTS
    return request.roles.may_somewhere(needed)


def _correction_form(request: TrialRequest, trial: Any, lot_pk: int, typed: Any) -> Any:
    # The form writes what was typed into its instance, so it gets one of its own.
    lot, zones = _lot_or_404(trial, lot_pk), _zones(request, trial)
    if lot.is_in_quarantine:
        return forms.LotCorrectionForm(typed, instance=lot, zones=zones)
    return forms.SignedLotCorrectionForm(typed, instance=lot, zones=zones, request=request)


def _exposures(request: TrialRequest, lot: Any) -> dict[str, Any]:
    if not request.roles.may_somewhere(Permission.VIEW_SUBJECTS):
        return {"may_see_exposures": False}
    return {"may_see_exposures": True, "exposures": reads.exposures_of(lot, request.user)}


def _zones(request: TrialRequest, trial: Any) -> list[str]:
    """The time zones of the trial's sites, those of the own sites first."""
    sites = sorted(trial.sites.all(), key=lambda site: not request.roles.may(Permission.MANAGE_LOTS, site))
    return [site.time_zone for site in sites]


def _register_crumb(trial: Any) -> Crumb:
    return _("Product lots"), reverse("workspace:lots", args=[trial.registration])


def _lot_crumb(lot: Any) -> Crumb:
    return lot.lot_number, reverse("workspace:lot", args=[lot.trial.registration, lot.pk])
