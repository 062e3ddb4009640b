"""The normal ranges of the laboratories of a trial's sites."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Permission
from clinical.numbers import plain
from patients.views.common import add_error
from trials.access import TrialRequest, trial_page
from trials.normal_ranges import listed_ranges, range_to_keep, sites_with_ranges, sites_with_ranges_to_keep
from trials.services import add_list_of_ranges, add_normal_range, correct_normal_range
from workspace.range_forms import RangeCorrectionForm, RangeFilterForm, RangeForm, RangeListForm, first_day

RANGES_PER_PAGE = 50
VALUES = ("laboratory_name", "analyte", "unit", "low", "high", "sex", "age_from_years", "age_to_years", "valid_from")


@trial_page(Permission.VIEW_SUBJECTS)
def ranges(request: TrialRequest, trial: Any) -> HttpResponse:
    """The ranges of every site that the user may see, filtered by the address."""
    sites = sites_with_ranges(request.user, trial)
    filters = RangeFilterForm(request.GET, sites=sites)
    listed = listed_ranges(sites)
    context = {
        "trial": trial,
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "has_any": bool(listed),
        "page_obj": Paginator(filters.chosen(listed), RANGES_PER_PAGE).get_page(request.GET.get("page")),
        "may_keep": request.roles.may_somewhere(Permission.MANAGE_RANGES),
        "kept_sites": {site.pk for site in sites if request.roles.may(Permission.MANAGE_RANGES, site)},
        "crumbs": [(_("Normal ranges"), "")],
    }
    return render(request, "workspace/ranges.html", context)


@trial_page(Permission.MANAGE_RANGES)
def new_range(request: TrialRequest, trial: Any) -> HttpResponse:
    """Another range, for example because the laboratory has changed its method."""

    def add(values: dict[str, Any]) -> str:
        added = add_normal_range(by=request.user, **values)
        return _("Added: %(range)s.") % {"range": added}

    return _page(request, trial, RangeForm, "workspace/range.html", _("New normal range"), add)


@trial_page(Permission.MANAGE_RANGES)
def range_list(request: TrialRequest, trial: Any) -> HttpResponse:
    """The list of a laboratory, pasted as a whole."""

    def add(values: dict[str, Any]) -> str:
        count = len(add_list_of_ranges(by=request.user, **values))
        return ngettext("%(count)s range added.", "%(count)s ranges added.", count) % {"count": count}

    return _page(request, trial, RangeListForm, "workspace/range_list.html", _("Paste a list of normal ranges"), add)


@trial_page(Permission.MANAGE_RANGES)
def edit_range(request: TrialRequest, trial: Any, range_pk: int) -> HttpResponse:
    """Correct a range that was entered wrongly."""
    stored = range_to_keep(request.user, trial, range_pk)
    if stored is None:
        raise Http404
    initial = {name: getattr(stored, name) for name in VALUES}
    initial |= {name: plain(initial[name]) for name in ("low", "high") if initial[name] is not None}
    initial |= {"site": str(stored.site_id), "seen_version": stored.row_version}
    typed = request.POST if request.method == "POST" else None
    form = RangeCorrectionForm(typed, sites=[stored.site], initial=initial)
    if typed is not None and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "site"}
        try:
            correct_normal_range(normal_range=stored, by=request.user, **values)
        except ValidationError as error:
            latest = {**typed.dict(), "seen_version": str(stored.row_version)}
            form = RangeCorrectionForm(latest, sites=[stored.site], initial=initial)
            add_error(form, error)
        else:
            messages.success(request, _("Range saved."))
            return redirect("workspace:ranges", trial.registration)
    here = _("Normal range of %(analyte)s") % {"analyte": stored.analyte_name}
    return _form_page(request, trial, form, "workspace/range.html", {"here": here, "range": stored})


def _page(
    request: TrialRequest,
    trial: Any,
    form_class: Callable[..., Any],
    template: str,
    here: str,
    add: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """A form that adds ranges; `add` stores the values and says what it has done."""
    sites = sites_with_ranges_to_keep(request.user, trial)
    typed = request.POST if request.method == "POST" else None
    form = form_class(typed, sites=sites, initial={"valid_from": first_day(sites)})
    if typed is not None and form.is_valid():
        try:
            done = add(form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, done)
            return redirect("workspace:ranges", trial.registration)
    return _form_page(request, trial, form, template, {"here": here})


def _form_page(request: TrialRequest, trial: Any, form: Any, template: str, more: dict[str, Any]) -> HttpResponse:
    crumbs = [(_("Normal ranges"), reverse("workspace:ranges", args=[trial.registration])), (more["here"], "")]
    context = {"trial": trial, "form": form, "crumbs": crumbs, **more}
    return render(request, template, context, status=422 if form.errors else 200)
