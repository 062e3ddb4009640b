"""What one person has reviewed of an event, what was stored since, and where it disagrees with the protocol."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from audit.history import changes
from clinical.safety.ctcae_events import EventTerm
from clinical.safety.terms import counted_term
from safety.models import AdverseEvent, EventReview
from safety.selectors.events import Save, history_of
from safety.selectors.listing import review_state
from safety.terms import Expectedness
from trials.selectors import protocol_of


@dataclass(frozen=True)
class ReviewStanding:
    """How an event stands for a reviewer.

    `state` is one of `listing.REVIEW_STATES`, `reviews` are all marks by anybody, newest first, `since` is what was
    stored after the own mark.
    """

    state: str
    reviews: tuple[EventReview, ...]
    since: tuple[Save, ...]


def standing_for(reviewer: User, event: AdverseEvent) -> ReviewStanding:
    """One statement; eleven where the event has changed since it was reviewed."""
    reviews = tuple(event.reviews.select_related("reviewer").order_by("-reviewed_at", "-pk"))
    mine = max((review.event_version for review in reviews if review.reviewer_id == reviewer.pk), default=None)
    since = changed_since(event, mine) if mine is not None and mine < event.version else ()
    return ReviewStanding(review_state(event, mine), reviews, since)


def changed_since(event: AdverseEvent, version: int) -> tuple[Save, ...]:
    """What was stored after this version, newest first."""
    seen_at = max(change.at for change in changes(event, ["version"]) if change.after <= version)
    return tuple(save for save in history_of(event) if save.at > seen_at)


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
