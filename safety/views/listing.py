"""The page of the line listing."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from safety.forms.listing import EventFilterForm
from safety.selectors.clocks import add_next_clock_of_events
from safety.selectors.listing import events_of_trial, review_state
from trials.access import TrialRequest, trial_page

EVENTS_PER_PAGE = 25


@trial_page(Permission.VIEW_SAFETY)
def event_list(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """The events of every subject that the user may see, filtered and sorted by the address, newest onset first."""
    may_review = request.roles.may_somewhere(Permission.REVIEW_SAFETY)
    filters = EventFilterForm(request.GET, user=request.user, trial=trial, reviews=may_review)
    events = events_of_trial(
        trial=trial,
        user=request.user,
        wanted=filters.wanted(),
        sort=filters.sort(),
        reviewed_by=request.user if may_review else None,
    )
    page = Paginator(events, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    add_next_clock_of_events(page.object_list)
    for event in page.object_list if may_review else ():
        event.review = review_state(event, event.reviewed_version)
    context = {
        "trial": trial,
        "filters": filters,
        "sort": filters.sort(),
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "page_obj": page,
        "may_review": may_review,
        "may_download": may_review or request.roles.may_somewhere(Permission.EXPORT_DATA),
        "crumbs": [(_("Adverse events"), "")],
    }
    return render(request, "safety/event_list.html", context)
