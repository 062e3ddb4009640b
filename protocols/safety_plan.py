"""What a protocol says of safety: expected events, events of special interest, stopping rules."""

from dataclasses import dataclass

from clinical.safety.stopping_rules import StoppingRule
from clinical.safety.terms import NamedTerm


@dataclass(frozen=True)
class ExpectedEvent:
    """An event that the reference safety information names, up to a grade that is itself expected."""

    term: NamedTerm
    grade_at_most: int


@dataclass(frozen=True)
class SpecialInterest:
    """The events that the protocol asks to follow closely; none where it does not say."""

    terms: tuple[NamedTerm, ...] = ()
    is_default: bool = False
    note: str = ""


@dataclass(frozen=True)
class SafetyPlan:
    """What the protocol says of safety; empty where it says nothing. ``source`` is the reference safety information."""

    source: str = ""
    expected: tuple[ExpectedEvent, ...] = ()
    special_interest: SpecialInterest = SpecialInterest()
    stopping_rules: tuple[StoppingRule, ...] = ()

    def expects(self, term: str, grade: int) -> bool | None:
        """Whether an event of this term (``clinical.safety.terms.counted_term``) and grade is expected; None where no
        reference safety information is given."""
        if not self.expected:
            return None
        return any(event.term.key == term and grade <= event.grade_at_most for event in self.expected)

    def is_of_special_interest(self, term: str) -> bool:
        """Whether the protocol asks to follow events of this term closely."""
        return any(each.key == term for each in self.special_interest.terms)
