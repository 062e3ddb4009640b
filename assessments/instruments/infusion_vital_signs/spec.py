"""The form of the vital signs around an infusion."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_specs import (
    ROW_KEY,
    CrfSpec,
    FormContext,
    Item,
    ItemGroup,
    Objection,
    RowGroup,
    Severity,
    Values,
)
from assessments.instruments.infusion_vital_signs.model import InfusionVitalSigns, TimePoint, VitalSignsReading

CODE = "infusion_vital_signs"
LINES = "readings"
FEVER_C = 38
"""CTCAE 5.0, Fever: grade 1 begins at 38.0 °C."""
LOW_SATURATION_PERCENT = 90
"""An oxygen saturation below this is asked about (default)."""


def time_points(context: FormContext) -> tuple[str, ...]:
    """The time points that the protocol asks; all of them (default) where it does not say."""
    return context.panels.get(CODE) or tuple(TimePoint.values)


def _label(key: str) -> str | Promise:
    return dict(TimePoint.choices).get(key, key)


def check(values: Values, context: FormContext) -> list[Objection]:
    """Pressures in order, readings in the order of the clock, fever and low oxygen asked about."""
    found: list[Objection] = []
    previous: tuple[str, datetime] | None = None
    for row in values[LINES]:
        found += [*_pressures(row), *_findings(row, values)]
        moment = row.get("measured_at")
        if moment is None:
            continue
        if previous is not None and moment < previous[1]:
            address = READINGS.address(row[ROW_KEY], "measured_at")
            message = _("This is earlier than the reading “%(other)s”.") % {"other": _label(previous[0])}
            found.append(Objection(f"{address}_order", Severity.SOFT, message, (address,)))
        previous = (row[ROW_KEY], moment)
    return found


def _pressures(row: Values) -> list[Objection]:
    systolic, diastolic = row.get("systolic_mmhg"), row.get("diastolic_mmhg")
    if systolic is None or diastolic is None or diastolic < systolic:
        return []
    address = READINGS.address(row[ROW_KEY], "diastolic_mmhg")
    message = _("The diastolic blood pressure must be below the systolic.")
    return [Objection(f"{address}_not_below", Severity.HARD, message, (address,))]


def _findings(row: Values, values: Values) -> list[Objection]:
    """What should make somebody say yes to anything out of the ordinary."""
    if values.get("has_abnormality") == YesNo.YES:
        return []
    found = []
    temperature, saturation = row.get("temperature_c"), row.get("oxygen_saturation_percent")
    message: Any
    if temperature is not None and temperature >= FEVER_C:
        message = _("%(when)s: fever of %(value)s °C. Is it recorded as an adverse event?")
        found.append(_finding(row, "temperature_c", message, temperature))
    if saturation is not None and saturation < LOW_SATURATION_PERCENT:
        message = _("%(when)s: oxygen saturation of %(value)s %%. Is it recorded as an adverse event?")
        found.append(_finding(row, "oxygen_saturation_percent", message, saturation))
    return found


def _finding(row: Values, name: str, message: Any, value: Any) -> Objection:
    address = READINGS.address(row[ROW_KEY], name)
    text = message % {"when": _label(row[ROW_KEY]), "value": value}
    return Objection(f"{address}_notable", Severity.SOFT, text, (address,))


READINGS = RowGroup(
    name=LINES,
    title=_("Readings"),
    model=VitalSignsReading,
    label=_label,
    keys=time_points,
    items=(
        Item("measured_at", cdash="VSDTC"),
        Item("temperature_c", cdash="TEMP", unit="°C"),
        Item("pulse_per_min", cdash="PULSE", unit="/min"),
        Item("respirations_per_min", cdash="RESP", unit="/min", required=False),
        Item("systolic_mmhg", cdash="SYSBP", unit="mmHg"),
        Item("diastolic_mmhg", cdash="DIABP", unit="mmHg"),
        Item("oxygen_saturation_percent", cdash="OXYSAT", unit="%"),
    ),
    in_table=True,
)

SPEC = CrfSpec(
    code=CODE,
    domain="VS",
    title=_("Vital signs around the infusion"),
    model=InfusionVitalSigns,
    groups=(
        READINGS,
        ItemGroup(
            title=_("Summary"),
            items=(
                Item("has_abnormality", hint=_("If yes, also record it as an adverse event.")),
                Item(
                    "remarks",
                    required=False,
                    shown_if=lambda values: values.get("has_abnormality") == YesNo.YES,
                ),
            ),
        ),
    ),
    check=check,
    panel=tuple(TimePoint.values),
    is_wide=True,
)
