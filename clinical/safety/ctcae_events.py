"""The grades of events that are looked for after an infusion of cells: CTCAE, version 5.0.

Here stand the terms, which grades each of them has, and a key for the words of every grade; the words themselves are
the app's. What is not one of these terms is graded by the general grades (CTCAE, "Other, specify").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GENERAL_GRADES: Final = (1, 2, 3, 4, 5)
"""Mild, moderate, severe, life-threatening, death."""
DEATH: Final = 5


class EventTerm(StrEnum):
    """A term of CTCAE that has grades of its own here, or any other."""

    INFUSION_RELATED_REACTION = "infusion_related_reaction"
    ALLERGIC_REACTION = "allergic_reaction"
    ANAPHYLAXIS = "anaphylaxis"
    FEVER = "fever"
    THROMBOEMBOLIC_EVENT = "thromboembolic_event"
    CHILLS = "chills"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class EventScale:
    """How one term is graded.

    `term` is its name in CTCAE, "" for any other. `grades` are those that exist, in ascending order. `if_infusion` is
    the term to report instead, never both, where the event is related to an infusion; None where CTCAE asks for none.
    """

    code: EventTerm
    term: str
    grades: tuple[int, ...]
    if_infusion: EventTerm | None = None


EVENT_SCALES: Final[Mapping[EventTerm, EventScale]] = {
    scale.code: scale
    for scale in (
        EventScale(EventTerm.INFUSION_RELATED_REACTION, "Infusion related reaction", GENERAL_GRADES),
        EventScale(
            EventTerm.ALLERGIC_REACTION,
            "Allergic reaction",
            GENERAL_GRADES,
            if_infusion=EventTerm.INFUSION_RELATED_REACTION,
        ),
        EventScale(EventTerm.ANAPHYLAXIS, "Anaphylaxis", (3, 4, 5)),
        EventScale(EventTerm.FEVER, "Fever", GENERAL_GRADES),
        EventScale(EventTerm.THROMBOEMBOLIC_EVENT, "Thromboembolic event", GENERAL_GRADES),
        EventScale(EventTerm.CHILLS, "Chills", (1, 2, 3)),
        EventScale(EventTerm.OTHER, "", GENERAL_GRADES),
    )
}


def grades_of(term: EventTerm) -> tuple[int, ...]:
    """The grades that exist for a term, in ascending order."""
    return EVENT_SCALES[term].grades


def words_key(term: EventTerm, grade: int) -> str:
    """The key of the words that describe a grade, such as "fever.3"; of any other event, and of every death, that of
    the general grade, such as "general.5". Raises ValueError for a grade that the term does not have."""
    if grade not in grades_of(term):
        raise ValueError(f"{term} has no grade {grade}; it has {', '.join(map(str, grades_of(term)))}")
    is_general = term is EventTerm.OTHER or grade == DEATH
    return f"{'general' if is_general else term}.{grade}"


def reported_as(term: EventTerm, *, is_infusion_related: bool) -> EventTerm:
    """The term under which the event is reported: an allergic reaction to an infusion is an infusion related reaction,
    and is not reported as both (navigational note of CTCAE)."""
    instead = EVENT_SCALES[term].if_infusion
    return instead if is_infusion_related and instead is not None else term
