"""What one person has reviewed of an event, what has changed since, and where it disagrees with the protocol."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from audit.history import Change, changes
from clinical.safety.ctcae_events import EventTerm
from clinical.safety.terms import counted_term
from safety.layout import ENTERED, label, shown
from safety.models import AdverseEvent, EventReview
from safety.selectors.events import ValueChange, visit_names
from safety.selectors.listing import review_state
from safety.terms import Expectedness
from trials.selectors import protocol_of


@dataclass(frozen=True)
class ChangedSince:
    """What is otherwise than in the version that was reviewed, and who changed it last, when and why."""

    at: datetime
    by: str
    reason: str
    values: tuple[ValueChange, ...]


@dataclass(frozen=True)
class ReviewStanding:
    """How an event stands for a reviewer.

    `state` is one of `listing.REVIEW_STATES`, `reviews` are all marks by anybody, newest first, `since` is given where
    the event has changed after the own mark.
    """

    state: str
    reviews: tuple[EventReview, ...]
    since: ChangedSince | None


def standing_for(reviewer: User, event: AdverseEvent) -> ReviewStanding:
    """One statement; four where the event has changed since it was reviewed."""
    reviews = tuple(event.reviews.select_related("reviewer").order_by("-reviewed_at", "-pk"))
    mine = max((review.event_version for review in reviews if review.reviewer_id == reviewer.pk), default=None)
    since = changed_since(event, mine) if mine is not None and mine < event.version else None
    return ReviewStanding(review_state(event, mine), reviews, since)


def changed_since(event: AdverseEvent, version: int) -> ChangedSince | None:
    """How the values differ from those of this version; None when none does, as after a correction and its reversal."""
    later = [change for change in changes(event, list(ENTERED)) if change.row.version > version]
    values = tuple(_differences(later, visit_names(event.subject)))
    last = later[-1] if later else None
    return ChangedSince(last.at, last.by, last.reason, values) if last is not None and values else None


def _differences(later: Iterable[Change], visits: dict[int, str]) -> Iterable[ValueChange]:
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    for change in later:
        before.setdefault(change.field, change.before)
        after[change.field] = change.after
    for field in ENTERED:
        if field in before and before[field] != after[field]:
            yield ValueChange(label(field), shown(field, before[field], visits), shown(field, after[field], visits))


def disagreements(event: AdverseEvent) -> list[str]:
    """Where what is recorded is otherwise than the subject's protocol version says, to be looked at."""
    plan = protocol_of(event.subject.protocol_version).safety
    term = counted_term(EventTerm(event.term_code), event.term)
    found = []
    if plan.is_of_special_interest(term) and not event.is_special_interest:
        found.append(_("The protocol names this as an event of special interest; it is not marked so."))
    expected = plan.expects(term, event.grade)
    if expected and event.expectedness == Expectedness.UNEXPECTED:
        found.append(
            _("The reference safety information names this event in this grade; it is recorded as unexpected.")
        )
    if expected is False and event.expectedness == Expectedness.EXPECTED:
        found.append(
            _("The reference safety information does not name this event in this grade; it is recorded as expected.")
        )
    return found
