"""Methotrexate, the comparator taken by mouth: dose and day."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Publication, Severity, Values
from assessments.instruments.methotrexate.model import Methotrexate
from protocols.catalogue import Fact, FactKind

STEP_MG = Decimal("2.5")
"""A dose that is no multiple of this is asked about (default)."""


def check(values: Values, context: FormContext) -> list[Objection]:
    """A dose above zero, on the day of the visit; steps of the tablet and the arm's range are asked about."""
    return [*_day(values, context), *_dose(values, context)]


def _day(values: Values, context: FormContext) -> list[Objection]:
    day = values.get("taken_on")
    if day is None or day == context.visit_on:
        return []
    message = _("The dose must be taken on the day of the visit, %(day)s.") % {"day": context.visit_on}
    return [Objection("taken_not_on_visit_day", Severity.HARD, message, ("taken_on",))]


def _dose(values: Values, context: FormContext) -> list[Objection]:
    dose = values.get("dose_mg")
    if dose is None:
        return []
    message: Any
    if dose <= 0:
        message = _("A dose is above 0 mg. If none was taken, mark the form as not done.")
        return [Objection("no_dose", Severity.HARD, message, ("dose_mg",))]
    found = []
    if dose % STEP_MG:
        message = _("The dose is not a multiple of %(step)s mg.") % {"step": STEP_MG}
        found.append(Objection("dose_between_steps", Severity.SOFT, message, ("dose_mg",)))
    low, high = context.dose_mg_low, context.dose_mg_high
    if low is not None and dose < low:
        message = _("The dose is below the %(low)s mg that the protocol gives as the lowest.") % {"low": low}
        found.append(Objection("dose_below_range", Severity.SOFT, message, ("dose_mg",)))
    if high is not None and dose > high:
        message = _("The dose is above the %(high)s mg that the protocol gives as the highest.") % {"high": high}
        found.append(Objection("dose_above_range", Severity.SOFT, message, ("dose_mg",)))
    return found


def prefill(context: FormContext) -> dict[str, Any]:
    """The day of the visit, the only one allowed."""
    return {"taken_on": context.visit_on}


SPEC = CrfSpec(
    code="methotrexate",
    domain="EC",
    title=_("Methotrexate"),
    model=Methotrexate,
    groups=(
        ItemGroup(
            title=_("Dose by mouth"),
            hint=_("If no dose was taken at this visit, mark this form as not done."),
            items=(Item("dose_mg", cdash="ECDOSE", unit="mg"), Item("taken_on", cdash="ECSTDAT")),
        ),
    ),
    check=check,
    prefill=prefill,
    publishes=(Publication(Fact("methotrexate_mg", FactKind.NUMBER, "mg"), "dose_mg"),),
    is_treatment=True,
)
