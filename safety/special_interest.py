"""Which events are of special interest in a trial."""

from clinical.safety.ctcae_events import EventTerm
from clinical.safety.terms import counted_term
from patients.models import Subject
from safety.terms import SPECIAL_INTEREST
from trials.selectors import protocol_of


def special_terms(subject: Subject) -> frozenset[str]:
    """What the events of special interest are counted under (`clinical.safety.terms.counted_term`): those that the
    subject's protocol version names, or `SPECIAL_INTEREST` where it names none (default)."""
    named = protocol_of(subject.protocol_version).safety.special_interest.terms
    return frozenset(term.key for term in named) or frozenset(term.value for term in SPECIAL_INTEREST)


def is_of_special_interest(subject: Subject, *, term_code: str, term: str) -> bool:
    """Whether an event of this CTCAE term, or in these words, is one of them."""
    return counted_term(EventTerm(term_code), term) in special_terms(subject)
