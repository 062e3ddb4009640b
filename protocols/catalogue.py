"""What the instruments of this installation publish: the facts that rules and endpoints of a protocol may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

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
class FormLines:
    """The lines of a form that a protocol chooses from, by key, each with the codes of the facts that it alone
    publishes. Where ``must_be_chosen`` a protocol that asks for the form says which lines it asks."""

    facts: Mapping[str, frozenset[str]]
    must_be_chosen: bool = False


@dataclass(frozen=True)
class Catalogue:
    """The facts each form publishes, by form code, and those known of every subject without a form; the lines of forms
    that a protocol may choose."""

    forms: Mapping[str, tuple[Fact, ...]]
    always: tuple[Fact, ...] = ()
    lines: Mapping[str, FormLines] = field(default_factory=dict)

    def published_by(
        self, forms: Iterable[str], panels: Mapping[str, tuple[str, ...]] | None = None
    ) -> dict[str, Fact]:
        """The facts of these forms by code, each day with its intervals; a form unknown here publishes nothing.

        With ``panels``, the facts of lines that a panel leaves out are left out.
        """
        forms = tuple(forms)
        published = [fact for form in forms for fact in self.forms.get(form, ())]
        left_out = {code for form in forms for code in self._left_out(form, panels or {})}
        kept = (fact for fact in published if fact.code not in left_out)
        return {each.code: each for fact in kept for each in (fact, *fact.intervals)}

    def _left_out(self, form: str, panels: Mapping[str, tuple[str, ...]]) -> set[str]:
        if form not in panels or form not in self.lines:
            return set()
        chosen = panels[form]
        return {code for key, codes in self.lines[form].facts.items() if key not in chosen for code in codes}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact that can ever be known of a subject, by code."""
        return self.published_by(self.forms) | {fact.code: fact for fact in self.always}
