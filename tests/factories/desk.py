"""Adverse events, cases and plans of safety as the tests of the safety desk write them."""

from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from accounts.models import User
from assessments.registry import catalogue
from audit.context import acting
from patients.models import Subject
from protocols.loader import STUDIES, read_folder
from safety.models import AdverseEvent, SeriousCase
from safety.services import correct_adverse_event, record_adverse_event
from tests.factories.trials import system
from trials.models import ProtocolVersion, Trial
from trials.services import load_protocol

FEVER: dict[str, Any] = {
    "term": "Fever",
    "grade": 1,
    "is_serious": False,
    "relation": "unlikely",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}
SERIOUS: dict[str, Any] = {"is_serious": True, "is_medically_important": True}
FATAL: dict[str, Any] = {"grade": 5, "outcome": "fatal", "is_serious": True, "results_in_death": True}
PLAN = """
source = "Investigator's brochure, edition 3"

[[expected]]
term = "fever"
grade_at_most = 2

[special_interest]
terms = ["chills"]

[[stopping_rule]]
code = "SR01"
text = "Two subjects with a related event of grade 3 or more"
subjects = 2
grade_at_least = 3
related = true

[[stopping_rule]]
code = "SR02"
text = "Any related death"
subjects = 1
grade_at_least = 5
related = true
"""


def make_event(subject: Subject, by: User | None = None, **changed: Any) -> AdverseEvent:
    """A fever of grade 1 that began today at the site, unless something else is said; a serious event is known to be
    so now."""
    known = {"serious_known_at": timezone.now().replace(second=0, microsecond=0)} if changed.get("is_serious") else {}
    fields = {**FEVER, "onset": subject.site.today().isoformat(), **known, **changed}
    return record_adverse_event(subject=subject, fields=fields, by=by or system())


def change_event(event: AdverseEvent, by: User | None = None, **changed: Any) -> AdverseEvent:
    """The event with some values corrected."""
    stored = AdverseEvent.objects.get(pk=event.pk)
    return correct_adverse_event(
        event=stored, fields=changed, reason="Source read again", seen_version=stored.version, by=by or system()
    )


def make_case(event: AdverseEvent, state: str, **values: Any) -> SeriousCase:
    """The case of an event brought into this state, with the days that the state asks for."""
    today = event.subject.site.today()
    judged = {"related_by_sponsor": True, "is_susar": True} if state in ("assessed", "closed") else {}
    given = {"state": state, "number": event.pk, "day_zero": today, **judged, **values}
    with acting(by=system(), reason="State of the test"):
        return SeriousCase.objects.update_or_create(event=event, subject=event.subject, defaults=given)[0]


def plan_safety(trial: Trial, plan: str = PLAN, version: str = "1.5") -> ProtocolVersion:
    """A newer version of the trial's protocol with this plan of safety, stored a minute after the one before: subjects
    who are there stay on theirs."""
    files = read_folder(STUDIES / trial.registration / "1.0")
    files = {name: text.replace('version = "1.0"', f'version = "{version}"') for name, text in files.items()}
    later = trial.protocol_versions.latest("loaded_at").loaded_at + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        return load_protocol(files={**files, "safety.toml": plan}, catalogue=catalogue(), by=system())[0]
