"""The picture of a subject's visits over time, with the words that stand in it."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from clinical.timeline import Picture, TimelineVisit, timeline_picture
from clinical.visit_windows import VisitState
from patients.selectors.visits import TimelineEntry

WORDS = {
    VisitState.DUE: _("due"),
    VisitState.OVERDUE: _("overdue"),
    VisitState.MISSED: _("missed"),
    VisitState.CANCELLED: _("cancelled"),
}
"""What is added to the label of a visit; the mark alone tells whether one is done or planned."""


def picture_of(entries: Iterable[TimelineEntry], today: date) -> Picture:
    """The visits that have days, each labelled with its code."""
    return timeline_picture([_drawn(entry) for entry in entries], today=today)


def _drawn(entry: TimelineEntry) -> TimelineVisit:
    visit = entry.visit
    return TimelineVisit(
        label=f"{visit.code} {WORDS.get(entry.state, '')}".rstrip(),
        state=entry.state,
        opens_on=visit.window_opens_on,
        planned_on=visit.planned_on,
        closes_on=visit.window_closes_on,
        occurred_on=visit.occurred_on,
    )
