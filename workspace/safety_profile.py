"""The safety of a subject at a glance: doses, events, graded laboratory results and medication on one axis of days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.graded_results import GradedResult, graded_results
from assessments.templatetags.casebook import form_title
from clinical.laboratory.analytes import ANALYTES
from clinical.numbers import plain
from clinical.safety.profile_timeline import ProfileRow, Span, profile_picture
from patients.models import Finding, Subject
from patients.services.planning import consent_day
from safety.models import AdverseEvent
from safety.selectors.events import events_of_subject
from trials.analytes import ANALYTE_NAMES
from trials.selectors import protocol_of

MILLION = 10**6


@dataclass(frozen=True)
class Dose:
    """One treatment: what was given on which day, and where it stands in the casebook."""

    on: date
    form: str
    title: str
    visit: str
    amount: str


@dataclass(frozen=True)
class Result:
    """One graded laboratory result, in words."""

    result: GradedResult
    analyte: str
    value: str


def profile_of(subject: Subject, user: User) -> dict[str, Any]:
    """Tables and picture: five statements."""
    today, consent_on = subject.site.today(), consent_day(subject)
    events = list(events_of_subject(subject=subject, user=user).order_by("onset_on", "number"))
    doses = _doses(subject)
    results = [_in_words(found) for found in graded_results(subject)]
    medications = list(subject.medications.order_by("started_on", "number"))
    rows = [
        *_dose_rows(doses),
        *(
            ProfileRow(_("Adverse events"), event.term, (Span(event.onset_on, _end(event), event.grade),))
            for event in events
        ),
        *_result_rows(results),
        *(
            ProfileRow(_("Medication"), medication.name, (Span(medication.started_on, medication.ended_on),))
            for medication in medications
        ),
    ]
    return {
        "picture": profile_picture(rows, starts_on=consent_on, today=today),
        "events": events,
        "doses": doses,
        "results": results,
        "medications": medications,
    }


def _end(event: AdverseEvent) -> date | None:
    """The last day; of an event that has neither an end nor goes on as far as is known, that of its onset."""
    return event.ended_on if event.ended_on is not None or event.is_ongoing else event.onset_on


def _doses(subject: Subject) -> list[Dose]:
    forms = protocol_of(subject.protocol_version).treatment_forms
    found = Finding.objects.filter(subject=subject, source_form__in=sorted(forms), number__isnull=False)
    return [
        Dose(each.collected_on, each.source_form, form_title(each.source_form), each.visit.code, _amount(each))
        for each in found.select_related("visit").order_by("collected_on", "pk")
        if each.number is not None
    ]


def _amount(finding: Finding) -> str:
    number = finding.number or Decimal()
    if finding.unit == "cells":
        return _("%(count)s million cells") % {"count": plain((number / MILLION).quantize(Decimal("0.01")))}
    return f"{plain(number)} {finding.unit}".strip()


def _dose_rows(doses: Iterable[Dose]) -> Iterable[ProfileRow]:
    spans: dict[str, list[Span]] = {}
    for dose in doses:
        spans.setdefault(dose.title, []).append(Span(dose.on, dose.on))
    return [ProfileRow(_("Treatment"), title, tuple(days)) for title, days in spans.items()]


def _in_words(found: GradedResult) -> Result:
    return Result(
        found,
        capfirst(str(ANALYTE_NAMES.get(found.analyte, found.analyte))),
        f"{plain(found.value)} {ANALYTES[found.analyte].unit}" if found.analyte in ANALYTES else plain(found.value),
    )


def _result_rows(results: Iterable[Result]) -> Iterable[ProfileRow]:
    spans: dict[str, list[Span]] = {}
    for each in results:
        day = each.result.sampled_on
        spans.setdefault(each.analyte, []).append(Span(day, day, each.result.grade))
    return [ProfileRow(_("Laboratory, grade 1 or more"), analyte, tuple(days)) for analyte, days in spans.items()]
