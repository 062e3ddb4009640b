"""The sites of a trial, the days on which each of them works, and where its sponsor is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.views.common import add_error
from trials.access import TrialRequest, trial_page
from trials.selectors import sites_for
from trials.services import set_sponsor_time_zone, set_working_days
from workspace.site_forms import SiteDaysForm, SponsorZoneForm, days_of, weekdays_in_words

DAYS_SHOWN = 3
"""How many of the coming days off the list names."""


@dataclass(frozen=True)
class ListedSite:
    """A site with its working days in words, the next days off, and how many come after those."""

    site: Any
    working_days: str
    days_off: list[date]
    more: int


@trial_page(Permission.MANAGE_TRIAL)
def sites(request: TrialRequest, trial: Any) -> HttpResponse:
    """Every site: where it is, what time it is there, when it works."""
    now = timezone.now()
    found = sites_for(request.user, Permission.MANAGE_TRIAL).filter(trial=trial)
    rows = []
    for site in found:
        coming = [day for day in site.days_off if day >= site.today(now)]
        words = weekdays_in_words(site.working_days)
        rows.append(ListedSite(site, words, coming[:DAYS_SHOWN], len(coming[DAYS_SHOWN:])))
    context = {
        "trial": trial,
        "rows": rows,
        "now": now,
        "sponsor_zone": trial.sponsor_zone.key,
        "first_site": rows[0].site if rows else None,
        "crumbs": [(_("Sites"), "")],
    }
    return render(request, "workspace/sites.html", context)


@trial_page(Permission.MANAGE_TRIAL)
def site_days(request: TrialRequest, trial: Any, site_pk: int) -> HttpResponse:
    """Change the working days and the days off of a site."""
    site = get_object_or_404(sites_for(request.user, Permission.MANAGE_TRIAL).filter(trial=trial), pk=site_pk)
    typed = request.POST if request.method == "POST" else None
    form = SiteDaysForm(typed, initial=days_of(site))
    stored_now = ""
    if typed is not None and form.is_valid():
        try:
            set_working_days(site=site, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            if form.cleaned_data["seen_version"] != site.days_version:
                stored_now = _stored_now(site)
            latest = typed.copy()
            latest["seen_version"] = str(site.days_version)
            form = SiteDaysForm(latest, initial=days_of(site))
            add_error(form, error)
        else:
            messages.success(request, _("Working days of %(site)s saved.") % {"site": site.name})
            return redirect("workspace:sites", trial.registration)
    context = {
        "trial": trial,
        "site": site,
        "form": form,
        "stored_now": stored_now,
        "here": _("Working days of %(site)s") % {"site": site.name},
        "crumbs": [(_("Sites"), reverse("workspace:sites", args=[trial.registration])), (site.code, "")],
    }
    return render(request, "workspace/site_days.html", context, status=422 if form.errors else 200)


@trial_page(Permission.MANAGE_TRIAL)
def sponsor_zone(request: TrialRequest, trial: Any) -> HttpResponse:
    """Change where the sponsor counts the days of reports to authorities."""
    typed = request.POST if request.method == "POST" else None
    stored = trial.sponsor_time_zone
    form = SponsorZoneForm(typed, initial={"sponsor_time_zone": stored, "seen_time_zone": stored})
    stored_now = ""
    if typed is not None and form.is_valid():
        data = form.cleaned_data
        try:
            set_sponsor_time_zone(
                trial=trial,
                time_zone=data["sponsor_time_zone"],
                reason=data["reason"],
                seen_time_zone=data["seen_time_zone"],
                by=request.user,
            )
        except ValidationError as error:
            if data["seen_time_zone"] != stored:
                stored_now = _("Stored now: %(zone)s.") % {"zone": stored or _("as at the first site")}
            latest = typed.copy()
            latest["seen_time_zone"] = stored
            form = SponsorZoneForm(latest)
            add_error(form, error)
        else:
            messages.success(request, _("Time zone of the sponsor saved."))
            return redirect("workspace:sites", trial.registration)
    context = {
        "trial": trial,
        "form": form,
        "stored_now": stored_now,
        "crumbs": [(_("Sites"), reverse("workspace:sites", args=[trial.registration])), (_("Sponsor"), "")],
    }
    return render(request, "workspace/sponsor_zone.html", context, status=422 if form.errors else 200)


def _stored_now(site: Any) -> str:
    facts = {"working": weekdays_in_words(site.working_days), "off": ", ".join(map(str, site.days_off)) or _("none")}
    return _("Stored now: %(working)s; days off: %(off)s.") % facts
