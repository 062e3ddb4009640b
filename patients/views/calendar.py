"""The calendar of a site, by month or by week."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.forms.calendar import MONTH, WEEK, CalendarWish, calendar_wish
from patients.selectors import calendar as calendar_reads
from patients.selectors.subjects import visible_sites
from trials.access import TrialRequest, trial_page


@trial_page(Permission.VIEW_SUBJECTS)
def calendar(request: TrialRequest, trial: Any) -> HttpResponse:
    """A month or a week of one site."""
    sites = list(visible_sites(request.user, trial))
    context: dict[str, Any] = {"trial": trial, "sites": sites, "crumbs": [(_("Calendar"), "")]}
    if not sites:
        return render(request, "patients/calendar.html", context)
    wish = calendar_wish(request.GET, sites)
    today = wish.site.today()
    if wish.view == WEEK:
        context["days"] = calendar_reads.week_of(request.user, wish.site, wish.on, today=today)
    else:
        context["weeks"] = calendar_reads.month_of(request.user, wish.site, wish.on, today=today)
    shown = context.get("days") or [day for week in context["weeks"] for day in week]
    context |= {
        "wish": wish,
        "today": today,
        "has_visits": any(day.entries for day in shown),
        "week_number": wish.on.isocalendar().week,
        **_neighbours(wish),
    }
    return render(request, "patients/calendar.html", context)


def _neighbours(wish: CalendarWish) -> dict[str, date]:
    """A day of the month or week before, and of the one after."""
    if wish.view == MONTH:
        first = wish.on.replace(day=1)
        return {"before": first - timedelta(days=1), "after": (first + timedelta(days=31)).replace(day=1)}
    return {"before": wish.on - timedelta(days=7), "after": wish.on + timedelta(days=7)}
