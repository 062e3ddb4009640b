"""Telling coordinators that a visit window opens, early enough to invite the subject."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.roles import COORDINATOR
from notifications.services import Message, announce
from patients.models import Visit, VisitKind
from patients.policies import ENDED
from patients.visit_content import name_of
from protocols.schema import VisitContent
from trials.models import Delegation, ProtocolVersion, Site
from trials.selectors import protocol_of

KIND = "visit_window"


def remind_of_opening_windows(now: datetime) -> int:
    """Tell every coordinator about the windows that open soon at their sites; returns how many messages are new.

    Soon is within the protocol's `reminder_days_before` from today at the site, both days included. A window that has
    opened in the meantime and has not closed is told too. Each coordinator is told once per visit and opening day, so a
    moved window is told again. Visits with an outcome, visits after enrolment of subjects not enrolled yet, and
    subjects whose participation has ended, are left out. The number of statements grows with protocol versions and
    calendar days at the sites (three at most), not with visits.
    """
    coordinators = _coordinators(now)
    return announce(
        _message(visit, content=content, site=site, today=today, recipient=user)
        for visit, content, site, today in _opening_visits(coordinators, now)
        for user in coordinators[site]
    )


def _coordinators(now: datetime) -> dict[Site, set[User]]:
    """The coordinators of each site at this moment; a delegation without a site holds for every site of its trial."""
    delegations = Delegation.objects.in_force(now).filter(role_code=COORDINATOR.code).select_related("user")
    users: dict[tuple[int, int | None], set[User]] = defaultdict(set)
    for delegation in delegations:
        users[delegation.trial_id, delegation.site_id].add(delegation.user)
    sites = Site.objects.filter(trial__in={trial for trial, _site in users}).select_related("trial")
    at_site = {site: users[site.trial_id, site.pk] | users[site.trial_id, None] for site in sites}
    return {site: people for site, people in at_site.items() if people}


def _opening_visits(sites: Collection[Site], now: datetime) -> Iterator[tuple[Visit, VisitContent, Site, date]]:
    """Each visit to be told of, with its content, its site and today's date there."""
    by_trial_and_day: dict[int, dict[date, dict[int, Site]]] = defaultdict(lambda: defaultdict(dict))
    for site in sites:
        by_trial_and_day[site.trial_id][site.today(now)][site.pk] = site
    versions = ProtocolVersion.objects.filter(subjects__site__in=sites).order_by("pk").distinct().defer("files")
    for version in versions:
        protocol = protocol_of(version)
        planned = {visit.code: visit for visit in protocol.visits}
        for today, places in by_trial_and_day[version.trial_id].items():
            horizon = today + timedelta(days=protocol.reminder_days_before)
            for visit in _open_or_opening(version, places, today=today, horizon=horizon):
                yield visit, planned[visit.code], places[visit.subject.site_id], today


def _open_or_opening(
    version: ProtocolVersion, sites: Mapping[int, Site], *, today: date, horizon: date
) -> QuerySet[Visit]:
    return (
        Visit.objects.filter(
            subject__protocol_version=version,
            subject__site__in=sites,
            kind=VisitKind.SCHEDULED,
            outcome="",
            window_opens_on__lte=horizon,
            window_closes_on__gte=today,
        )
        .exclude(subject__status__in=ENDED)
        .exclude(needs_enrolment=True, subject__enrolled_on=None)
        .select_related("subject")
    )


def _message(visit: Visit, *, content: VisitContent, site: Site, today: date, recipient: User) -> Message:
    # The look-up compared both dates, so neither is empty.
    opens_on, closes_on = cast(date, visit.window_opens_on), cast(date, visit.window_closes_on)
    with override(recipient.language):
        facts = {
            "number": visit.subject.number,
            "visit": name_of(content),
            "site": site.name,
            "trial": site.trial.registration,
            "opens": date_format(opens_on),
            "closes": date_format(closes_on),
        }
        is_open = opens_on < today
        subject = (
            _("%(number)s, %(visit)s: the window is open since %(opens)s")
            if is_open
            else _("%(number)s, %(visit)s: the window opens on %(opens)s")
        )
        body = _(
            "Subject: %(number)s\n"
            "Visit: %(visit)s\n"
            "Window: %(opens)s to %(closes)s, both days included\n"
            "Site: %(site)s\n"
            "Trial: %(trial)s\n"
            "\n"
            "Nothing has been recorded for this visit yet. Dermis tells you once for each window."
        )
        return Message(
            recipient=recipient,
            kind=KIND,
            dedupe_key=f"visit-window:{visit.pk}:{recipient.pk}:{opens_on.isoformat()}",
            subject=subject % facts,
            body=body % facts,
        )
