"""What the rules of a form may know besides its own items, read in a fixed number of statements."""

from typing import Any

from django.db.models import Q

from assessments.form_specs import CrfSpec, FormContext
from patients.models import Finding, Visit
from patients.services.planning import consent_day
from trials.selectors import protocol_of


def context_of(visit: Visit, spec: CrfSpec) -> FormContext:
    """The context of one form of a visit: two statements."""
    subject = visit.subject
    protocol = protocol_of(subject.protocol_version)
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
    arm = protocol.arm(subject.arm_code) if subject.arm_code else None
    return FormContext(
        consent_on=consent_day(subject),
        visit_on=visit.occurred_on or subject.site.today(),
        cells_per_kg=arm.cells_per_kg if arm else None,
        here=here,
        baseline=baseline,
    )
