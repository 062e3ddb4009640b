"""What is worked out of an infusion, and what is odd about one."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_specs import ROW_KEY, FormContext, Objection, Severity, Values
from assessments.instruments.infusion.model import CountedCells, Infusion
from clinical.dosing import (
    cells_per_kg,
    deviation_percent,
    given_cells,
    mean_rate_ml_per_h,
    planned_cells,
    viable_concentration,
    volume_ml,
)
from clinical.numbers import plain
from clinical.thaw_clock import minutes_since_thaw, within_limit

MILLION = 10**6
DOSE_TOLERANCE_PERCENT = 10
"""A given dose further than this from the planned one is asked about (default)."""
PREMEDICATION, INTERRUPTIONS = "premedication", "interruptions"
DERIVED = (
    "cells_per_kg",
    "planned_cells",
    "planned_volume_ml",
    "given_cells",
    "given_cells_per_kg",
    "deviation_percent",
    "minutes_from_thaw",
    "minutes_running",
    "rate_ml_per_h",
)


def viable_per_ml(values: Values) -> Decimal | None:
    """Viable cells per mL: as labelled, or all nucleated cells times the viability; None while not known or none."""
    if values.get("counted_cells") == CountedCells.NUCLEATED:
        nucleated, viability = values.get("nucleated_million_per_ml"), values.get("viability_percent")
        if not nucleated or not viability:
            return None
        return viable_concentration(nucleated_per_ml=int(nucleated * MILLION), viability_percent=viability)
    labelled = values.get("viable_million_per_ml")
    return labelled * MILLION if labelled else None


def derive(values: Values, context: FormContext) -> dict[str, Any]:
    """Planned and given cells, and times, as far as the values allow; None for the rest."""
    return {**dict.fromkeys(DERIVED), **_doses(values, context), **_minutes(values)}


def _doses(values: Values, context: FormContext) -> dict[str, Any]:
    found: dict[str, Any] = {}
    weight, volume, per_ml = values.get("weight_kg"), values.get("volume_ml"), viable_per_ml(values)
    if context.cells_per_kg:
        found["cells_per_kg"] = context.cells_per_kg
        if weight:
            found["planned_cells"] = planned_cells(cells_per_kg=context.cells_per_kg, weight_kg=weight)
    planned = found.get("planned_cells")
    if per_ml and planned:
        found["planned_volume_ml"] = volume_ml(cells=planned, viable_cells_per_ml=per_ml)
    if per_ml and volume is not None:
        found["given_cells"] = given_cells(volume_ml=volume, viable_cells_per_ml=per_ml)
    given = found.get("given_cells")
    if given is not None and weight:
        found["given_cells_per_kg"] = cells_per_kg(cells=given, weight_kg=weight)
    if planned and given is not None:
        found["deviation_percent"] = deviation_percent(planned=planned, given=given)
    return found


def _minutes(values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    start, stop, thawed = (values.get(name) for name in ("started_at", "stopped_at", "thaw_ended_at"))
    if start and thawed and thawed <= start:
        found["minutes_from_thaw"] = minutes_since_thaw(thaw_ended_at=thawed, at=start)
    if start and stop and start < stop:
        paused = sum(_pause(row) for row in values.get(INTERRUPTIONS) or ())
        minutes = int((stop - start).total_seconds()) // 60 - paused
        if minutes >= 0:
            found["minutes_running"] = minutes
        volume = values.get("volume_ml")
        if minutes > 0 and volume is not None:
            found["rate_ml_per_h"] = mean_rate_ml_per_h(volume_ml=volume, minutes=minutes)
    return found


def _pause(row: Values) -> int:
    """Whole minutes of one interruption; 0 while its ends are not known or not in order."""
    stopped, resumed = row.get("stopped_at"), row.get("resumed_at")
    if not stopped or not resumed or resumed <= stopped:
        return 0
    return int((resumed - stopped).total_seconds()) // 60


def check(values: Values, context: FormContext) -> list[Objection]:
    """Times in order and on the day of the visit, a product as it was cleared, a dose near the planned one."""
    return [
        *_times(values, context),
        *_thaw(values, context),
        *_interruptions(values),
        *_impossible_doses(values, context),
        *_impossible_times(values),
        *_product(values, context),
        *_dose(values, context),
    ]


def _hard(code: str, message: Any, *items: str) -> Objection:
    return Objection(code, Severity.HARD, message, items)


def _soft(code: str, message: Any, *items: str) -> Objection:
    return Objection(code, Severity.SOFT, message, items)


def _times(values: Values, context: FormContext) -> list[Objection]:
    start, stop, expiry = (values.get(name) for name in ("started_at", "stopped_at", "product_expires_at"))
    found: list[Objection] = []
    message: Any
    if start and stop and stop <= start:
        found.append(
            _hard("stop_before_start", _("The infusion must end after it starts."), "started_at", "stopped_at")
        )
    if start and timezone.localtime(start).date() != context.visit_on:
        message = _("The infusion must start on the day of the visit, %(day)s.") % {"day": context.visit_on}
        found.append(_hard("start_not_on_visit_day", message, "started_at"))
    if start and expiry and expiry < start:
        message = _("The product had expired when the infusion started.")
        found.append(_soft("product_expired", message, "product_expires_at", "started_at"))
    return found


def _thaw(values: Values, context: FormContext) -> list[Objection]:
    message: Any
    begun, ended, start = (values.get(name) for name in ("thaw_started_at", "thaw_ended_at", "started_at"))
    found: list[Objection] = []
    if begun and ended and ended < begun:
        found.append(
            _hard("thaw_ends_before", _("Thawing must end after it begins."), "thaw_ended_at", "thaw_started_at")
        )
    if ended and start and start < ended:
        message = _("The infusion cannot start before thawing ended.")
        found.append(_hard("start_before_thaw_ended", message, "started_at", "thaw_ended_at"))
        return found
    limit = context.clearance.get("start_within_minutes")
    if ended and start and limit and not within_limit(thaw_ended_at=ended, started_at=start, limit_minutes=limit):
        message = _("The infusion started later after thawing than the %(limit)s minutes this product allows.")
        found.append(_soft("thaw_limit_passed", message % {"limit": limit}, "started_at", "thaw_ended_at"))
    least, viability = context.clearance.get("minimum_viability_percent"), values.get("post_thaw_viability_percent")
    if least is not None and viability is not None and viability < least:
        message = _("The viability after thawing is below the %(least)s %% this product needs.") % {
            "least": plain(least)
        }
        found.append(_soft("viability_below_specification", message, "post_thaw_viability_percent"))
    return found


def _interruptions(values: Values) -> list[Objection]:
    found: list[Objection] = []
    start, stop = values.get("started_at"), values.get("stopped_at")
    rows = values.get(INTERRUPTIONS) or ()
    if values.get("is_interrupted") == YesNo.YES and not rows:
        message = _("Say when and why the infusion was interrupted.")
        found.append(_soft("interruption_not_described", message, "is_interrupted"))
    for row in rows:
        stopped, resumed = row.get("stopped_at"), row.get("resumed_at")
        address = f"{INTERRUPTIONS}-{row[ROW_KEY]}-stopped_at"
        if stopped and resumed and resumed <= stopped:
            message = _("The infusion must be resumed after it was stopped.")
            found.append(_hard(f"{address}_order", message, f"{INTERRUPTIONS}-{row[ROW_KEY]}-resumed_at"))
        outside = _is_outside(stopped, start, stop) or _is_outside(resumed, start, stop)
        if outside:
            message = _("An interruption lies between the start and the end of the infusion.")
            found.append(_hard(f"{address}_outside", message, address))
    return found


def _is_outside(moment: datetime | None, start: datetime | None, stop: datetime | None) -> bool:
    if moment is None:
        return False
    return bool(start and moment < start) or bool(stop and moment > stop)


def _impossible_doses(values: Values, context: FormContext) -> list[Objection]:
    """Values that are possible one by one may together give a dose that cannot be, as after a slip of the decimal."""
    for name, value in _doses(values, context).items():
        column: Any = Infusion._meta.get_field(name)
        if value is not None and not column.low <= value <= column.high:
            message = _("%(what)s would be %(value)s, which cannot be. Check weight, cells per mL and volume.") % {
                "what": capfirst(column.verbose_name),
                "value": f"{value:,}",
            }
            return [_hard("dose_impossible", message, "viable_million_per_ml", "volume_ml", "weight_kg")]
    return []


def _impossible_times(values: Values) -> list[Objection]:
    """Moments in order may lie further apart than a slip of the year allows to be stored."""
    found = []
    minutes = _minutes(values)
    for name, moment in (("minutes_from_thaw", "thaw_ended_at"), ("minutes_running", "stopped_at")):
        column: Any = Infusion._meta.get_field(name)
        if minutes.get(name, 0) > column.high:
            message = _("%(what)s would be %(value)s minutes, which cannot be. Check the days.") % {
                "what": capfirst(column.verbose_name),
                "value": f"{minutes[name]:,}",
            }
            found.append(_hard(f"{name}_impossible", message, moment, "started_at"))
    return found


def _product(values: Values, context: FormContext) -> list[Objection]:
    """Lot and bag are those that two persons cleared."""
    found = []
    for name in ("product_lot", "bag_number"):
        typed, cleared = values.get(name), context.clearance.get(name)
        if typed and cleared and typed.strip().casefold() != cleared.casefold():
            message = _("Two persons cleared %(cleared)s, not this one.") % {"cleared": cleared}
            found.append(_soft(f"{name}_not_cleared", message, name))
    return found


def _dose(values: Values, context: FormContext) -> list[Objection]:
    message: Any
    found = []
    weight, measured = values.get("weight_kg"), context.here.get("weight_kg")
    if weight is not None and measured is not None and weight != measured:
        message = _("The vital signs of this visit say %(weight)s kg.") % {"weight": plain(measured)}
        found.append(_soft("weight_differs_from_vital_signs", message, "weight_kg"))
    deviation = _doses(values, context).get("deviation_percent")
    if deviation is not None and abs(deviation) > DOSE_TOLERANCE_PERCENT:
        message = _("The given dose differs by %(deviation)s %% from the planned dose.") % {"deviation": deviation}
        found.append(_soft("dose_off_plan", message, "volume_ml", "viable_million_per_ml"))
    return found
