"""What the values of one adverse event must agree on. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clinical.partial_days import is_after
from clinical.safety.causality import Cause
from clinical.safety.ctcae_events import EventTerm, grades_of, reported_as
from safety.terms import ONGOING, OVER, Grade, Outcome, Term

OF_AN_INFUSION: Final = frozenset({Cause.CELL_PRODUCT, Cause.INFUSION_PROCEDURE})

GradeLine = tuple[date, int]
"""A day, and the grade that the event had from then on."""


@dataclass(frozen=True)
class Outline:
    """The values of an event that depend on each other; None or empty where nothing was entered.

    `onset` and `ended` are days as they are known, whole or in part; `onset_on` and `ended_on` the first and the last
    day that they can be. `criteria` are the names of the seriousness criteria (`SERIOUSNESS_CRITERIA`) that apply,
    `related_to` the causes to which the event counts as related.
    """

    onset_on: date | None
    ended_on: date | None
    grade: int | None
    is_serious: bool | None
    criteria: frozenset[str]
    outcome: str
    onset: str = ""
    ended: str = ""
    has_onset_time: bool = False
    term: str = Term.OTHER
    admitted_on: date | None = None
    discharged_on: date | None = None
    is_known_since: bool = True
    is_special_interest: bool = True
    related_to: frozenset[Cause] = frozenset()

    @property
    def is_fatal(self) -> bool:
        """Whether any of the three places that can say so says that the subject died of the event."""
        return self.grade == Grade.DEATH or self.outcome == Outcome.FATAL or "results_in_death" in self.criteria

    @property
    def is_in_hospital(self) -> bool:
        """Whether the event needed or prolonged a stay in hospital."""
        return "caused_hospitalisation" in self.criteria


def contradictions(event: Outline) -> Mapping[str, Promise]:
    """The field to look at and what is wrong there, for each rule that is broken; a rule on an absent value is not.

    The event ends on or after its onset, as far as the days are known; a time of onset belongs to a whole day. The
    grade is one that the term has (CTCAE). Outcome fatal, grade 5 and the criterion "results in death" go together;
    serious means at least one criterion (ICH E2A) and a moment since which it is known; days in hospital belong to that
    criterion; an event that is over has an end date and one that goes on has none.
    """
    return (
        _about_the_onset(event)
        | _about_the_term(event)
        | _about_death(event)
        | _about_seriousness(event)
        | _about_the_stay(event)
        | _about_the_end(event)
    )


def grade_lines_that_cannot_be(event: Outline, lines: tuple[GradeLine, ...], *, today: date) -> list[Promise]:
    """What is wrong with the changes of grade, each time in words.

    Each day is given once and lies inside the event, its limits included. None is worse than the grade of the event,
    which is its worst; where the first begins with the event, one of them is that grade.
    """
    found: list[Promise] = []
    days = [day for day, _grade in lines]
    if len(set(days)) < len(days):
        found.append(_("Two changes of grade have the same day."))
    last = event.ended_on or today
    outside = [day for day in days if (event.onset_on is not None and day < event.onset_on) or day > last]
    if outside:
        found.append(
            format_lazy(_("The grade cannot have changed on {day}: the event did not last then."), day=min(outside))
        )
    if event.grade is None or not lines:
        return found
    worst = max(grade for _day, grade in lines)
    begins_with_it = event.onset_on is not None and min(days) == event.onset_on
    if worst > event.grade or (begins_with_it and worst < event.grade):
        found.append(_("The grade of the event is its worst one; it does not agree with the changes of grade."))
    allowed = grades_of(EventTerm(event.term))
    if any(grade not in allowed for _day, grade in lines):
        found.append(_("A change names a grade that this CTCAE term does not have."))
    return found


def points_to_check(event: Outline, *, is_usually_special: bool = False) -> list[Promise]:
    """What is possible but unusual, to be looked at again after saving; `is_usually_special` says whether events of
    this term are of special interest in the trial (`safety.special_interest`)."""
    found: list[Promise] = []
    if event.grade == Grade.LIFE_THREATENING and "is_life_threatening" not in event.criteria:
        found.append(_("Grade 4 is life-threatening, but the seriousness criterion “life-threatening” is not ticked."))
    term = EventTerm(event.term)
    if reported_as(term, is_infusion_related=bool(OF_AN_INFUSION & event.related_to)) != term:
        found.append(
            _("An allergic reaction that is related to the infusion is reported as an infusion related reaction.")
        )
    if event.is_in_hospital and event.admitted_on is None:
        found.append(_("The event led to a stay in hospital, but its first day is not recorded."))
    if is_usually_special and not event.is_special_interest:
        found.append(_("Events of this term are usually of special interest; it is not ticked."))
    return found


def _about_the_onset(event: Outline) -> dict[str, Promise]:
    if event.has_onset_time and event.onset and len(event.onset) < len("2026-05-17"):
        return {"onset_time": _("A time needs the whole day on which the event began.")}
    return {}


def _about_the_term(event: Outline) -> dict[str, Promise]:
    allowed = grades_of(EventTerm(event.term))
    if event.grade is None or event.grade in allowed:
        return {}
    grades = ", ".join(map(str, allowed))
    return {"grade": format_lazy(_("This CTCAE term has the grades {grades} only."), grades=grades)}


def _about_death(event: Outline) -> dict[str, Promise]:
    if not event.is_fatal:
        return {}
    found: dict[str, Promise] = {}
    if event.grade is not None and event.grade != Grade.DEATH:
        found["grade"] = _("The event is recorded as fatal elsewhere on this form; a fatal event has grade 5.")
    if event.outcome and event.outcome != Outcome.FATAL:
        found["outcome"] = _("The event is recorded as fatal elsewhere on this form; its outcome must be “Fatal”.")
    if "results_in_death" not in event.criteria:
        found["results_in_death"] = _(
            "The event is recorded as fatal elsewhere on this form; tick this criterion as well."
        )
    return found


def _about_seriousness(event: Outline) -> dict[str, Promise]:
    if event.is_serious is True and not event.criteria:
        return {"is_serious": _("A serious event meets at least one of the criteria below; tick each that applies.")}
    if event.is_serious is False and event.criteria:
        return {"is_serious": _("A criterion below is ticked, which makes the event serious; answer yes or untick it.")}
    if event.is_serious is True and not event.is_known_since:
        return {"serious_known_at": _("Say when the site became aware that the event is serious.")}
    return {}


def _about_the_stay(event: Outline) -> dict[str, Promise]:
    found: dict[str, Promise] = {}
    if not event.is_in_hospital:
        for name, day in (("admitted_on", event.admitted_on), ("discharged_on", event.discharged_on)):
            if day is not None:
                found[name] = _("Days in hospital belong to the criterion “needs or prolongs a stay in hospital”.")
    elif event.discharged_on is not None and event.admitted_on is None:
        found["admitted_on"] = _("Enter the first day in hospital as well.")
    elif event.discharged_on is not None and event.admitted_on is not None and event.discharged_on < event.admitted_on:
        found["discharged_on"] = _("The last day in hospital is before the first.")
    return found


def _about_the_end(event: Outline) -> dict[str, Promise]:
    if event.ended_on is None:
        return {"ended": _("Enter the day on which the event was over.")} if event.outcome in OVER else {}
    if event.outcome in ONGOING:
        return {"ended": _("An event that goes on has no end date; remove the date or choose another outcome.")}
    is_before = event.onset_on is not None and event.ended_on < event.onset_on
    if is_before or (event.onset and event.ended and is_after(event.onset, event.ended)):
        return {"ended": _("The end is before the onset; one of the two dates is wrong.")}
    return {}
