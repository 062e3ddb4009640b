"""What is stored of the BSA form."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal
from assessments.form_data import FormData
from audit.tracking import audited


@audited
class Bsa(FormData):
    """Affected palms per region; one whole palm with its fingers is about 1 % of the body (palm method, C154793).

    Each region holds at most its share of the body: 10, 20, 30 and 40 palms.
    """

    head_palms = BoundedDecimal(_("head and neck"), low=0, high=10, decimal_places=1)
    upper_limbs_palms = BoundedDecimal(_("upper limbs"), low=0, high=20, decimal_places=1)
    trunk_palms = BoundedDecimal(_("trunk"), low=0, high=30, decimal_places=1)
    lower_limbs_palms = BoundedDecimal(_("lower limbs"), low=0, high=40, decimal_places=1)
    percent = BoundedDecimal(_("affected body surface"), low=0, high=100, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("BSA")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="bsa_percent_is_the_sum_of_palms",
                condition=models.Q(percent=None)
                | models.Q(
                    head_palms__isnull=False,
                    upper_limbs_palms__isnull=False,
                    trunk_palms__isnull=False,
                    lower_limbs_palms__isnull=False,
                    percent=models.F("head_palms")
                    + models.F("upper_limbs_palms")
                    + models.F("trunk_palms")
                    + models.F("lower_limbs_palms"),
                ),
            ),
        ]
