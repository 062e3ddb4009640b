"""The BSA form: palms per region, summed."""

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
from assessments.instruments.bsa.model import Bsa
from clinical.body_regions import SHARE_TENTHS, BodyRegion
from clinical.scoring.bsa import agrees_with_areas, bsa_from_palms, implied_interval
from protocols.catalogue import Fact, FactKind


def derive(values: Values, _context: FormContext) -> dict[str, Decimal | None]:
    """The percentage once all four regions are there."""
    palms = {region: values.get(f"{region}_palms") for region in BodyRegion}
    complete = {region: count for region, count in palms.items() if count is not None}
    return {"percent": bsa_from_palms(complete) if len(complete) == len(BodyRegion) else None}


def check(values: Values, context: FormContext) -> list[Objection]:
    """The percentage should fit the area scores of the PASI of the same visit."""
    percent = derive(values, context)["percent"]
    areas: dict[BodyRegion, Any] = {region: context.here.get(f"pasi_{region}_area") for region in BodyRegion}
    if percent is None or None in areas.values():
        return []
    scores = {region: int(area) for region, area in areas.items()}
    if agrees_with_areas(percent, scores):
        return []
    interval = implied_interval(scores)
    message = _(
        "The PASI area scores of this visit mean %(low)s to %(high)s %%, but the palms add up to %(percent)s %%."
    ) % {
        "low": interval.low,
        "high": interval.high,
        "percent": percent,
    }
    return [
        Objection("bsa_disagrees_with_pasi", Severity.SOFT, message, tuple(f"{region}_palms" for region in BodyRegion))
    ]


def _item(region: BodyRegion) -> Item:
    largest = 10 * SHARE_TENTHS[region]
    return Item(f"{region}_palms", unit=_("palms"), hint=format_lazy(_("0 to {palms}"), palms=largest))


SPEC = CrfSpec(
    code="bsa",
    domain="FA",
    title=_("Affected body surface (BSA)"),
    model=Bsa,
    groups=(
        ItemGroup(
            title=_("Palms affected"),
            items=tuple(_item(region) for region in BodyRegion),
            # xgettext:no-python-format
            hint=_("One palm of the subject's own hand, fingers included, counts as 1 % of the body."),
        ),
    ),
    derived=(Derived("percent", cdash="BSAAFCTP", unit="%", is_headline=True),),
    derive=derive,
    check=check,
    publishes=(Publication(Fact("bsa_percent", FactKind.NUMBER, "%"), "percent"),),
)
