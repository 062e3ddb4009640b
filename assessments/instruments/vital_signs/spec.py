"""The vital signs form."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import (
    CrfSpec,
    Derived,
    FormContext,
    Item,
    ItemGroup,
    Objection,
    Publication,
    Severity,
    Values,
)
from assessments.instruments.vital_signs.model import VitalSigns
from clinical.body_mass_index import body_mass_index
from clinical.numbers import plain
from protocols.catalogue import Fact, FactKind

WEIGHT_CHANGE_LIMIT_PERCENT = 10
"""A weight further than this from the one at baseline is asked about (default)."""


def derive(values: Values, _context: FormContext) -> dict[str, Any]:
    """The body mass index of this weight and this height; None while either is missing."""
    weight, height = values.get("weight_kg"), values.get("height_cm")
    if not weight or not height:
        return {"bmi_kg_m2": None}
    return {"bmi_kg_m2": body_mass_index(weight_kg=weight, height_cm=height)}


def check(values: Values, context: FormContext) -> list[Objection]:
    """Diastolic must be below systolic; a weight far from the one at baseline is asked about."""
    return [*_pressures(values), *_weight(values, context)]


def _pressures(values: Values) -> list[Objection]:
    systolic, diastolic = values.get("systolic_mmhg"), values.get("diastolic_mmhg")
    if systolic is None or diastolic is None or diastolic < systolic:
        return []
    message = _("The diastolic blood pressure must be below the systolic.")
    return [Objection("diastolic_not_below_systolic", Severity.HARD, message, ("systolic_mmhg", "diastolic_mmhg"))]


def _weight(values: Values, context: FormContext) -> list[Objection]:
    weight, baseline = values.get("weight_kg"), context.baseline.get("weight_kg")
    if weight is None or baseline is None:
        return []
    if abs(weight - baseline) * 100 <= WEIGHT_CHANGE_LIMIT_PERCENT * baseline:
        return []
    message = _("The weight differs by more than %(limit)s %% from the %(baseline)s kg at baseline.") % {
        "limit": WEIGHT_CHANGE_LIMIT_PERCENT,
        "baseline": plain(baseline),
    }
    return [Objection("weight_far_from_baseline", Severity.SOFT, message, ("weight_kg",))]


SPEC = CrfSpec(
    code="vital_signs",
    domain="VS",
    title=_("Vital signs"),
    model=VitalSigns,
    groups=(
        ItemGroup(
            title=_("Body"),
            items=(
                Item("weight_kg", cdash="WEIGHT", unit="kg", hint=_("In light clothing, without shoes.")),
                Item("height_cm", cdash="HEIGHT", unit="cm", required=False),
            ),
        ),
        ItemGroup(
            title=_("Circulation and breathing"),
            items=(
                Item("temperature_c", cdash="TEMP", unit="°C"),
                Item("pulse_per_min", cdash="PULSE", unit="/min"),
                Item("respirations_per_min", cdash="RESP", unit="/min", required=False),
                Item("systolic_mmhg", cdash="SYSBP", unit="mmHg"),
                Item("diastolic_mmhg", cdash="DIABP", unit="mmHg"),
                Item("oxygen_saturation_percent", cdash="OXYSAT", unit="%", required=False),
            ),
        ),
    ),
    derived=(Derived("bmi_kg_m2", cdash="BMI", unit="kg/m²"),),
    derive=derive,
    check=check,
    publishes=tuple(
        Publication(Fact(code, FactKind.NUMBER, unit), code)
        for code, unit in (
            ("weight_kg", "kg"),
            ("height_cm", "cm"),
            ("temperature_c", "°C"),
            ("pulse_per_min", "/min"),
            ("systolic_mmhg", "mmHg"),
            ("diastolic_mmhg", "mmHg"),
            ("bmi_kg_m2", "kg/m²"),
        )
    ),
)
