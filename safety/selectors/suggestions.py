"""Events that the record suggests and about which nobody has decided yet; nothing is ever recorded by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from patients.finding_codes import (
    GRADED_ANALYTES,
    INFUSION_REACTION,
    grade_code,
    investigator_grade_code,
    term_code,
)
from patients.models import Finding, Subject, Visit
from patients.selectors.consent import data_may_be_used
from patients.visit_content import content_of, name_of
from safety.models import SuggestionDecision
from safety.terms import Term
from trials.analytes import ANALYTE_NAMES
from trials.models import Trial

_GRADES: Final = {grade_code(analyte): analyte for analyte in GRADED_ANALYTES}
_TERMS: Final = {term_code(analyte): analyte for analyte in GRADED_ANALYTES}
_OWN_GRADES: Final = {investigator_grade_code(analyte): analyte for analyte in GRADED_ANALYTES}
_SUGGESTING: Final = (
    Q(test_code__in=[*_GRADES], number__gte=1)
    | Q(test_code__in=[*_TERMS, *_OWN_GRADES])
    | Q(test_code=INFUSION_REACTION, yes_no=True)
)


@dataclass(frozen=True)
class Suggestion:
    """One event that the record suggests; `source` tells it from all others of the subject.

    `grade` is None for a reaction, which the form does not grade. `analyte` is empty there.
    """

    source: str
    subject_id: int
    visit: Visit
    onset_on: date
    grade: int | None
    term: str
    term_code: str
    analyte: str = ""

    @property
    def because(self) -> str:
        """What suggests it, in words."""
        if not self.analyte:
            return _("A reaction is ticked on the infusion form.")
        return _("Laboratory: %(analyte)s, grade %(grade)s") % {
            "analyte": ANALYTE_NAMES[self.analyte],
            "grade": self.grade,
        }

    @property
    def visit_name(self) -> str:
        """The protocol's name of the visit."""
        return name_of(content_of(self.visit))

    @property
    def initial(self) -> dict[str, Any]:
        """What is filled in beforehand when the event is recorded; the visit only where the event followed it."""
        values: dict[str, Any] = {"term": self.term, "term_code": self.term_code, "onset": self.onset_on.isoformat()}
        if self.grade is not None:
            values["grade"] = self.grade
        if self.visit.occurred_on is not None and self.onset_on >= self.visit.occurred_on:
            values["visit"] = self.visit.pk
        return values


def open_suggestions(subject: Subject) -> list[Suggestion]:
    """What the record of the subject suggests and nobody has decided about, oldest first; two statements.

    A laboratory result suggests an event from grade 1 on: the grade of the investigator where there is one, else the
    one that follows from the result. A result whose grade changes suggests anew.
    """
    findings = _findings().filter(subject=subject)
    return _undecided(findings, SuggestionDecision.objects.filter(subject=subject))


def open_suggestion(subject: Subject, source: str) -> Suggestion | None:
    """The suggestion of this source, or None when it does not stand or was decided."""
    return next((found for found in open_suggestions(subject) if found.source == source), None)


def subjects_with_suggestions(*, trial: Trial, user: User) -> list[tuple[Subject, int]]:
    """The subjects for whom the user may record events and for whom the record suggests some, with how many, by
    number; two statements. Those whose data may not be used any more are left out."""
    here = {"subject__site__trial": trial}
    may = Permission.RECORD_ADVERSE_EVENTS
    findings = data_may_be_used(_findings().visible_to(user, may).filter(**here), subject="subject")
    found = _undecided(findings, SuggestionDecision.objects.visible_to(user, may).filter(**here))
    subjects = {suggestion.subject_id: suggestion.visit.subject for suggestion in found}
    counts: dict[int, int] = defaultdict(int)
    for suggestion in found:
        counts[suggestion.subject_id] += 1
    return sorted(((subjects[key], count) for key, count in counts.items()), key=lambda each: each[0].number)


def _findings() -> Any:
    rows = Finding.objects.filter(_SUGGESTING)
    return rows.select_related("visit__subject__protocol_version", "visit__protocol_version")


def _undecided(findings: Iterable[Finding], decisions: Any) -> list[Suggestion]:
    decided = set(decisions.values_list("subject_id", "source"))
    by_form: dict[tuple[Any, ...], dict[str, Finding]] = defaultdict(dict)
    for finding in findings:
        by_form[finding.visit_id, finding.source_form, finding.repeat_key][finding.test_code] = finding
    found = [each for found in by_form.values() for each in (*_of_laboratory(found), *_of_infusion(found))]
    still_open = (each for each in found if (each.subject_id, each.source) not in decided)
    return sorted(still_open, key=lambda each: (each.onset_on, each.source))


def _of_laboratory(found: Mapping[str, Finding]) -> Iterable[Suggestion]:
    for analyte in GRADED_ANALYTES:
        own, worked_out = found.get(investigator_grade_code(analyte)), found.get(grade_code(analyte))
        finding = own or worked_out
        if finding is None or finding.number is None or finding.number < 1:
            continue
        term, grade = found.get(term_code(analyte)), int(finding.number)
        yield Suggestion(
            source=f"{_form(finding)}:{analyte}:{grade}",
            subject_id=finding.subject_id,
            visit=finding.visit,
            onset_on=finding.collected_on,
            grade=grade,
            term=str(term.text) if term else str(ANALYTE_NAMES[analyte]),
            term_code=Term.OTHER.value,
            analyte=analyte,
        )


def _of_infusion(found: Mapping[str, Finding]) -> Iterable[Suggestion]:
    finding = found.get(INFUSION_REACTION)
    if finding is not None:
        term = Term.INFUSION_RELATED_REACTION
        yield Suggestion(
            source=f"{_form(finding)}:reaction",
            subject_id=finding.subject_id,
            visit=finding.visit,
            onset_on=finding.collected_on,
            grade=None,
            term=str(term.label),
            term_code=term.value,
        )


def _form(finding: Finding) -> str:
    repeat = f".{finding.repeat_key}" if finding.repeat_key else ""
    return f"{finding.source_form}:{finding.visit_id}{repeat}"
