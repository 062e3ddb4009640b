"""The line listing: the adverse events of a trial, filtered and sorted, each with how the reader has reviewed it."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, OrderBy, OuterRef, Q, Subquery

from accounts.models import User
from accounts.permissions import Permission
from clinical.safety.causality import STUDY_TREATMENTS
from patients.models.scoping import ScopedQuerySet
from safety.models import AdverseEvent, EventReview
from safety.terms import ONGOING, RELATED, RELATION_OF, Term
from trials.models import Trial


@dataclass(frozen=True)
class EventFilter:
    """Which events of a trial are wanted; None or empty means that it does not matter.

    `grade_at_least` is inclusive, `term` a part of the recorded words or of the CTCAE term, `review` one of
    `REVIEW_STATES` as seen by the reader. Related means: to any treatment of the study.
    """

    site_id: int | None = None
    arm: str = ""
    term: str = ""
    is_serious: bool | None = None
    is_related: bool | None = None
    is_special_interest: bool | None = None
    is_ongoing: bool | None = None
    grade_at_least: int | None = None
    review: str = ""


NOT_REVIEWED, CHANGED, REVIEWED = "not_reviewed", "changed", "reviewed"
REVIEW_STATES: Final = {
    NOT_REVIEWED: Q(reviewed_version=None),
    CHANGED: Q(reviewed_version__lt=F("version")),
    REVIEWED: Q(reviewed_version=F("version")),
}
"""How an event stands for one reviewer: never marked, changed since the last mark, or marked as it is now."""

SORTS: Final = {
    "subject": ("subject__site__code", "subject__number"),
    "event": ("term",),
    "began": ("onset_on",),
    "ended": ("ended_on",),
    "grade": ("grade",),
    "serious": ("is_serious",),
}
"""What the listing can be sorted by; with a hyphen before the name, downwards."""
NEWEST_FIRST: Final = "-began"

IS_RELATED: Final = Q(
    *(Q((f"{RELATION_OF[cause]}__in", sorted(RELATED))) for cause in sorted(STUDY_TREATMENTS)), _connector=Q.OR
)
"""Related to at least one treatment of the study."""


def events_of_trial(
    *, trial: Trial, user: User, wanted: EventFilter, sort: str = NEWEST_FIRST, reviewed_by: User | None = None
) -> ScopedQuerySet:
    """The events of the subjects that the user may see; with a reviewer, `reviewed_version` is the newest version that
    this person has marked, or None. One statement."""
    rows = AdverseEvent.objects.visible_to(user, Permission.VIEW_SAFETY).filter(subject__site__trial=trial)
    rows = with_reviews_of(reviewed_by, rows) if reviewed_by is not None else rows
    return rows.filter(_condition(wanted)).select_related("subject__site", "case").order_by(*_order(sort))


def with_reviews_of(reviewer: User, events: ScopedQuerySet) -> ScopedQuerySet:
    """The events, each with `reviewed_version`."""
    mine = EventReview.objects.filter(event=OuterRef("pk"), reviewer=reviewer).order_by("-event_version")
    return events.annotate(reviewed_version=Subquery(mine.values("event_version")[:1]))


def review_state(event: AdverseEvent, reviewed_version: int | None) -> str:
    """One of `REVIEW_STATES`, for an event that is read already."""
    if reviewed_version is None:
        return NOT_REVIEWED
    return REVIEWED if reviewed_version == event.version else CHANGED


def _condition(wanted: EventFilter) -> Q:
    found = Q()
    if wanted.site_id is not None:
        found &= Q(subject__site=wanted.site_id)
    if wanted.arm:
        found &= Q(subject__arm_code=wanted.arm)
    if wanted.term:
        found &= Q(term__icontains=wanted.term) | Q(term_code__in=_terms_called(wanted.term))
    if wanted.grade_at_least is not None:
        found &= Q(grade__gte=wanted.grade_at_least)
    if wanted.review:
        found &= REVIEW_STATES[wanted.review]
    answers: tuple[tuple[bool | None, Q], ...] = (
        (wanted.is_serious, Q(is_serious=True)),
        (wanted.is_related, IS_RELATED),
        (wanted.is_special_interest, Q(is_special_interest=True)),
        (wanted.is_ongoing, Q(outcome__in=sorted(ONGOING))),
    )
    for answer, condition in answers:
        if answer is not None:
            found &= condition if answer else ~condition
    return found


def _terms_called(text: str) -> list[str]:
    return [term.value for term in Term if term is not Term.OTHER and text.casefold() in str(term.label).casefold()]


def _order(sort: str) -> list[Any]:
    """By the column, empty ones last; alike in it, the newest onset first."""
    columns = SORTS[sort.removeprefix("-")]
    found: list[OrderBy] = [
        F(name).desc(nulls_last=True) if sort.startswith("-") else F(name).asc(nulls_last=True) for name in columns
    ]
    return [*found, "-onset_on", "-pk"]
