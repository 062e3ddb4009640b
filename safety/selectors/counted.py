"""Events of the record as incidence and stopping rules count them."""

from typing import Final

from clinical.safety.ctcae_events import EventTerm
from clinical.safety.incidence import CountedEvent
from clinical.safety.terms import counted_term
from safety.models import AdverseEvent
from safety.terms import RELATION_OF, Term

COUNTED: Final = (
    "subject_id",
    "term",
    "term_code",
    "onset",
    "onset_on",
    "grade",
    "is_serious",
    "is_special_interest",
    *RELATION_OF.values(),
)
"""The columns that counting reads."""


def counted(event: AdverseEvent, arm: str = "") -> CountedEvent:
    """The event as it is counted; the subject is its primary key, because numbers are unique within a site only."""
    return CountedEvent(
        subject=str(event.subject_id),
        arm=arm,
        term=counted_term(EventTerm(event.term_code), event.term),
        grade=event.grade,
        is_related=event.is_related,
        is_serious=event.is_serious,
        is_special_interest=event.is_special_interest,
    )


def term_name(key: str) -> str:
    """What a counted term is called: the CTCAE term in the reader's language, or the words themselves."""
    return str(Term(key).label) if key in Term.values else key
