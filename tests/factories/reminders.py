"""Reminders as a sweep stores them, without the record behind them, and kinds that only tests know."""

from itertools import count
from typing import Any

from accounts.models import User
from notifications.kinds import Facts, Kind, Line
from notifications.models import Reminder
from trials.models import Site

FACTS = {
    "number": "GZ-001",
    "visit": "W12",
    "names": {"en": "Week 12", "zh": "第12周"},
    "opens_on": "2026-05-18",
    "closes_on": "2026-05-24",
}
_topics = count(1)


def make_reminder(recipient: User, site: Site, **values: Any) -> Reminder:
    """A visit window of the site that is open and was told to this person now."""
    given = {
        "kind": "visit_window",
        "topic": f"visit:{next(_topics)}",
        "stage": "open",
        "occasion": "2026-05-18",
        "facts": {**FACTS, "registration": site.trial.registration},
        **values,
    }
    return Reminder.objects.create(recipient=recipient, trial=site.trial, site=site, **given)


def make_kind(code: str, *, is_urgent: bool = False) -> Kind:
    """A kind with the single stage `open`, to be put into `KINDS` for the time of a test."""

    def write(_stage: str, facts: Facts) -> Line:
        return Line(f"About {facts['number']}", "Only in tests", "/inbox/")

    return Kind(
        code=code, label=code.replace("_", " "), write=write, stages=("open",), example=FACTS, is_urgent=is_urgent
    )
