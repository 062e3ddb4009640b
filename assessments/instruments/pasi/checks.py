"""Edit checks of the PASI: within a region, against a percent, a total from paper, the visit before, and the BSA."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import FormContext, Objection, Severity, Values
from assessments.instruments.pasi.regions import COLUMNS, REGION_TITLES, areas_of, region_scores
from clinical.body_regions import BodyRegion
from clinical.numbers import plain
from clinical.scoring.bsa import agrees_with_areas, implied_interval
from clinical.scoring.pasi import (
    RegionScore,
    area_score,
    area_without_signs,
    changed_suddenly,
    pasi_total,
    signs_without_area,
)


def check(values: Values, context: FormContext) -> list[Objection]:
    """Everything that is wrong, or odd, about the values; what a region contradicts in itself comes first."""
    found = [objection for region in BodyRegion for objection in _in_region(region, values)]
    found += _against_bsa(values, context)
    scores = region_scores(values)
    if len(scores) == len(BodyRegion):
        total = pasi_total(scores)
        found += _against_paper(values, total)
        found += _against_visit_before(total, context)
    return found


def _in_region(region: BodyRegion, values: Values) -> Iterator[Objection]:
    names = tuple(f"{region}_{column}" for column in COLUMNS)
    scores = RegionScore(**{column: values.get(f"{region}_{column}") or 0 for column in COLUMNS})
    title = {"region": REGION_TITLES[region]}
    message: Any
    if values.get(f"{region}_area") is not None and signs_without_area(scores):
        message = _("%(region)s: a sign is scored, but the area is 0. Correct the area or the signs.") % title
        yield Objection(f"{region}_signs_without_area", Severity.HARD, message, names)
    elif region in region_scores(values) and area_without_signs(scores):
        message = _("%(region)s: an area is scored, but all three signs are 0. The region adds nothing to the PASI.")
        yield Objection(f"{region}_area_without_signs", Severity.SOFT, message % title, names)
    yield from _percent_of_region(region, values)


def _percent_of_region(region: BodyRegion, values: Values) -> Iterator[Objection]:
    percent, area = values.get(f"{region}_percent"), values.get(f"{region}_area")
    if percent is None or area == area_score(percent):
        return
    words = {"region": REGION_TITLES[region], "percent": plain(percent), "score": area_score(percent), "typed": area}
    items = (f"{region}_area", f"{region}_percent")
    message: Any
    if area is None:
        message = _("%(region)s: %(percent)s %% of the region is the area score %(score)s.") % words
        yield Objection(f"{region}_area_from_percent", Severity.SOFT, message, items)
    else:
        message = _(
            "%(region)s: %(percent)s %% of the region is the area score %(score)s, but %(typed)s is scored. "
            "Correct the score or the percent."
        )
        yield Objection(f"{region}_area_disagrees_with_percent", Severity.HARD, message % words, items)


def _against_bsa(values: Values, context: FormContext) -> Iterator[Objection]:
    bsa, areas = context.here.get("bsa_percent"), areas_of(values)
    if bsa is None or len(areas) < len(BodyRegion) or agrees_with_areas(bsa, areas):
        return
    interval = implied_interval(areas)
    message = _(
        "These area scores mean %(low)s to %(high)s %% of the body, but the BSA of this visit is %(percent)s %%."
    )
    words = {"low": plain(interval.low), "high": plain(interval.high), "percent": plain(bsa)}
    items = tuple(f"{region}_area" for region in BodyRegion)
    yield Objection("pasi_disagrees_with_bsa", Severity.SOFT, message % words, items)


def _against_paper(values: Values, total: Decimal) -> Iterator[Objection]:
    paper = values.get("paper_total")
    if paper is None or paper == total:
        return
    message = _("The paper says %(paper)s, but these scores add up to %(total)s. The calculated total counts.")
    words = {"paper": paper, "total": total}
    yield Objection("paper_total_differs", Severity.SOFT, message % words, ("paper_total",))


def _against_visit_before(total: Decimal, context: FormContext) -> Iterator[Objection]:
    if "pasi_total" not in context.previous:
        return
    earlier, day = context.previous["pasi_total"]
    days = (context.visit_on - day).days
    if not changed_suddenly(earlier=earlier, value=total, days=days):
        return
    message = _("The PASI was %(earlier)s on %(day)s and is %(total)s now: a change by half or more in %(days)s days.")
    words = {"earlier": plain(earlier), "day": day, "total": total, "days": days}
    items = tuple(f"{region}_{column}" for region in BodyRegion for column in COLUMNS)
    yield Objection("pasi_changed_suddenly", Severity.SOFT, message % words, items)
