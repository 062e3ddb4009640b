"""The PASI form: a grid of four regions by three signs and the area, and what may stand beside it on paper."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, Derived, FormContext, Item, ItemGroup, Publication, Values
from assessments.instruments.pasi.checks import check
from assessments.instruments.pasi.model import Pasi
from assessments.instruments.pasi.regions import COLUMNS, REGION_HINTS, REGION_TITLES, region_scores
from clinical.body_regions import BodyRegion
from clinical.numbers import plain
from clinical.scoring.pasi import improvement_percent, pasi_total, reached, regional_pasi
from protocols.catalogue import Fact, FactKind

RESPONDER_PERCENTS = (50, 75, 90, 100)


def derive(values: Values, _context: FormContext) -> dict[str, Decimal | None]:
    """Regional sums of the complete regions; the total only when all four are complete."""
    scores = region_scores(values)
    sums = {
        f"{region}_score": regional_pasi(region, scores[region]) if region in scores else None for region in BodyRegion
    }
    return {**sums, "total": pasi_total(scores) if len(scores) == len(BodyRegion) else None}


def compare(values: Values, context: FormContext) -> dict[str, Any]:
    """Change from the baseline total in percent, and the responder thresholds reached; empty while either is
    missing."""
    total, baseline = values.get("total"), context.baseline.get("pasi_total")
    if total is None or not baseline:
        return {}
    improvement = improvement_percent(baseline=baseline, value=total) or Decimal(0)
    met = [percent for percent in RESPONDER_PERCENTS if reached(baseline=baseline, value=total, percent=percent)]
    return {"baseline": plain(baseline), "percent": f"{-improvement:+.1f}", "reached": met}


def _region(region: BodyRegion, number: int) -> ItemGroup:
    items = tuple(
        Item(f"{region}_{column}", cdash=f"PASI02{4 * number + place:02d}", may_be_missing=False)
        for place, column in enumerate(COLUMNS, start=1)
    )
    return ItemGroup(REGION_TITLES[region], items, REGION_HINTS[region], in_grid=True)


SPEC = CrfSpec(
    code="pasi",
    domain="RS",
    title=_("PASI"),
    model=Pasi,
    groups=(
        *(_region(region, number) for number, region in enumerate(BodyRegion)),
        ItemGroup(
            title=_("Percent of each region"),
            items=tuple(Item(f"{region}_percent", unit="%", required=False) for region in BodyRegion),
            hint=_("Only if it was estimated: how much of the region is affected. The area score must agree with it."),
        ),
        ItemGroup(
            title=_("Paper form"),
            items=(
                Item("paper_total", required=False, hint=_("The total as it stands there; the calculated one counts.")),
            ),
        ),
    ),
    derived=(
        *(Derived(f"{region}_score") for region in BodyRegion),
        Derived("total", cdash="PASI0229", is_headline=True),
    ),
    derive=derive,
    check=check,
    compare=compare,
    publishes=(
        Publication(Fact("pasi_total", FactKind.NUMBER), "total"),
        *(Publication(Fact(f"pasi_{region}_area", FactKind.NUMBER), f"{region}_area") for region in BodyRegion),
    ),
    is_wide=True,
    grid_heads=(_("Erythema"), _("Induration"), _("Scaling"), _("Area")),
    entry_template="assessments/pasi_grid.html",
    live_template="assessments/pasi_live.html",
)
