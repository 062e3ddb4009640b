"""Which causes can come into question for a subject."""

from clinical.safety.causality import Cause
from patients.models import Subject, Visit
from trials.selectors import protocol_of

ALWAYS = frozenset({Cause.CELL_PRODUCT, Cause.DISEASE, Cause.OTHER})
OF_INFUSIONS = frozenset({Cause.INFUSION_PROCEDURE, Cause.PREMEDICATION})
OF_COMPARATORS = frozenset({Cause.COMPARATOR})


def possible_causes(subject: Subject) -> frozenset[Cause]:
    """The causes that the subject was or may have been exposed to, from the arms that it has been in; one statement.

    The cell product, the disease and other causes always are: of the product every event is judged.
    """
    visits = Visit.objects.filter(subject=subject).exclude(arm_code="")
    codes = {subject.arm_code, *visits.values_list("arm_code", flat=True)}
    arms = [arm for arm in protocol_of(subject.protocol_version).arms if arm.code in codes]
    infused = OF_INFUSIONS if any(arm.is_infused for arm in arms) else frozenset()
    compared = OF_COMPARATORS if any(not arm.is_infused for arm in arms) else frozenset()
    return ALWAYS | infused | compared
