"""What the instruments of this installation publish: the facts that rules and endpoints of a protocol may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clinical.eligibility import FactValue


class FactKind(StrEnum):
    """The kind of a fact's value, as a rule sees it."""

    NUMBER = "number"
    YES_NO = "yes_no"
    TEXT = "text"

    @property
    def sample(self) -> FactValue:
        """Any value of this kind, to try a rule with."""
        samples: dict[FactKind, FactValue] = {FactKind.NUMBER: 1.0, FactKind.YES_NO: True, FactKind.TEXT: "x"}
        return samples[self]

    def admits(self, value: object) -> bool:
        """Is this a value of this kind? Whole numbers are numbers; true and false are not."""
        if isinstance(value, bool):
            return self is FactKind.YES_NO
        if isinstance(value, int | float):
            return self is FactKind.NUMBER
        return isinstance(value, str) and self is FactKind.TEXT


@dataclass(frozen=True)
class Fact:
    """One published result. ``unit`` is as shown to people, empty where there is none."""

    code: str
    kind: FactKind
    unit: str = ""


@dataclass(frozen=True)
class Catalogue:
    """The facts each form publishes, by form code, and those known of every subject without a form."""

    forms: Mapping[str, tuple[Fact, ...]]
    always: tuple[Fact, ...] = ()

    def published_by(self, forms: Iterable[str]) -> dict[str, Fact]:
        """The facts of these forms, by fact code; a form unknown here publishes nothing."""
        return {fact.code: fact for form in forms for fact in self.forms.get(form, ())}

    @property
    def facts(self) -> dict[str, Fact]:
        """Every fact that can ever be known of a subject, by code."""
        return self.published_by(self.forms) | {fact.code: fact for fact in self.always}
