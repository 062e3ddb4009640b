"""Reads of calendar addresses, and the calendar that one of them answers with."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, Exists, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from accounts.models import User
from accounts.permissions import Permission
from audit.history import event_model
from patients.models import CalendarFeed, Visit
from patients.selectors.visits import open_visits
from patients.visit_content import content_of, name_of
from trials.models import Site, Trial
from trials.selectors import sites_for

DAYS_BACK, DAYS_AHEAD = 30, 400
MOST_EVENTS = 1000
"""More than any calendar program shows at once; what comes later moves up as the earlier visits are done."""


def own_feeds(user: User, trial: Trial) -> QuerySet[CalendarFeed]:
    """The person's addresses in the trial, newest first, with `still_answers`: is the person still at the site?"""
    mine = sites_for(user, Permission.VIEW_SUBJECTS).filter(pk=OuterRef("site"))
    feeds = CalendarFeed.objects.filter(user=user, site__trial=trial).select_related("site")
    return feeds.annotate(still_answers=Exists(mine))


def feed_by_token(token: str) -> CalendarFeed | None:
    """The address with this secret, if it is to be answered: not revoked, and its owner may still see the subjects.

    The look-up compares digests in an index. How long it takes says nothing about the secret, since nobody can steer
    the digest of a guess.
    """
    feed = (
        CalendarFeed.objects.filter(token_digest=CalendarFeed.digest_of(token), revoked_at=None, user__is_active=True)
        .select_related("site__trial", "user")
        .first()
    )
    if feed is None or not sites_for(feed.user, Permission.VIEW_SUBJECTS).filter(pk=feed.site_id).exists():
        return None
    return feed


def feed_calendar(feed: CalendarFeed, now: datetime | None = None) -> bytes:
    """The open visits of the subjects who take part, from 30 days back to 400 days ahead, as iCalendar (RFC 5545).

    Subject numbers only, in the language of the owner: one statement, and at most `MOST_EVENTS` visits.
    """
    now = now or timezone.now()
    today = feed.site.today(now)
    visits = (
        open_visits(now)
        .visible_to(feed.user)
        .filter(
            subject__site=feed.site,
            planned_on__range=(today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)),
        )
        .select_related("subject__protocol_version", "protocol_version")
        .defer("subject__protocol_version__files", "protocol_version__files")
        .annotate(changes=_of_history(Count("pk")), changed_at=_of_history(Max("pgh_created_at")))
        .order_by("planned_on", "subject__number", "position")[:MOST_EVENTS]
    )
    with override(feed.user.language):
        return _calendar(feed.site, visits, now)


def _of_history(aggregate: Aggregate) -> Subquery:
    rows = event_model(Visit)._default_manager.filter(pgh_obj=OuterRef("pk")).order_by()
    return Subquery(rows.values("pgh_obj").annotate(found=aggregate).values("found"))


def _calendar(site: Site, visits: Iterable[Any], now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Dermis//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{site.code} {site.trial.registration}")
    for visit in visits:
        calendar.add_component(_event(site, visit, now))
    return calendar.to_ical()


def _event(site: Site, visit: Any, now: datetime) -> Event:
    number, planned_on = visit.subject.number, visit.planned_on
    event = Event()
    event.add("uid", f"{site.trial.registration}-{number}-{visit.code}@dermis")
    event.add("dtstamp", now)
    event.add("last-modified", visit.changed_at)
    event.add("sequence", visit.changes - 1)
    event.add("dtstart", planned_on)
    event.add("dtend", planned_on + timedelta(days=1))
    event.add("summary", f"{number} {visit.code} {name_of(content_of(visit))}")
    event.add("description", _window(visit))
    event.add("transp", "TRANSPARENT")
    return event


def _window(visit: Any) -> str:
    window = {"opens": date_format(visit.window_opens_on), "closes": date_format(visit.window_closes_on)}
    return _("Window: %(opens)s to %(closes)s, both days included") % window
