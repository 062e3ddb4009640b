"""The BSA form: palms per region, or percent of each region, summed."""

from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
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
from assessments.instruments.bsa.model import Bsa, BsaMethod
from clinical.body_regions import SHARE_TENTHS, BodyRegion
from clinical.numbers import plain
from clinical.scoring.bsa import (
    Interval,
    agrees_with_areas,
    bsa_from_palms,
    bsa_from_region_percent,
    implied_interval,
)
from protocols.catalogue import Fact, FactKind


def is_by_region(values: Values) -> bool:
    """Whether the regions were estimated in percent; forms without a method were counted in palms."""
    return bool(values.get("method") == BsaMethod.REGIONS)


def is_by_palms(values: Values) -> bool:
    """Whether palms were counted."""
    return not is_by_region(values)


def derive(values: Values, _context: FormContext) -> dict[str, Decimal | None]:
    """The percentage of the body once all four regions are there, by the method that was chosen."""
    name, sum_up = ("percent", bsa_from_region_percent) if is_by_region(values) else ("palms", bsa_from_palms)
    counts = {region: values.get(f"{region}_{name}") for region in BodyRegion}
    complete = {region: count for region, count in counts.items() if count is not None}
    return {"percent": sum_up(complete) if len(complete) == len(BodyRegion) else None}


def check(values: Values, context: FormContext) -> list[Objection]:
    """The percentage should fit the area scores of the PASI of the same visit."""
    percent, scores = derive(values, context)["percent"], _pasi_areas(context)
    if percent is None or scores is None or agrees_with_areas(percent, scores):
        return []
    message = _("The PASI area scores of this visit mean %(low)s to %(high)s %%, but this form gives %(percent)s %%.")
    words = {**_ends(implied_interval(scores)), "percent": percent}
    name = "percent" if is_by_region(values) else "palms"
    items = tuple(f"{region}_{name}" for region in BodyRegion)
    return [Objection("bsa_disagrees_with_pasi", Severity.SOFT, message % words, items)]


def compare(_values: Values, context: FormContext) -> dict[str, Any]:
    """The percentages that the PASI of the same visit allows; empty where it is not complete yet."""
    scores = _pasi_areas(context)
    return {} if scores is None else _ends(implied_interval(scores))


def prefill(_context: FormContext) -> dict[str, Any]:
    """The palm method, as trials of psoriasis use it (default)."""
    return {"method": BsaMethod.PALMS.value}


def _pasi_areas(context: FormContext) -> dict[BodyRegion, int] | None:
    areas: dict[BodyRegion, Any] = {region: context.here.get(f"pasi_{region}_area") for region in BodyRegion}
    return None if None in areas.values() else {region: int(area) for region, area in areas.items()}


def _ends(interval: Interval) -> dict[str, str]:
    return {"low": plain(interval.low), "high": plain(interval.high)}


def _palms(region: BodyRegion) -> Item:
    largest = 10 * SHARE_TENTHS[region]
    hint = format_lazy(_("0 to {palms}"), palms=largest)
    return Item(f"{region}_palms", unit=_("palms"), hint=hint, shown_if=is_by_palms)


def _percent(region: BodyRegion) -> Item:
    share = 10 * SHARE_TENTHS[region]
    # xgettext:no-python-format
    hint = format_lazy(_("0 to 100; the whole region is {share} % of the body"), share=share)
    return Item(f"{region}_percent", unit="%", hint=hint, shown_if=is_by_region)


SPEC = CrfSpec(
    code="bsa",
    domain="FA",
    title=_("Affected body surface (BSA)"),
    model=Bsa,
    groups=(
        ItemGroup(title=_("Method"), items=(Item("method", cdash="FAMETHOD", may_be_missing=False),)),
        ItemGroup(
            title=_("Palms affected"),
            items=tuple(_palms(region) for region in BodyRegion),
            # xgettext:no-python-format
            hint=_("One palm of the subject's own hand, fingers included, counts as 1 % of the body."),
        ),
        ItemGroup(title=_("Percent of each region"), items=tuple(_percent(region) for region in BodyRegion)),
    ),
    derived=(Derived("percent", cdash="BSAAFCTP", unit="%", is_headline=True),),
    derive=derive,
    check=check,
    compare=compare,
    prefill=prefill,
    publishes=(Publication(Fact("bsa_percent", FactKind.NUMBER, "%"), "percent"),),
    live_template="assessments/bsa_live.html",
)
