"""The body mass index of the vital signs form."""

from datetime import date
from decimal import Decimal

import pytest

from assessments.form_specs import FormContext
from assessments.instruments.vital_signs.model import VitalSigns
from assessments.instruments.vital_signs.spec import derive

CONTEXT = FormContext(consent_on=date(2026, 5, 1), visit_on=date(2026, 5, 20))


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "index"),
    [
        (Decimal("70.0"), Decimal("172.0"), Decimal("23.7")),
        (Decimal("70.0"), None, None),
        (None, Decimal("172.0"), None),
        (Decimal(0), Decimal("172.0"), None),
        (Decimal("70.0"), Decimal(0), None),
    ],
)
def test_the_index_needs_weight_and_height(
    weight_kg: Decimal | None, height_cm: Decimal | None, index: Decimal | None
) -> None:
    assert derive({"weight_kg": weight_kg, "height_cm": height_cm}, CONTEXT) == {"bmi_kg_m2": index}


def test_every_index_of_an_allowed_weight_and_height_can_be_stored() -> None:
    weight, height, index = (VitalSigns._meta.get_field(name) for name in ("weight_kg", "height_cm", "bmi_kg_m2"))
    ends = [
        derive({"weight_kg": Decimal(kg), "height_cm": Decimal(cm)}, CONTEXT)["bmi_kg_m2"]
        for kg, cm in ((weight.low, height.high), (weight.high, height.low))
    ]
    assert index.low <= ends[0] < ends[1] <= index.high
