"""Who is told of a step of a case."""

from typing import Any, Final

from clinical.safety.workflow import ReportRole, Step
from notifications.services import Told, settle, tell
from safety.models import CaseStep, SeriousCase
from safety.selectors.case_people import people_of

SAFETY_CASE: Final = "safety_case"

SUBMITTED: Final = "submitted"
FOLLOW_UP_BEGUN: Final = "follow_up_begun"
FOLLOW_UP: Final = "follow_up"
QUESTIONS: Final = "questions"
ANSWERED: Final = "answered"
ASSESSED: Final = "assessed"
STAGES: Final = (SUBMITTED, FOLLOW_UP_BEGUN, FOLLOW_UP, QUESTIONS, ANSWERED, ASSESSED)

_SPONSOR: Final = (ReportRole.MEDICAL_MONITOR,)
_AUTHORS: Final = (ReportRole.COORDINATOR, ReportRole.INVESTIGATOR)
_INVESTIGATORS: Final = (ReportRole.INVESTIGATOR,)

_TOLD: Final = {
    Step.SUBMIT: (SUBMITTED, _SPONSOR),
    Step.ASK: (QUESTIONS, _AUTHORS),
    Step.ANSWER: (ANSWERED, _SPONSOR),
    Step.ASSESS: (ASSESSED, _INVESTIGATORS),
    # Whoever begins it, the others are to know that the report is open again.
    Step.FOLLOW_UP: (FOLLOW_UP_BEGUN, (*_AUTHORS, *_SPONSOR)),
}


def announce(case: SeriousCase, step: CaseStep, *, version: int) -> None:
    """Tell those who have to act, or to know, but not the one who took the step: each once a step. Numbers only.

    What was told of the steps before is settled, save that a case was assessed when it is closed.
    """
    topic = f"case:{case.pk}"
    if step.step != Step.CLOSE:
        settle(kind=SAFETY_CASE, topic=topic)
    if step.step not in _TOLD:
        return
    stage, roles = _TOLD[Step(step.step)]
    if stage == SUBMITTED and version > 1:
        stage = FOLLOW_UP
    site = case.subject.site
    facts: dict[str, Any] = {
        "registration": site.trial.registration,
        "number": case.subject.number,
        "event": case.event.number,
        "case": str(case),
        "version": version,
    }
    tell(
        Told(
            kind=SAFETY_CASE,
            topic=topic,
            stage=stage,
            occasion=f"step {step.pk}",
            recipient=person,
            trial=site.trial,
            site=site,
            facts=facts,
        )
        for person in people_of(case, roles)
        if person.pk != step.taken_by_id
    )
