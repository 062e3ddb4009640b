"""What the rules of a form may know besides its own items, read in a fixed number of statements."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Subquery

from assessments.codes import YesNo
from assessments.form_specs import CrfSpec, FormContext, KnownRange, no_ranges
from assessments.gate.selectors import clearance_of
from assessments.instruments.demographics.model import Demographics
from clinical.ages import age_on
from patients.models import Finding, Subject, Visit
from patients.services.planning import consent_day
from patients.visit_content import arm_code_at, protocol_at
from trials.models import Storage
from trials.normal_ranges import ranges_among, ranges_of


def context_of(visit: Visit, spec: CrfSpec, *, consent_on: date | None = None) -> FormContext:
    """The context of one form of a visit: two statements, one less with the day of consent at hand; one more where an
    infusion is cleared or results are compared with normal ranges."""
    subject, protocol = visit.subject, protocol_at(visit)
    visit_on = visit.occurred_on or subject.site.today()
    here: dict[str, Any] = {}
    baseline: dict[str, Any] = {}
    previous: dict[str, tuple[Decimal, date]] = {}
    first = subject.first_treatment_on
    known = Finding.objects.filter(subject=subject).order_by("collected_on", "pk")
    if first is not None:
        known = known.filter(Q(visit=visit) | Q(collected_on__lt=visit_on) | Q(collected_on__lte=first))
    for finding in known:
        if finding.visit_id == visit.pk:
            if finding.source_form != spec.code:
                here[finding.test_code] = finding.value
            continue
        if first is None or finding.collected_on <= first:
            baseline[finding.test_code] = finding.value
        if finding.number is not None and finding.collected_on < visit_on:
            previous[finding.test_code] = (finding.number, finding.collected_on)
    arm_code = arm_code_at(visit)
    arm = protocol.arm(arm_code) if arm_code else None
    return FormContext(
        consent_on=consent_on or consent_day(subject),
        visit_on=visit_on,
        cells_per_kg=arm.cells_per_kg if arm and arm.is_infused else None,
        dose_mg_low=arm.dose_mg_low if arm and not arm.is_infused else None,
        dose_mg_high=arm.dose_mg_high if arm and not arm.is_infused else None,
        clearance=_clearance(visit) if spec.needs_clearance else {},
        panels=protocol.panels,
        ranges_on=_ranges(subject) if spec.needs_ranges else no_ranges,
        first_treatment_on=subject.first_treatment_on,
        here=here,
        baseline=baseline,
        previous=previous,
        pga_levels=protocol.pga_levels,
    )


def _ranges(subject: Subject) -> Callable[[date], Mapping[str, KnownRange]]:
    """The normal ranges of the site that fit the subject on a day: one statement, for however many days."""
    person = Demographics.objects.filter(visit__subject=subject).order_by("pk")
    own = {"own_sex": Subquery(person.values("sex")[:1]), "own_birth_date": Subquery(person.values("birth_date")[:1])}
    ranges: list[Any] = list(ranges_of(subject.site).annotate(**own))
    sex, birth_date = (ranges[0].own_sex or "", ranges[0].own_birth_date) if ranges else ("", None)

    def on(day: date) -> dict[str, KnownRange]:
        age = None if birth_date is None or birth_date > day else age_on(birth_date=birth_date, on=day)
        found = ranges_among(ranges, day=day, sex=sex, age_years=age)
        return {code: KnownRange(each.in_standard_unit, each.unit) for code, each in found.items()}

    return on


def _clearance(visit: Visit) -> dict[str, Any]:
    """What was confirmed before the infusion, and what the register knows of the lot: one statement."""
    found = clearance_of(visit)
    if found is None:
        return {}
    lot = found.lot
    known = {
        "product_lot": found.lot_number,
        "bag_number": found.bag_number,
        "thaw_started_at": found.thaw_started_at,
        "thaw_ended_at": found.thaw_ended_at,
        "started_at": found.starts_at,
    }
    if lot is None:
        return known
    return known | {
        "product_expires_at": lot.expires_at,
        "viability_percent": lot.viability_percent,
        "viable_million_per_ml": lot.viable_million_per_ml,
        "was_thawed": YesNo.YES if lot.storage == Storage.CRYOPRESERVED else YesNo.NO,
        "start_within_minutes": lot.start_within_minutes_of_thaw,
        "minimum_viability_percent": lot.minimum_viability_percent,
    }
