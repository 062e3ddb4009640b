"""How the stopping rules of a trial's protocol stand, over the record as it is now."""

from dataclasses import dataclass

from accounts.models import User
from accounts.permissions import Permission
from clinical.safety.stopping_rules import RuleStanding, StoppingRule, standing_of
from patients.models import Subject
from safety.models import AdverseEvent
from safety.selectors.counted import COUNTED, counted
from trials.models import ProtocolVersion, Trial
from trials.selectors import protocol_of


@dataclass(frozen=True)
class Alert:
    """A stopping rule for one reader: how many subjects have such an event, and the numbers of those that the reader
    may see."""

    rule: StoppingRule
    holds: bool
    subjects: int
    numbers: tuple[str, ...]

    @property
    def state(self) -> str:
        """A value of the status `stopping_rule`."""
        return "holds" if self.holds else "does_not_hold"


def newest_version(trial: Trial) -> ProtocolVersion:
    """The version whose stopping rules are in force: the newest one, for all subjects (default)."""
    return trial.protocol_versions.defer("files").latest("loaded_at", "pk")


def standings_of(trial: Trial, version: ProtocolVersion) -> list[RuleStanding]:
    """Every rule of this version over every event of the trial: one statement, none where there is no rule.

    Events of subjects who withdrew, also from the use of their data, count: an alert does not go away by that
    (default).
    """
    rules = protocol_of(version).safety.stopping_rules
    if not rules:
        return []
    rows = AdverseEvent.objects.filter(subject__site__trial=trial).only(*COUNTED)
    events = [counted(event) for event in rows]
    return [standing_of(rule, events) for rule in rules]


def alerts_of(trial: Trial, user: User) -> list[Alert]:
    """The rules of the trial, those that hold first: three statements."""
    standings = standings_of(trial, newest_version(trial))
    concerned = {int(pk) for standing in standings for pk in standing.subjects}
    visible = Subject.objects.visible_to(user, Permission.VIEW_SAFETY).filter(pk__in=concerned)
    numbers = dict(visible.values_list("pk", "number"))
    found = [
        Alert(
            rule=standing.rule,
            holds=standing.holds,
            subjects=len(standing.subjects),
            numbers=tuple(sorted(numbers[int(pk)] for pk in standing.subjects if int(pk) in numbers)),
        )
        for standing in standings
    ]
    return sorted(found, key=lambda alert: not alert.holds)
