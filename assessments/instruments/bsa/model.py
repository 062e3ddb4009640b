"""What is stored of the BSA form."""

from functools import reduce
from operator import add
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal
from assessments.form_data import FormData
from audit.tracking import audited
from clinical.body_regions import SHARE_TENTHS, BodyRegion


class BsaMethod(models.TextChoices):
    """How the affected surface was estimated."""

    PALMS = "palms", _("palms of the subject's hand (palm method)")
    REGIONS = "regions", _("percent of each region")


PALMS = tuple(f"{region}_palms" for region in BodyRegion)
PERCENTS = tuple(f"{region}_percent" for region in BodyRegion)


def _percent_of_region(label: Any) -> BoundedDecimal:
    return BoundedDecimal(label, low=0, high=100, decimal_places=1)


def _palms_together() -> Any:
    return reduce(add, (F(name) for name in PALMS))


def _percent_of_body() -> Any:
    """Regions weigh by their share; half a tenth is rounded up, as everywhere."""
    tenths = (SHARE_TENTHS[region] * F(name) for region, name in zip(BodyRegion, PERCENTS, strict=True))
    return Round(reduce(add, tenths) / 10, precision=1)


def _all_there(names: tuple[str, ...]) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


@audited
class Bsa(FormData):
    """Affected skin per region, counted in palms or estimated as percent of the region.

    One whole palm with its fingers is about 1 % of the body (palm method, C154793), so that the regions hold at most
    10, 20, 30 and 40 palms, and their percents weigh as much. Forms stored before there was a choice have no method;
    they were counted in palms.
    """

    method = models.CharField(_("method"), max_length=7, choices=BsaMethod.choices, blank=True)
    head_palms = BoundedDecimal(_("head and neck"), low=0, high=10, decimal_places=1)
    upper_limbs_palms = BoundedDecimal(_("upper limbs"), low=0, high=20, decimal_places=1)
    trunk_palms = BoundedDecimal(_("trunk"), low=0, high=30, decimal_places=1)
    lower_limbs_palms = BoundedDecimal(_("lower limbs"), low=0, high=40, decimal_places=1)
    head_percent = _percent_of_region(_("head and neck: percent of the region"))
    upper_limbs_percent = _percent_of_region(_("upper limbs: percent of the region"))
    trunk_percent = _percent_of_region(_("trunk: percent of the region"))
    lower_limbs_percent = _percent_of_region(_("lower limbs: percent of the region"))
    percent = BoundedDecimal(_("affected body surface"), low=0, high=100, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("BSA")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="bsa_percent_follows_from_its_method",
                condition=Q(percent=None)
                | Q(_all_there(PALMS), ~Q(method=BsaMethod.REGIONS), percent=_palms_together())
                | Q(_all_there(PERCENTS), method=BsaMethod.REGIONS, percent=_percent_of_body()),
            ),
            models.CheckConstraint(name="bsa_method_is_known", condition=Q(method__in=["", *BsaMethod.values])),
        ]
