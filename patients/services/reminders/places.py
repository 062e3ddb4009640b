"""Whom to tell at which site, and what day it is there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.roles import COORDINATOR, INVESTIGATOR
from protocols.schema import Protocol
from trials.models import ProtocolVersion, Site
from trials.selectors import people_by_site, protocol_of

COORDINATORS_FIRST = (COORDINATOR.code, INVESTIGATOR.code)
"""Coordinators are told; where a site has none, its investigators are, so that somebody is."""
INVESTIGATORS_FIRST = (INVESTIGATOR.code, COORDINATOR.code)
"""Investigators decide on eligibility; where a site has none, its coordinators are told."""

DAYS = """
place (site_id, trial_id, registration, today, day_before) AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::date[])
),
told (site_id, recipient_id) AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
"""
"""Two parts of a WITH clause: the sites with today's date there and the day of the sweep before; who is told where."""


@dataclass(frozen=True)
class Places:
    """The sites where somebody is told, each with whom, as seen at one moment; `previous` is that of the sweep before
    (the same moment at the first sweep, after which nothing can be late)."""

    people: dict[Site, set[int]]
    now: datetime
    previous: datetime

    def parameters(self) -> Sequence[Any]:
        """What DAYS asks for."""
        return [
            [site.pk for site in self.people],
            [site.trial_id for site in self.people],
            [site.trial.registration for site in self.people],
            [site.today(self.now) for site in self.people],
            [site.today(self.previous) for site in self.people],
            *self.recipients(),
        ]

    def recipients(self) -> tuple[list[int], list[int]]:
        """Sites and users, side by side."""
        pairs = [(site.pk, user) for site, people in self.people.items() for user in sorted(people)]
        return [site for site, _user in pairs], [user for _site, user in pairs]


def places(roles: Sequence[str], *, now: datetime, previous: datetime | None) -> Places:
    """The sites with those who hold the first of the roles that anybody holds there."""
    people: dict[Site, set[int]] = {}
    for role in roles:
        for site, holders in people_by_site(now, roles=[role]).items():
            people.setdefault(site, holders)
    return Places(people, now, previous or now)


def protocols_at(sites: Collection[Site]) -> Iterator[tuple[int, Protocol]]:
    """Every protocol version of the trials of these sites, by primary key: one statement, and no parsing the second
    time."""
    for version in ProtocolVersion.objects.filter(trial__in={site.trial_id for site in sites}).defer("files"):
        yield version.pk, protocol_of(version)


def columns(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> list[list[Any]]:
    """The rows as lists by column, in the order of the names: what `unnest` takes, also where there is no row."""
    return [[row[number] for row in rows] for number in range(len(names))]
