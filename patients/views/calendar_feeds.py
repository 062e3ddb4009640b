"""The secret addresses under which calendar programs read the visits of a site."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from patients.forms.calendar import CalendarFeedForm, RevokeFeedForm
from patients.selectors import calendar_feeds as feed_reads
from patients.selectors.subjects import visible_sites
from patients.services.calendar_feeds import make_feed, revoke_feed
from trials.access import TrialRequest, trial_page


@never_cache
@trial_page(Permission.VIEW_SUBJECTS)
def calendar_feeds(request: TrialRequest, trial: Any) -> HttpResponse:
    """One's own calendar addresses: see them, make one, revoke one."""
    if "revoke" in request.POST:
        return _revoke(request, trial)
    form = CalendarFeedForm(request.POST or None, sites=visible_sites(request.user, trial))
    if request.method != "POST":
        return _page(request, trial, form)
    if not form.is_valid():
        return _page(request, trial, form, status=422)
    # Shown in this very answer: to be shown on another page, the secret would have to be stored.
    feed, token = make_feed(site=form.cleaned_data["site"], by=request.user)
    address = request.build_absolute_uri(reverse("patients:calendar-feed", args=[token]))
    return _page(request, trial, form, made=feed, address=address)


def _revoke(request: TrialRequest, trial: Any) -> HttpResponse:
    form = RevokeFeedForm(request.POST, feeds=feed_reads.own_feeds(request.user, trial))
    if not form.is_valid():
        raise Http404
    revoke_feed(feed=form.cleaned_data["revoke"], by=request.user, reason="Calendar address revoked")
    messages.success(request, _("The address is revoked. It answers no more."))
    return redirect("patients:calendar-feeds", trial.registration)


def _page(request: TrialRequest, trial: Any, form: CalendarFeedForm, status: int = 200, **made: Any) -> HttpResponse:
    calendar_url = reverse("patients:calendar", args=[trial.registration])
    context = {
        "trial": trial,
        "form": form,
        "feeds": feed_reads.own_feeds(request.user, trial),
        "days_back": feed_reads.DAYS_BACK,
        "days_ahead": feed_reads.DAYS_AHEAD,
        "most_events": feed_reads.MOST_EVENTS,
        "crumbs": [(_("Calendar"), calendar_url), (_("Calendar addresses"), "")],
        **made,
    }
    return render(request, "patients/calendar_feeds.html", context, status=status)


@login_not_required
@require_safe
def calendar_feed(_request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads. Whoever knows the address is answered, while its owner may see the visits."""
    feed = feed_reads.feed_by_token(token)
    if feed is None:
        raise Http404
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{feed.site.code}.ics"',
        "Content-Language": feed.user.language,
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(feed_reads.feed_calendar(feed), headers=headers, content_type="text/calendar; charset=utf-8")
