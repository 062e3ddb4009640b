"""The page of exports and the download."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from exports.line_listing import make_line_listing
from exports.safety_summary import make_safety_summary
from exports.selectors import exports_of
from exports.services import make_export
from safety.forms.listing import EventFilterForm
from trials.access import TrialRequest, trial_page

EXPORTS_PER_PAGE = 25


@require_safe
@trial_page(Permission.EXPORT_DATA)
def export_list(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """What an export holds, and who made which before."""
    context = {
        "trial": trial,
        "crumbs": [(_("Export"), "")],
        "page_obj": Paginator(exports_of(trial), EXPORTS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "exports/list.html", context)


@require_POST
@trial_page(Permission.EXPORT_DATA)
def create(request: TrialRequest, *, trial: Any) -> FileResponse:
    """Make an export and send it."""
    export = make_export(trial=trial, by=request.user)
    response = FileResponse(export.file, as_attachment=True, filename=export.file_name, content_type="application/zip")
    # Clinical data must not stay in the cache of a browser or a proxy.
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@trial_page(Permission.VIEW_SAFETY)
def line_listing(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """Send the adverse events that the filters in the address list, for those who hand out data or review safety."""
    may_review = request.roles.may_somewhere(Permission.REVIEW_SAFETY)
    if not (may_review or request.roles.may_somewhere(Permission.EXPORT_DATA)):
        raise PermissionDenied
    filters = EventFilterForm(request.GET, user=request.user, trial=trial, reviews=may_review)
    listing = make_line_listing(
        trial=trial, wanted=filters.wanted(), sort=filters.sort(), asked=request.GET.urlencode(), by=request.user
    )
    headers = {"Content-Disposition": f'attachment; filename="{listing.file_name}"', "Cache-Control": "no-store"}
    return HttpResponse(listing.content, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@trial_page(Permission.REVIEW_SAFETY)
def safety_summary(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """Send the summary for the data monitoring committee as it stands now."""
    summary = make_safety_summary(trial=trial, by=request.user)
    headers = {"Content-Disposition": f'attachment; filename="{summary.file_name}"', "Cache-Control": "no-store"}
    return HttpResponse(summary.content, content_type="application/pdf", headers=headers)
