"""The PASI form: a grid of four regions by three signs and the area."""

from decimal import Decimal
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
from assessments.instruments.pasi.model import SIGNS, Pasi
from clinical.body_regions import BodyRegion
from clinical.numbers import plain
from clinical.scoring.pasi import (
    RegionScore,
    area_without_signs,
    improvement_percent,
    pasi_total,
    reached,
    regional_pasi,
    signs_without_area,
)
from protocols.catalogue import Fact, FactKind

RESPONDER_PERCENTS = (50, 75, 90, 100)
COLUMNS = (*SIGNS, "area")
REGION_TITLES = {
    BodyRegion.HEAD: _("Head and neck"),
    BodyRegion.UPPER_LIMBS: _("Upper limbs"),
    BodyRegion.TRUNK: _("Trunk"),
    BodyRegion.LOWER_LIMBS: _("Lower limbs"),
}
REGION_HINTS = {
    BodyRegion.HEAD: _("scalp, face, neck"),
    BodyRegion.UPPER_LIMBS: _("arms and hands"),
    BodyRegion.TRUNK: _("with axillae and groin"),
    BodyRegion.LOWER_LIMBS: _("with buttocks, to the feet"),
}


def region_scores(values: Values) -> dict[BodyRegion, RegionScore]:
    """The regions whose four scores are all there."""
    found = {}
    for region in BodyRegion:
        scores: dict[str, Any] = {column: values.get(f"{region}_{column}") for column in COLUMNS}
        if None not in scores.values():
            found[region] = RegionScore(**scores)
    return found


def derive(values: Values, _context: FormContext) -> dict[str, Decimal | None]:
    """Regional sums of the complete regions; the total only when all four are complete."""
    scores = region_scores(values)
    sums = {
        f"{region}_score": regional_pasi(region, scores[region]) if region in scores else None for region in BodyRegion
    }
    return {**sums, "total": pasi_total(scores) if len(scores) == len(BodyRegion) else None}


def check(values: Values, _context: FormContext) -> list[Objection]:
    """Signs in a region without area contradict each other; an area without any sign is odd."""
    found = []
    for region in BodyRegion:
        names = tuple(f"{region}_{column}" for column in COLUMNS)
        scores = RegionScore(**{column: values.get(f"{region}_{column}") or 0 for column in COLUMNS})
        if values.get(f"{region}_area") is not None and signs_without_area(scores):
            message = _("%(region)s: a sign is scored, but the area is 0. Correct the area or the signs.")
            found.append(_objection("signs_without_area", Severity.HARD, message, region, names))
        elif region in region_scores(values) and area_without_signs(scores):
            message = _(
                "%(region)s: an area is scored, but all three signs are 0. The region adds nothing to the PASI."
            )
            found.append(_objection("area_without_signs", Severity.SOFT, message, region, names))
    return found


def compare(values: Values, context: FormContext) -> dict[str, Any]:
    """Change from the baseline total in percent, and the responder thresholds reached; empty while either is
    missing."""
    total, baseline = values.get("total"), context.baseline.get("pasi_total")
    if total is None or not baseline:
        return {}
    improvement = improvement_percent(baseline=baseline, value=total) or Decimal(0)
    met = [percent for percent in RESPONDER_PERCENTS if reached(baseline=baseline, value=total, percent=percent)]
    return {"baseline": plain(baseline), "percent": f"{-improvement:+.1f}", "reached": met}


def _objection(code: str, severity: Severity, message: Any, region: BodyRegion, names: tuple[str, ...]) -> Objection:
    return Objection(f"{region}_{code}", severity, message % {"region": REGION_TITLES[region]}, names)


def _group(region: BodyRegion, number: int) -> ItemGroup:
    items = tuple(
        Item(f"{region}_{column}", cdash=f"PASI02{4 * number + place:02d}", may_be_missing=False)
        for place, column in enumerate(COLUMNS, start=1)
    )
    return ItemGroup(REGION_TITLES[region], items, REGION_HINTS[region])


SPEC = CrfSpec(
    code="pasi",
    domain="RS",
    title=_("PASI"),
    model=Pasi,
    groups=tuple(_group(region, number) for number, region in enumerate(BodyRegion)),
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
    entry_template="assessments/pasi_grid.html",
    live_template="assessments/pasi_live.html",
)
