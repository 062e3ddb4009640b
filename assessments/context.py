"""What the rules of a form may know besides its own items, read in a fixed number of statements."""

from typing import Any

from django.db.models import Q

from assessments.form_specs import CrfSpec, FormContext
from patients.models import Finding, Visit
from patients.services.planning import consent_day
from patients.visit_content import arm_code_at, protocol_at


def context_of(visit: Visit, spec: CrfSpec) -> FormContext:
    """The context of one form of a visit: two statements."""
    subject = visit.subject
    here: dict[str, Any] = {}
    baseline: dict[str, Any] = {}
    known = Finding.objects.filter(subject=subject).order_by("collected_on", "pk")
    if subject.first_treatment_on is not None:
        known = known.filter(Q(visit=visit) | Q(collected_on__lte=subject.first_treatment_on))
    for finding in known:
        if finding.visit_id == visit.pk:
            if finding.source_form != spec.code:
                here[finding.test_code] = finding.value
        else:
            baseline[finding.test_code] = finding.value
    arm_code = arm_code_at(visit)
    arm = protocol_at(visit).arm(arm_code) if arm_code else None
    return FormContext(
        consent_on=consent_day(subject),
        visit_on=visit.occurred_on or subject.site.today(),
        cells_per_kg=arm.cells_per_kg if arm and arm.is_infused else None,
        dose_mg_low=arm.dose_mg_low if arm and not arm.is_infused else None,
        dose_mg_high=arm.dose_mg_high if arm and not arm.is_infused else None,
        first_treatment_on=subject.first_treatment_on,
        here=here,
        baseline=baseline,
    )
