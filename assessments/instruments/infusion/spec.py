"""The infusion form: the dose is planned from the arm and the weight, and worked out again from what was given."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_specs import CrfSpec, Derived, FormContext, Item, ItemGroup, Publication, RowGroup, Values
from assessments.instruments.infusion.model import CountedCells, Infusion, Interruption, Premedication
from assessments.instruments.infusion.rules import INTERRUPTIONS, PREMEDICATION, check, derive
from assessments.row_labels import numbered
from patients.finding_codes import INFUSION_CELLS, INFUSION_REACTION, INFUSION_STARTED, INFUSION_STOPPED
from protocols.catalogue import Fact, FactKind

TENTH = Decimal("0.1")


def prefill(context: FormContext) -> dict[str, Any]:
    """The weight measured at this visit, and product, bag and times as two persons cleared them."""
    names = {item.name for item in SPEC.items}
    found = {name: value for name, value in context.clearance.items() if name in names and value is not None}
    if "weight_kg" in context.here:
        # Findings have four decimals, the item has one.
        found["weight_kg"] = context.here["weight_kg"].quantize(TENTH)
    return found


def _was_thawed(values: Values) -> bool:
    return values.get("was_thawed") == YesNo.YES


def _counts_nucleated(values: Values) -> bool:
    return values.get("counted_cells") == CountedCells.NUCLEATED


PREMEDICATION_LINES = RowGroup(
    name=PREMEDICATION,
    title=_("Premedication"),
    model=Premedication,
    label=numbered(_("Medicine")),
    add_label=_("Add a medicine"),
    items=(
        Item("medicine", cdash="CMTRT", may_be_missing=False),
        Item("dose", cdash="CMDOSE"),
        Item("dose_unit", cdash="CMDOSU"),
        Item("route", cdash="CMROUTE"),
        Item("given_at", cdash="CMSTDAT"),
    ),
    shown_if=lambda values: values.get("had_premedication") == YesNo.YES,
)

INTERRUPTION_LINES = RowGroup(
    name=INTERRUPTIONS,
    title=_("Interruptions"),
    model=Interruption,
    label=numbered(_("Interruption")),
    add_label=_("Add an interruption"),
    items=(
        Item("reason"),
        Item("stopped_at"),
        Item("resumed_at", hint=_("Empty when it was not resumed."), required=False),
    ),
    shown_if=lambda values: values.get("is_interrupted") == YesNo.YES,
)

SPEC = CrfSpec(
    code="infusion",
    domain="EC",
    title=_("Infusion"),
    model=Infusion,
    groups=(
        ItemGroup(
            title=_("Product"),
            hint=_("Donor, passage, storage and release tests stand in the register of product lots."),
            items=(
                Item("product_lot", cdash="ECLOT", hint=_("As on the bag.")),
                Item("bag_number", hint=_("As on the bag.")),
                Item("product_expires_at", required=False),
                Item("is_temperature_log_fine", required=False),
                Item("viability_percent", unit="%", hint=_("From the certificate of analysis."), required=False),
                Item("counted_cells", required=False, hint=_("What the number of cells per mL on the label means.")),
                Item(
                    "viable_million_per_ml",
                    unit=_("million/mL"),
                    hint=_("Concentration of viable cells."),
                    shown_if=lambda values: not _counts_nucleated(values),
                ),
                Item(
                    "nucleated_million_per_ml",
                    unit=_("million/mL"),
                    hint=_("All nucleated cells; the viability turns them into viable ones."),
                    shown_if=_counts_nucleated,
                ),
            ),
        ),
        ItemGroup(
            title=_("Thawing"),
            items=(
                Item("was_thawed", required=False),
                Item("thaw_started_at", required=False, shown_if=_was_thawed),
                Item("thaw_ended_at", shown_if=_was_thawed),
                Item("post_thaw_viability_percent", unit="%", required=False, shown_if=_was_thawed),
                Item("resuspended_in", required=False, shown_if=_was_thawed),
            ),
        ),
        ItemGroup(
            title=_("Before the infusion"),
            items=(
                Item("weight_kg", unit="kg", hint=_("Of this visit, at most 24 hours old.")),
                Item("had_premedication", cdash="CMYN", required=False),
            ),
        ),
        PREMEDICATION_LINES,
        ItemGroup(
            title=_("Administration"),
            items=(
                Item("infusion_site", cdash="ECLOC", required=False, hint=_("For example left forearm.")),
                Item("equipment", required=False),
                Item("started_at", cdash="ECSTDAT"),
                Item("stopped_at", cdash="ECENDAT"),
                Item("volume_ml", cdash="ECVAMT", unit="mL"),
                Item("is_completed", required=False),
                Item(
                    "residual_volume_ml",
                    unit="mL",
                    required=False,
                    shown_if=lambda values: values.get("is_completed") == YesNo.NO,
                ),
                Item("given_by", required=False),
                Item("is_interrupted", cdash="ECITRPYN"),
            ),
        ),
        INTERRUPTION_LINES,
        ItemGroup(
            title=_("Afterwards"),
            items=(Item("has_reaction", hint=_("If yes, also record it as an adverse event.")),),
        ),
    ),
    derived=(
        Derived("cells_per_kg", unit=_("cells/kg")),
        Derived("planned_cells", cdash="ECPDOSE", unit=_("cells"), is_headline=True),
        Derived("planned_volume_ml", unit="mL", is_headline=True),
        Derived("given_cells", cdash="ECDOSE", unit=_("cells"), is_headline=True),
        Derived("given_cells_per_kg", unit=_("cells/kg")),
        Derived("deviation_percent", unit="%", is_headline=True),
        Derived("minutes_from_thaw", unit=_("min")),
        Derived("minutes_running", unit=_("min")),
        Derived("rate_ml_per_h", unit="mL/h"),
    ),
    derive=derive,
    check=check,
    prefill=prefill,
    publishes=(
        Publication(Fact("product_lot", FactKind.TEXT), "product_lot"),
        Publication(Fact(INFUSION_CELLS, FactKind.NUMBER, "cells"), "given_cells"),
        Publication(Fact(INFUSION_STARTED, FactKind.TEXT), "started_at"),
        Publication(Fact(INFUSION_STOPPED, FactKind.TEXT), "stopped_at"),
        Publication(Fact(INFUSION_REACTION, FactKind.YES_NO), "has_reaction"),
    ),
    is_treatment=True,
    needs_clearance=True,
)
