"""What the instruments of this installation publish: the facts that rules and endpoints of a protocol may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinical.eligibility import FactValue
from clinical.intervals import IntervalUnit, interval_code


class FactKind(StrEnum):
    """The kind of a fact's value. A rule reads a day as the time that has passed since (see ``clinical.intervals``)."""

    NUMBER = "number"
    YES_NO = "yes_no"
    TEXT = "text"
    DAY = "day"

    @property
    def sample(self) -> FactValue:
        """Any value of this kind, to try a rule with; ``KeyError`` for a day, which no rule reads directly."""
        samples: dict[FactKind, FactValue] = {FactKind.NUMBER: 1.0, FactKind.YES_NO: True, FactKind.TEXT: "x"}
        return samples[self]

    def admits(self, value: object) -> bool:
        """Is this a value of this kind? Whole numbers are numbers; true and false are not; a moment is no day."""
        if isinstance(value, bool):
            return self is FactKind.YES_NO
        if isinstance(value, int | float):
            return self is FactKind.NUMBER
        if isinstance(value, date):
            return self is FactKind.DAY and not isinstance(value, datetime)
        return isinstance(value, str) and self is FactKind.TEXT


@dataclass(frozen=True)
class Fact:
    """One published result. ``unit`` is as shown to people, empty where there is none."""

    code: str
    kind: FactKind
    unit: str = ""

    @property
    def intervals(self) -> tuple["Fact", ...]:
        """What rules read in place of a day: the days and the completed months since; nothing for other kinds."""
        if self.kind is not FactKind.DAY:
            return ()
        return tuple(Fact(interval_code(self.code, unit), FactKind.NUMBER, unit.value) for unit in IntervalUnit)


@dataclass(frozen=True)
class Catalogue:
    """The facts each form publishes, by form code, and those known of every subject without a form."""

    forms: Mapping[str, tuple[Fact, ...]]
    always: tuple[Fact, ...] = ()

    def published_by(self, forms: Iterable[str]) -> dict[str, Fact]:
        """The facts of these forms by code, each day with its intervals; a form unknown here publishes nothing."""
        published = (fact for form in forms for fact in self.forms.get(form, ()))
        return {each.code: each for fact in published for each in (fact, *fact.intervals)}

    @property
    def facts(self) -> dict[str, Fact]:
        """Every fact that can ever be known of a subject, by code."""
        return self.published_by(self.forms) | {fact.code: fact for fact in self.always}
