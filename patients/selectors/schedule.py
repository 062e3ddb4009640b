"""The schedule that a subject takes home."""

from dataclasses import dataclass
from datetime import date

from patients.models import Subject, Visit, VisitOutcome
from patients.policies import ENDED
from patients.selectors.visits import visits_of
from patients.visit_content import content_of
from trials.models import ConsentLanguage

LANGUAGES = {ConsentLanguage.CHINESE.value: "zh-hans", ConsentLanguage.ENGLISH.value: "en"}
"""The language of pages for each language of the information sheet."""


@dataclass(frozen=True)
class ScheduledVisit:
    """A visit as its subject reads it. `by_phone`: it may take place by telephone."""

    visit: Visit
    name: str
    by_phone: bool

    @property
    def on(self) -> date | None:
        """The day of the visit, or the one planned for it."""
        return self.visit.occurred_on or self.visit.planned_on


@dataclass(frozen=True)
class Schedule:
    """The visits that took place and those to come. `has_ended`: nothing more is to come; `awaits_enrolment`: the
    visits after enrolment are planned for a subject who may not be enrolled after all."""

    visits: tuple[ScheduledVisit, ...]
    has_ended: bool
    awaits_enrolment: bool


def schedule_of(subject: Subject, language: str) -> Schedule:
    """The subject's schedule with the names in this language: one statement. Missed and cancelled visits are left out,
    and so is all that is still open once participation has ended."""
    has_ended = subject.status in ENDED
    shown = {VisitOutcome.DONE.value} if has_ended else {VisitOutcome.DONE.value, ""}
    visits = tuple(_scheduled(visit, language) for visit in visits_of(subject) if visit.outcome in shown)
    return Schedule(visits, has_ended, awaits_enrolment=not has_ended and subject.enrolled_on is None)


def sheet_language(subject: Subject) -> str:
    """The language of the information sheet that the subject signed last."""
    consent = subject.consents.order_by("signed_on", "pk").last()
    return consent.language if consent else ConsentLanguage.ENGLISH.value


def _scheduled(visit: Visit, language: str) -> ScheduledVisit:
    content = content_of(visit)
    return ScheduledVisit(visit, content.name_in(language), content.by_phone)
