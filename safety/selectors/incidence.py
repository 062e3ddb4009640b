"""How many subjects had an event, by arm, over the record.

Counted are the subjects with a first treatment whose data may be used. An event counts in the arm of the last treatment
on or before the day on which it began; the first treatment's where both were on one day. One that can only have begun
before the first treatment is not counted; of a partly known day the latest it can be decides (default).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst

from accounts.models import User
from accounts.permissions import Permission
from clinical.partial_days import latest
from clinical.safety.incidence import CountedEvent, IncidenceTable, incidence_table
from patients.models import Allocation, Finding, Subject
from patients.selectors.consent import data_may_be_used
from safety.models import AdverseEvent
from safety.selectors.counted import COUNTED, counted, term_name
from trials.models import Trial
from trials.selectors import protocol_of

NOT_TREATED = ""
Treatments = Mapping[int, list[tuple[date, str]]]
"""By subject, the days of treatment with the arm of each, in order."""


@dataclass(frozen=True)
class Incidence:
    """The table with the names of what it counts: `arms` by code, in the protocol's order, and `terms` by key."""

    table: IncidenceTable
    arms: Mapping[str, str]
    terms: Mapping[str, str]
    treated: Mapping[str, int]
    treated_in_all: int


def incidence_of(trial: Trial, user: User) -> Incidence:
    """Counts over the subjects whose events the user may see: five statements."""
    versions = list(trial.protocol_versions.defer("files").order_by("-loaded_at", "-pk"))
    protocols = [protocol_of(version) for version in versions]
    subjects = _treated_subjects(trial, user)
    forms = {form for protocol in protocols for form in protocol.treatment_forms}
    treatments = _treatments(subjects, forms)
    events = list(AdverseEvent.objects.filter(subject__in=subjects).only(*COUNTED).order_by("pk"))
    rows = [counted(event, _arm_of(event, treatments[event.subject_id])) for event in events]
    treated: dict[str, set[str]] = {}
    for subject, given in treatments.items():
        for _day, arm in given:
            treated.setdefault(arm, set()).add(str(subject))
    names = {arm.code: arm.name for protocol in reversed(protocols) for arm in protocol.arms}
    arms = {code: names[code] for code in names if code in treated}
    return Incidence(
        table=incidence_table(rows, treated={arm: treated[arm] for arm in arms}),
        arms=arms,
        terms=_names(events, rows),
        treated={arm: len(treated[arm]) for arm in arms},
        treated_in_all=len(subjects),
    )


def _treated_subjects(trial: Trial, user: User) -> dict[int, tuple[date, str]]:
    """By subject, the day of the first treatment and the arm of today."""
    visible = Subject.objects.visible_to(user, Permission.VIEW_SAFETY).filter(site__trial=trial)
    treated = data_may_be_used(visible.filter(first_treatment_on__isnull=False))
    return {pk: (day, arm) for pk, day, arm in treated.values_list("pk", "first_treatment_on", "arm_code")}


def _treatments(first: Mapping[int, tuple[date, str]], forms: Iterable[str]) -> Treatments:
    allocations: dict[int, list[tuple[date, str]]] = {}
    given = Allocation.objects.filter(subject__in=first).order_by("subject", "sequence")
    for subject, day, arm in given.values_list("subject_id", "allocated_on", "arm_code"):
        allocations.setdefault(subject, []).append((day, arm))
    days = {pk: {day} for pk, (day, _arm) in first.items()}
    found = Finding.objects.filter(subject__in=first, source_form__in=sorted(forms))
    for subject, day in found.values_list("subject_id", "collected_on").distinct():
        days[subject].add(max(day, first[subject][0]))
    return {
        pk: [(day, _last_before(day, allocations.get(pk, [first[pk]]))) for day in sorted(each)]
        for pk, each in days.items()
    }


def _arm_of(event: AdverseEvent, treatments: list[tuple[date, str]]) -> str:
    first, _arm = treatments[0]
    if latest(event.onset) < first:
        return NOT_TREATED
    return _last_before(max(event.onset_on, first), treatments)


def _last_before(day: date, arms: list[tuple[date, str]]) -> str:
    """The last arm on or before the day; the first one where there is none."""
    return next((arm for since, arm in reversed(arms) if since <= day), arms[0][1])


def _names(events: Iterable[AdverseEvent], rows: Iterable[CountedEvent]) -> dict[str, str]:
    """What each term is called: words as they were first recorded."""
    found: dict[str, str] = {}
    for event, row in zip(events, rows, strict=True):
        name = term_name(row.term)
        found.setdefault(row.term, name if name != row.term else capfirst(event.term.strip()))
    return found
