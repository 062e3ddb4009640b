"""Deviations: of the trial, of a subject, and each by itself."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.forms.deviations import CompletionForm, DeviationFilterForm, ReportForm, VoidForm
from patients.selectors import deviations as reads
from patients.selectors.subjects import visible_sites
from patients.selectors.visits import visit_of
from patients.services.deviations import (
    DeviationConflict,
    complete_deviation,
    report_deviation,
    void_deviation,
)
from patients.views.common import add_error, subject_view
from trials.access import TrialRequest, trial_page

ROWS_PER_PAGE = 25


@trial_page(Permission.VIEW_SUBJECTS)
def deviation_list(request: TrialRequest, trial: Any) -> HttpResponse:
    """The deviations of every subject that the user may see, filtered by the address."""
    filters = DeviationFilterForm(request.GET, sites=list(visible_sites(request.user, trial)))
    rows = reads.deviations_of_trial(request.user, trial, filters.wanted())
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "trial": trial,
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "page_obj": page,
        "rows": [_row(deviation) for deviation in page],
        "crumbs": [(_("Deviations"), "")],
    }
    return render(request, "patients/deviation_list.html", context)


def _row(deviation: Any, doubt: str = "") -> dict[str, Any]:
    return {
        "deviation": deviation,
        "title": reads.title_of(deviation),
        "visit": reads.visit_name_of(deviation),
        "days_off": reads.days_off_in_words(deviation.days_off) if deviation.days_off else "",
        "doubt": doubt,
    }


@subject_page(Permission.VIEW_SUBJECTS)
def subject_deviations(request: SubjectRequest, subject: Any) -> HttpResponse:
    """The deviations of one subject."""
    found = reads.deviations_of_subject(subject)
    doubts = reads.doubts_about(subject, found)
    context = {
        "rows": [_row(deviation, doubts.get(deviation.number, "")) for deviation in found],
        "may_report": request.roles.may(Permission.ENTER_DATA, subject.site),
    }
    return subject_view(request, "patients/subject_deviations.html", context, here=_("Deviations"))


@subject_page(Permission.ENTER_DATA)
def report(request: SubjectRequest, subject: Any) -> HttpResponse:
    """A deviation that somebody saw."""
    form = ReportForm(request.POST or None, visits=reads.visit_choices(subject))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        visit = visit_of(subject, data.pop("visit"))
        try:
            made = report_deviation(subject=subject, visit=visit, by=request.user, **data)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Deviation %(number)s is recorded.") % {"number": made.number})
            return redirect(_address(subject, made.number))
    response = subject_view(request, "patients/report_deviation.html", {"form": form}, here=_("Report a deviation"))
    response.status_code = 422 if form.is_bound else 200
    return response


@subject_page(Permission.VIEW_SUBJECTS)
def deviation(request: SubjectRequest, subject: Any, deviation_number: int) -> HttpResponse:
    """One deviation with its history; the coordinator completes it here."""
    found = _deviation_or_404(subject, deviation_number)
    if request.method != "POST":
        return _deviation_page(request, found)
    if not request.roles.may(Permission.ENTER_DATA, subject.site):
        raise PermissionDenied
    form = CompletionForm(request.POST, deviation=found)
    if form.is_valid():
        version = form.cleaned_data["seen_version"]
        try:
            complete_deviation(deviation=found, expected_version=version, by=request.user, **form.values())
        except ValidationError as error:
            add_error(form, error)
        except DeviationConflict as conflict:
            return _show_both(request, conflict.stored, form.values())
        else:
            messages.success(request, _("Deviation %(number)s is complete.") % {"number": found.number})
            return redirect(_address(subject, found.number))
    return _deviation_page(request, found, form=form, status=422)


@require_POST
@subject_page(Permission.ENTER_DATA)
def void(request: SubjectRequest, subject: Any, deviation_number: int) -> HttpResponse:
    """Declare that it is no deviation."""
    found = _deviation_or_404(subject, deviation_number)
    form = VoidForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            void_deviation(
                deviation=found, expected_version=data["void_version"], reason=data["void_reason"], by=request.user
            )
        except ValidationError as error:
            add_error(form, error)
        except DeviationConflict as conflict:
            form = VoidForm({**request.POST.dict(), "void_version": conflict.stored.row_version})
            form.add_error(None, str(conflict))
            return _deviation_page(request, _deviation_or_404(subject, deviation_number), void_form=form, status=409)
        else:
            messages.success(request, _("Recorded as no deviation."))
            return redirect(_address(subject, found.number))
    return _deviation_page(request, found, void_form=form, status=422)


def link_to_drafts(request: HttpRequest, visit: Any) -> None:
    """Tell of the deviations that were noticed at a visit, each with the way to it."""
    for draft in reads.drafts_at(visit):
        text = _("Deviation drafted: %(title)s.") % {"title": reads.title_of(draft)}
        address = _address(visit.subject, draft.number)
        messages.warning(request, format_html('{} <a href="{}">{}</a>', text, address, _("Complete it")))


def _show_both(request: SubjectRequest, stored: Any, typed: dict[str, Any]) -> HttpResponse:
    found = _deviation_or_404(request.subject, stored.number)
    # Saving again is a decision taken with both versions in view.
    form = CompletionForm({**request.POST.dict(), "seen_version": found.row_version}, deviation=found)
    form.add_error(None, _("Somebody else saved this deviation meanwhile. Compare the values, then save again."))
    return _deviation_page(request, found, form=form, status=409, differences=reads.differences(found, typed))


def _deviation_page(
    request: SubjectRequest, found: Any, *, form: Any = None, void_form: Any = None, status: int = 200, **more: Any
) -> HttpResponse:
    subject = found.subject
    noticed = reads.in_words(found)
    context = {
        "deviation": found,
        "title": reads.title_of(found),
        "noticed": noticed,
        "visit_name": reads.visit_name_of(found),
        "doubt": reads.doubts_about(subject, [found]).get(found.number, ""),
        "why_void": reads.why_void(found),
        "form": form or CompletionForm(deviation=found, suggestion=noticed),
        "void_form": void_form or VoidForm(initial={"void_version": found.row_version}),
        "may_enter": request.roles.may(Permission.ENTER_DATA, subject.site),
        "saves": reads.history_of(found) if request.roles.may(Permission.VIEW_HISTORY, subject.site) else [],
        **more,
    }
    response = subject_view(request, "patients/deviation.html", context, here=_name(found))
    response.status_code = status
    return response


def _deviation_or_404(subject: Any, number: int) -> Any:
    found = reads.deviation_of(subject, number)
    if found is None:
        raise Http404
    found.subject = subject
    return found


def _address(subject: Any, number: int) -> str:
    return reverse("patients:deviation", args=[subject.site.trial.registration, subject.number, number])


def _name(deviation: Any) -> str:
    return _("Deviation %(number)s") % {"number": deviation.number}
