"""What is stored of the PASI: sixteen scores, what else was written down, the four regional sums and the total."""

from functools import reduce
from operator import and_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal, BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited
from clinical.body_regions import BodyRegion
from clinical.scoring.pasi import AREA_CUT_OFFS_PERCENT, AREA_SCORE_MAXIMUM, SIGN_MAXIMUM

SIGNS = ("erythema", "induration", "desquamation")


class SignScore(models.IntegerChoices):
    """Degree of a sign (Feldman & Krueger 2005, Table 1)."""

    NONE = 0, _("none")
    SLIGHT = 1, _("slight")
    MILD = 2, _("mild")
    MODERATE = 3, _("moderate")
    SEVERE = 4, _("severe")


class AreaScore(models.IntegerChoices):
    """Affected part of the region; lower limits are included, upper limits are not, except 100 %."""

    NONE = 0, "0 %"
    BELOW_10 = 1, "< 10 %"
    FROM_10 = 2, "10–<30 %"
    FROM_30 = 3, "30–<50 %"
    FROM_50 = 4, "50–<70 %"
    FROM_70 = 5, "70–<90 %"
    FROM_90 = 6, "90–100 %"


def _sign(label: Any) -> BoundedInteger:
    return BoundedInteger(label, low=0, high=SIGN_MAXIMUM, choices=SignScore.choices)


def _area(label: Any) -> BoundedInteger:
    return BoundedInteger(label, low=0, high=AREA_SCORE_MAXIMUM, choices=AreaScore.choices)


def _percent(label: Any) -> BoundedDecimal:
    return BoundedDecimal(label, low=0, high=100, decimal_places=1)


def _percent_agrees(region: BodyRegion) -> Q:
    """A percent of the region that stands beside an area score is one of those that the score means."""
    area, percent = f"{region}_area", f"{region}_percent"
    agrees = Q(**{f"{area}__isnull": True}) | Q(**{f"{percent}__isnull": True}) | Q(**{area: 0, percent: 0})
    limits = (0, *AREA_CUT_OFFS_PERCENT)
    for score, low in enumerate(limits, start=1):
        is_low_open = low == 0
        within = Q(**{area: score, f"{percent}__gt" if is_low_open else f"{percent}__gte": low})
        if score < AREA_SCORE_MAXIMUM:
            within &= Q(**{f"{percent}__lt": limits[score]})
        agrees |= within
    return agrees


def _no_signs_without_area(region: BodyRegion) -> models.CheckConstraint:
    no_sign = Q(**{f"{region}_{sign}__gt": 0 for sign in SIGNS}, _connector=Q.OR)
    return models.CheckConstraint(
        name=f"pasi_{region}_signs_need_area", condition=~(Q(**{f"{region}_area": 0}) & no_sign)
    )


@audited
class Pasi(FormData):
    """Regions in the order of CDISC PASI02: head, upper limbs, trunk, lower limbs."""

    head_erythema = _sign(_("head: erythema"))
    head_induration = _sign(_("head: induration"))
    head_desquamation = _sign(_("head: scaling"))
    head_area = _area(_("head: area"))
    upper_limbs_erythema = _sign(_("upper limbs: erythema"))
    upper_limbs_induration = _sign(_("upper limbs: induration"))
    upper_limbs_desquamation = _sign(_("upper limbs: scaling"))
    upper_limbs_area = _area(_("upper limbs: area"))
    trunk_erythema = _sign(_("trunk: erythema"))
    trunk_induration = _sign(_("trunk: induration"))
    trunk_desquamation = _sign(_("trunk: scaling"))
    trunk_area = _area(_("trunk: area"))
    lower_limbs_erythema = _sign(_("lower limbs: erythema"))
    lower_limbs_induration = _sign(_("lower limbs: induration"))
    lower_limbs_desquamation = _sign(_("lower limbs: scaling"))
    lower_limbs_area = _area(_("lower limbs: area"))
    head_percent = _percent(_("head: percent of the region"))
    upper_limbs_percent = _percent(_("upper limbs: percent of the region"))
    trunk_percent = _percent(_("trunk: percent of the region"))
    lower_limbs_percent = _percent(_("lower limbs: percent of the region"))
    paper_total = BoundedDecimal(_("PASI total on paper"), low=0, high=72, decimal_places=1)
    head_score = BoundedDecimal(_("head"), low=0, high=8, decimal_places=1)
    upper_limbs_score = BoundedDecimal(_("upper limbs"), low=0, high=15, decimal_places=1)
    trunk_score = BoundedDecimal(_("trunk"), low=0, high=22, decimal_places=1)
    lower_limbs_score = BoundedDecimal(_("lower limbs"), low=0, high=29, decimal_places=1)
    total = BoundedDecimal(_("PASI total"), low=0, high=72, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("PASI")
        constraints = [
            *FormData.Meta.constraints,
            *(_no_signs_without_area(region) for region in BodyRegion),
            # One constraint for all regions: validation asks the database once for each constraint.
            models.CheckConstraint(
                name="pasi_percents_agree_with_areas",
                condition=reduce(and_, (_percent_agrees(region) for region in BodyRegion)),
            ),
        ]
