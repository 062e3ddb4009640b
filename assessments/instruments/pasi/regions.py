"""The four regions of the PASI form: what they are called, and their scores among the values of a form."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import Values
from assessments.instruments.pasi.model import SIGNS
from clinical.body_regions import BodyRegion
from clinical.scoring.pasi import RegionScore

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


def areas_of(values: Values) -> dict[BodyRegion, int]:
    """The area scores that are there."""
    areas = {region: values.get(f"{region}_area") for region in BodyRegion}
    return {region: area for region, area in areas.items() if area is not None}
