"""What each grade of an event means, in our own short words (CTCAE version 5.0, US National Cancer Institute)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinical.safety.ctcae_events import EventTerm, grades_of, words_key
from safety.terms import Grade, Term

_URGENT = _("Life-threatening; urgent treatment")

WORDS: Final[dict[str, str | Promise]] = {
    "infusion_related_reaction.1": _("Mild and transient; no interruption"),
    "infusion_related_reaction.2": _(
        "Interrupted; prompt response to symptomatic treatment; prophylaxis for 24 h at most"
    ),
    "infusion_related_reaction.3": _("Prolonged, recurrent, or hospital stay"),
    "infusion_related_reaction.4": _URGENT,
    "allergic_reaction.1": _("No systemic treatment"),
    "allergic_reaction.2": _("Oral treatment"),
    "allergic_reaction.3": _("Bronchospasm, intravenous treatment, or hospital stay"),
    "allergic_reaction.4": _URGENT,
    "anaphylaxis.3": _("Bronchospasm, parenteral treatment, allergic oedema, or low blood pressure"),
    "anaphylaxis.4": _URGENT,
    "fever.1": _("38.0 to 39.0 °C"),
    "fever.2": _("Above 39.0 to 40.0 °C"),
    "fever.3": _("Above 40.0 °C for 24 h at most"),
    "fever.4": _("Above 40.0 °C for more than 24 h"),
    "thromboembolic_event.1": _("No medical treatment"),
    "thromboembolic_event.2": _("Medical treatment"),
    "thromboembolic_event.3": _("Urgent treatment, e.g. pulmonary embolism"),
    "thromboembolic_event.4": _("Unstable circulation or nervous system"),
    "chills.1": _("Mild"),
    "chills.2": _("Moderate; opioids"),
    "chills.3": _("Severe or prolonged"),
}
"""The words by key; those of the general grades are the labels of `Grade`, which begin with the number."""


def grade_in_words(term: str, grade: int) -> str:
    """Number and meaning of a grade of this term, such as "3 · Above 40.0 °C for 24 h at most"; the general words where
    the term does not have the grade."""
    event_term = EventTerm(term)
    key = words_key(event_term, grade) if grade in grades_of(event_term) else ""
    return f"{grade} · {WORDS[key]}" if key in WORDS else str(Grade(grade).label)


@dataclass(frozen=True)
class Scale:
    """A term with grades of its own: its name, and the meaning of each grade that it has."""

    term: str
    name: str | Promise
    is_special: bool
    grades: tuple[tuple[int, str | Promise], ...]


def _grades(term: EventTerm) -> tuple[tuple[int, str | Promise], ...]:
    keys = ((grade, words_key(term, grade)) for grade in grades_of(term))
    return tuple((grade, WORDS.get(key, _("Death"))) for grade, key in keys)


def scales(special: Collection[str]) -> tuple[Scale, ...]:
    """What stands at hand on the form; any other event has the general grades. `special` are the terms of special
    interest."""
    return tuple(
        Scale(term.value, Term(term).label, term.value in special, _grades(term))
        for term in EventTerm
        if term is not EventTerm.OTHER
    )
