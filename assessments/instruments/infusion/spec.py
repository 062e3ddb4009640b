"""The infusion form: the dose is planned from the arm and the weight, and worked out again from what was given."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
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
from assessments.instruments.infusion.model import Infusion
from clinical.dosing import deviation_percent, given_cells, planned_cells, volume_ml
from clinical.numbers import plain
from protocols.catalogue import Fact, FactKind

MILLION = 10**6
TENTH = Decimal("0.1")
DOSE_TOLERANCE_PERCENT = 10
"""A given dose further than this from the planned one is asked about (default)."""
NOTHING = ("cells_per_kg", "planned_cells", "planned_volume_ml", "given_cells", "deviation_percent")


def derive(values: Values, context: FormContext) -> dict[str, Any]:
    """Planned and given cells as far as the values allow; None for the rest."""
    found: dict[str, Any] = dict.fromkeys(NOTHING)
    weight, concentration, volume = (values.get(n) for n in ("weight_kg", "viable_million_per_ml", "volume_ml"))
    per_ml = concentration * MILLION if concentration else None
    if context.cells_per_kg:
        found["cells_per_kg"] = context.cells_per_kg
        if weight:
            found["planned_cells"] = planned_cells(cells_per_kg=context.cells_per_kg, weight_kg=weight)
    if per_ml and found["planned_cells"]:
        found["planned_volume_ml"] = volume_ml(cells=found["planned_cells"], viable_cells_per_ml=per_ml)
    if per_ml and volume is not None:
        found["given_cells"] = given_cells(volume_ml=volume, viable_cells_per_ml=per_ml)
    if found["planned_cells"] and found["given_cells"] is not None:
        found["deviation_percent"] = deviation_percent(planned=found["planned_cells"], given=found["given_cells"])
    return found


def check(values: Values, context: FormContext) -> list[Objection]:
    """Times in order and on the day of the visit, a product that has not expired, a dose near the planned one."""
    return [*_times(values, context), *_impossible_doses(values, context), *_dose(values, context)]


def _impossible_doses(values: Values, context: FormContext) -> list[Objection]:
    """Values that are possible one by one may together give a dose that cannot be, as after a slip of the decimal."""
    for name, value in derive(values, context).items():
        column: Any = Infusion._meta.get_field(name)
        if value is not None and not column.low <= value <= column.high:
            message = _("%(what)s would be %(value)s, which cannot be. Check weight, cells per mL and volume.") % {
                "what": capfirst(column.verbose_name),
                "value": f"{value:,}",
            }
            items = ("viable_million_per_ml", "volume_ml", "weight_kg")
            return [Objection("dose_impossible", Severity.HARD, message, items)]
    return []


def _times(values: Values, context: FormContext) -> list[Objection]:
    start, stop, expiry = (values.get(name) for name in ("started_at", "stopped_at", "product_expires_at"))
    found: list[Objection] = []
    message: Any
    if start and stop and stop <= start:
        message = _("The infusion must end after it starts.")
        found.append(Objection("stop_before_start", Severity.HARD, message, ("started_at", "stopped_at")))
    if start and timezone.localtime(start).date() != context.visit_on:
        message = _("The infusion must start on the day of the visit, %(day)s.") % {"day": context.visit_on}
        found.append(Objection("start_not_on_visit_day", Severity.HARD, message, ("started_at",)))
    if start and expiry and expiry < start:
        message = _("The product had expired when the infusion started.")
        found.append(Objection("product_expired", Severity.SOFT, message, ("product_expires_at", "started_at")))
    return found


def _dose(values: Values, context: FormContext) -> list[Objection]:
    found = []
    weight, measured = values.get("weight_kg"), context.here.get("weight_kg")
    if weight is not None and measured is not None and weight != measured:
        message = _("The vital signs of this visit say %(weight)s kg.") % {"weight": plain(measured)}
        found.append(Objection("weight_differs_from_vital_signs", Severity.SOFT, message, ("weight_kg",)))
    deviation = derive(values, context)["deviation_percent"]
    if deviation is not None and abs(deviation) > DOSE_TOLERANCE_PERCENT:
        message = _("The given dose differs by %(deviation)s %% from the planned dose.") % {"deviation": deviation}
        found.append(Objection("dose_off_plan", Severity.SOFT, message, ("volume_ml", "viable_million_per_ml")))
    return found


def prefill(context: FormContext) -> dict[str, Any]:
    """The weight measured at this visit."""
    if "weight_kg" not in context.here:
        return {}
    # Findings have four decimals, the item has one.
    return {"weight_kg": context.here["weight_kg"].quantize(TENTH)}


SPEC = CrfSpec(
    code="infusion",
    domain="EC",
    title=_("Infusion"),
    model=Infusion,
    groups=(
        ItemGroup(
            title=_("Product"),
            items=(
                Item("product_lot", cdash="ECLOT", hint=_("As on the bag.")),
                Item("product_expires_at", required=False),
                Item("viability_percent", unit="%", hint=_("From the certificate of analysis."), required=False),
                Item("viable_million_per_ml", unit=_("million/mL"), hint=_("Concentration of viable cells.")),
            ),
        ),
        ItemGroup(
            title=_("Dose and administration"),
            items=(
                Item("weight_kg", unit="kg", hint=_("Of this visit, at most 24 hours old.")),
                Item("started_at", cdash="ECSTDAT"),
                Item("stopped_at", cdash="ECENDAT"),
                Item("volume_ml", cdash="ECVAMT", unit="mL"),
                Item("is_interrupted", cdash="ECITRPYN"),
                Item(
                    "has_reaction",
                    hint=_("If yes, also record it as an adverse event."),
                ),
            ),
        ),
    ),
    derived=(
        Derived("cells_per_kg", unit=_("cells/kg")),
        Derived("planned_cells", cdash="ECPDOSE", unit=_("cells"), is_headline=True),
        Derived("planned_volume_ml", unit="mL", is_headline=True),
        Derived("given_cells", cdash="ECDOSE", unit=_("cells"), is_headline=True),
        Derived("deviation_percent", unit="%", is_headline=True),
    ),
    derive=derive,
    check=check,
    prefill=prefill,
    publishes=(Publication(Fact("cells_given", FactKind.NUMBER, "cells"), "given_cells"),),
    is_treatment=True,
)
