"""Rules by which a protocol stops a trial for safety: so many subjects with such an event."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinical.safety.incidence import GRADES, CountedEvent
from clinical.safety.terms import NamedTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """The rule holds when at least `subjects` subjects have one event each that meets all conditions at once.

    `text` is the protocol's own wording. An event is in question from grade `grade_at_least` on; where a flag is set it
    must be related, serious or of special interest; where `terms` are named it must be one of them. Grade 5 is death.
    Raises ValueError for fewer than one subject and for a grade outside 1 to 5.
    """

    code: str
    text: str
    subjects: int
    grade_at_least: int = 1
    is_related: bool = False
    is_serious: bool = False
    is_special_interest: bool = False
    terms: tuple[NamedTerm, ...] = ()
    is_default: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if self.subjects < 1 or self.grade_at_least not in GRADES:
            raise ValueError(f"{self.code} asks for {self.subjects} subjects, from grade {self.grade_at_least} on")

    def is_met_by(self, event: CountedEvent) -> bool:
        """Whether the event meets all conditions."""
        keys = {term.key for term in self.terms}
        return (
            event.grade >= self.grade_at_least
            and (event.is_related or not self.is_related)
            and (event.is_serious or not self.is_serious)
            and (event.is_special_interest or not self.is_special_interest)
            and (event.term in keys or not keys)
        )


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How a rule stands: the subjects with such an event, each once, in order."""

    rule: StoppingRule
    subjects: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the number of subjects is reached."""
        return len(self.subjects) >= self.rule.subjects


def standing_of(rule: StoppingRule, events: Iterable[CountedEvent]) -> RuleStanding:
    """Count the subjects with an event that the rule asks about; the arms do not matter."""
    return RuleStanding(rule, tuple(sorted({event.subject for event in events if rule.is_met_by(event)})))
