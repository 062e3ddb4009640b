"""Serious events and their cases, as far as clocks and printed reports ask for them."""

from datetime import date, datetime
from typing import Any

from audit.context import acting
from patients.models import Subject
from safety.models import AdverseEvent, AuthorityReport, ReportVersion, SeriousCase
from safety.services import record_adverse_event
from signatures.models import Meaning
from signatures.services import sign
from tests.factories.trials import system
from trials.models import Trial

REACTION: dict[str, Any] = {
    "term": "Infusion related reaction",
    "term_code": "infusion_related_reaction",
    "onset": "2026-05-19",
    "narrative": "Chills and a fall of blood pressure half an hour after the infusion.",
    "grade": 3,
    "is_serious": True,
    "caused_hospitalisation": True,
    "relation": "probable",
    "action_taken": "drug_interrupted",
    "outcome": "not_recovered",
}
"""An event that kept the subject in hospital."""


def make_serious_event(subject: Subject, *, known_at: datetime | None, **changed: Any) -> AdverseEvent:
    """The subject stayed in hospital for a reaction, and the site has known so since this moment; None: not said."""
    return record_adverse_event(
        subject=subject, fields={**REACTION, "serious_known_at": known_at, **changed}, by=system()
    )


def make_case(event: AdverseEvent, **values: Any) -> SeriousCase:
    """The case of the event with these values: the one there is, or the next of the trial."""
    trial = event.subject.site.trial
    found = SeriousCase.objects.filter(event=event).first() or SeriousCase(
        subject=event.subject,
        event=event,
        number=SeriousCase.objects.filter(subject__site__trial=trial).count() + 1,
    )
    return change_case(found, **values)


def change_case(case: SeriousCase, **values: Any) -> SeriousCase:
    """The case with other values, whatever its rules say."""
    for name, value in values.items():
        setattr(case, name, value)
    with acting(by=system(), reason="Set up by the test"):
        case.save()
    return case


def make_susar(event: AdverseEvent, day_zero: date, **values: Any) -> SeriousCase:
    """An assessed case of a suspected unexpected reaction."""
    given = {"state": "assessed", "day_zero": day_zero, "related_by_sponsor": True, "is_susar": True, **values}
    return make_case(event, **given)


def change_event(event: AdverseEvent, **values: Any) -> AdverseEvent:
    """The event with other values, as a correction would leave it."""
    for name, value in values.items():
        setattr(event, name, value)
    with acting(by=system(), reason="Set up by the test"):
        event.save()
    return event


def make_submission(case: SeriousCase, at: datetime, **values: Any) -> ReportVersion:
    """One more version of the report, signed and submitted at this moment."""
    content = values.pop("content", {"case": str(case)})
    signature = sign(content=content, about=f"test:{case.pk}", meaning=Meaning.AUTHORSHIP, by=system())
    with acting(by=system(), reason="Set up by the test"):
        return ReportVersion.objects.create(
            case=case,
            number=case.versions.count() + 1,
            content=content,
            signature=signature,
            submitted_at=at,
            **values,
        )


def report_to_authority(case: SeriousCase, sent_on: date, *, is_complete: bool = False) -> AuthorityReport:
    """The case went to the authority on this day."""
    with acting(by=system(), reason="Set up by the test"):
        return AuthorityReport.objects.create(case=case, sent_on=sent_on, is_complete=is_complete, authority="CDE")


def count_days_in(trial: Trial, zone: str) -> Trial:
    """The sponsor's calendar is that of this time zone."""
    trial.sponsor_time_zone = zone
    with acting(by=system(), reason="Set up by the test"):
        trial.save()
    return trial
