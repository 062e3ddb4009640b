"""What the values of one adverse event must agree on. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safety.terms import ONGOING, OVER, Grade, Outcome


@dataclass(frozen=True)
class Outline:
    """The values of an event that depend on each other; None or empty where nothing was entered.

    `criteria` are the names of the seriousness criteria (`SERIOUSNESS_CRITERIA`) that apply.
    """

    onset_on: date | None
    ended_on: date | None
    grade: int | None
    is_serious: bool | None
    criteria: frozenset[str]
    outcome: str

    @property
    def is_fatal(self) -> bool:
        """Whether any of the three places that can say so says that the subject died of the event."""
        return self.grade == Grade.DEATH or self.outcome == Outcome.FATAL or "results_in_death" in self.criteria


def contradictions(event: Outline) -> Mapping[str, Promise]:
    """The field to look at and what is wrong there, for each rule that is broken; a rule on an absent value is not.

    The event ends on or after its onset; outcome fatal, grade 5 and the criterion "results in death" go together;
    serious means at least one criterion (ICH E2A); an event that is over has an end date and one that goes on has none.
    """
    return _about_death(event) | _about_seriousness(event) | _about_the_end(event)


def points_to_check(event: Outline) -> list[Promise]:
    """What is possible but unusual, to be looked at again after saving."""
    if event.grade == Grade.LIFE_THREATENING and "is_life_threatening" not in event.criteria:
        return [_("Grade 4 is life-threatening, but the seriousness criterion “life-threatening” is not ticked.")]
    return []


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
    return {}


def _about_the_end(event: Outline) -> dict[str, Promise]:
    if event.ended_on is None:
        return {"ended": _("Enter the day on which the event was over.")} if event.outcome in OVER else {}
    if event.outcome in ONGOING:
        return {"ended": _("An event that goes on has no end date; remove the date or choose another outcome.")}
    if event.onset_on is not None and event.ended_on < event.onset_on:
        return {"ended": _("The end is before the onset; one of the two dates is wrong.")}
    return {}
