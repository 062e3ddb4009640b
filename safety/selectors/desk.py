"""The worklist of those who review safety: what waits for them, by deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count

from accounts.models import User
from accounts.permissions import Permission
from safety.models import AdverseEvent, SeriousCase
from safety.selectors.clocks import ClockRow, clocks_by_case, next_due
from safety.selectors.listing import CHANGED, NOT_REVIEWED, REVIEW_STATES, with_reviews_of
from safety.terms import ReportStatus
from trials.models import Trial

EVENTS_SHOWN = 10
WAITING: Final = (ReportStatus.SUBMITTED, ReportStatus.IN_REVIEW)
"""The states in which a report waits for the safety monitor."""


@dataclass(frozen=True)
class WaitingCase:
    """A case that waits for the monitor, or whose clock runs; `deadline` is the clock that ends first, None where no
    clock runs any more."""

    case: SeriousCase
    deadline: ClockRow | None
    waits_for_monitor: bool


@dataclass(frozen=True)
class ToReview:
    """Events of one review state: how many there are, and the first of them."""

    state: str
    total: int
    events: tuple[AdverseEvent, ...]


def waiting_cases(user: User, trial: Trial, now: datetime | None = None) -> list[WaitingCase]:
    """The nearest deadline first, those without one at the end, in a fixed number of statements."""
    cases = SeriousCase.objects.visible_to(user, Permission.REVIEW_SAFETY).filter(subject__site__trial=trial)
    rows = list(cases.select_related("event", "subject__site__trial"))
    clocks = clocks_by_case(rows, now)
    found = [WaitingCase(case, next_due(clocks[case.pk]), case.state in WAITING) for case in rows]
    return sorted((each for each in found if each.waits_for_monitor or each.deadline), key=_by_deadline)


def _by_deadline(waiting: WaitingCase) -> tuple[bool, datetime | None, int]:
    end = waiting.deadline.ends_at if waiting.deadline else None
    return end is None, end, waiting.case.number


def unreported_events(user: User, trial: Trial) -> list[AdverseEvent]:
    """Serious events that have no case, as those recorded before there were cases: no clock runs for them. One
    statement."""
    rows = AdverseEvent.objects.visible_to(user, Permission.REVIEW_SAFETY)
    found = rows.filter(subject__site__trial=trial, is_serious=True, case=None)
    return list(found.select_related("subject__site").order_by("onset_on", "pk"))


def events_to_review(user: User, trial: Trial) -> list[ToReview]:
    """What was never reviewed and what has changed since, serious events first, then the oldest: three statements."""
    rows = _reviewable(user, trial)
    totals = review_totals(user, trial)
    first = rows.select_related("subject__site").order_by("-is_serious", "-grade", "onset_on", "pk")
    return [
        ToReview(state, totals[state], tuple(first.filter(REVIEW_STATES[state])[:EVENTS_SHOWN]))
        for state in (CHANGED, NOT_REVIEWED)
    ]


def review_totals(user: User, trial: Trial) -> dict[str, int]:
    """How many events were never reviewed, and how many have changed since: one statement."""
    states = (CHANGED, NOT_REVIEWED)
    return _reviewable(user, trial).aggregate(**{state: Count("pk", filter=REVIEW_STATES[state]) for state in states})


def _reviewable(user: User, trial: Trial) -> Any:
    rows = AdverseEvent.objects.visible_to(user, Permission.REVIEW_SAFETY).filter(subject__site__trial=trial)
    return with_reviews_of(user, rows)


def waiting_for_monitor(user: User, trial: Trial) -> int:
    """How many reports of serious events wait for the safety monitor: one statement."""
    cases = SeriousCase.objects.visible_to(user, Permission.REVIEW_SAFETY)
    return cases.filter(subject__site__trial=trial, state__in=WAITING).count()
