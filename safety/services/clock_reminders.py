"""Telling people of the clocks of serious events."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from accounts.permissions import Permission
from accounts.roles import ADMINISTRATOR, roles_with
from clinical.safety.clock_faces import ClockKind, ClockStage, HourClock, in_utc
from notifications.services import Expected, Outcome, sweep
from safety.clock_reminders import CODE
from safety.selectors.clocks import CaseClock, case_clocks, cases_to_watch
from trials.models import Site
from trials.selectors import people_by_site

LATE_AFTER: Final = timedelta(minutes=15)
"""What no sweep has told so long after its stage began is marked as late (default)."""
_ESCALATING: Final = frozenset({ClockStage.OVERDUE, ClockStage.ESCALATED})

_EXPECTED = """
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::jsonb[],
                     %s::boolean[])
    AS expected (topic, stage, occasion, recipient_id, trial_id, site_id, facts, is_late)
"""


class _Row(NamedTuple):
    """One reminder that should stand, in the order of `Expected`."""

    topic: str
    stage: str
    occasion: str
    recipient_id: int
    trial_id: int
    site_id: int
    facts: str
    is_late: bool


class _People(NamedTuple):
    """Who works at each site: those who report to the sponsor, those who report to the authority, those who see that
    both can."""

    authors: Mapping[Site, set[int]]
    reviewers: Mapping[Site, set[int]]
    administrators: Mapping[Site, set[int]]


def sweep_clocks(now: datetime) -> Outcome:
    """Keep what people are told of clocks as the record is now; the number of statements does not grow with the cases.

    Told are those who must act: of the site's clock, its coordinators and investigators; of the authority's, the safety
    monitors, also while nobody has judged whether the event is a SUSAR. Once a clock is overdue, or where nobody is
    there to act, safety monitors and administrators are told as well (default). A clock that ends on another day or at
    another moment is another occasion, told anew.
    """

    def expected(previous: datetime | None) -> Expected:
        rows = list(_rows(now, previous or now))
        return Expected(_EXPECTED, [[row[column] for row in rows] for column in range(len(_Row._fields))])

    return sweep(CODE, expected, now=now)


def _rows(now: datetime, previous: datetime) -> Iterator[_Row]:
    waiting = [(each, stage) for each in case_clocks(cases_to_watch()) if (stage := each.stage_at(now))]
    if not waiting:
        return
    people = _People(
        people_by_site(now, roles=roles_with(Permission.RECORD_ADVERSE_EVENTS)),
        people_by_site(now, roles=roles_with(Permission.REVIEW_SAFETY)),
        people_by_site(now, roles=[ADMINISTRATOR.code]),
    )
    for each, stage in waiting:
        yield from _of_clock(each, stage, people, is_late=_is_late(each, stage, now=now, previous=previous))


def _of_clock(each: CaseClock, stage: ClockStage, people: _People, *, is_late: bool) -> Iterator[_Row]:
    case, site = each.case, each.case.subject.site
    authors, reviewers, administrators = (group.get(site, set()) for group in people)
    acting = authors if each.clock.kind is ClockKind.SITE_TO_SPONSOR else reviewers
    told = acting | reviewers | administrators if stage in _ESCALATING or not acting else acting
    facts = _facts(each)
    for_reader = {**facts, "number": case.subject.number, "event": case.event.number}
    for user in sorted(told):
        yield _Row(
            topic=f"clock:{case.pk}:{each.clock.kind}",
            stage=stage,
            occasion=facts["due_at"] if "due_at" in facts else facts["due_on"],
            recipient_id=user,
            trial_id=site.trial_id,
            site_id=site.pk,
            facts=json.dumps(for_reader if user in authors | reviewers else facts),
            is_late=is_late,
        )


def _facts(each: CaseClock) -> dict[str, Any]:
    case, clock = each.case, each.clock
    facts: dict[str, Any] = {
        "registration": case.subject.site.trial.registration,
        "site": case.subject.site.code,
        "case": str(case),
        "clock": clock.kind,
    }
    if isinstance(clock, HourClock):
        return {**facts, "due_at": in_utc(clock.due_at).isoformat(), "zone": each.zone.key}
    possible = {"is_possible": True} if each.is_possible else {}
    return {**facts, **possible, "due_on": clock.due_on.isoformat()}


def _is_late(each: CaseClock, stage: ClockStage, *, now: datetime, previous: datetime) -> bool:
    """Whether the stage was reached long ago, and after the sweep before."""
    return each.stage_at(now - LATE_AFTER) is stage and each.stage_at(previous) is not stage
