"""What is stored of the vital signs. The limits exclude what cannot be (defaults); they are no reference ranges.

Those of the body mass index follow from the limits of weight and height.
"""

from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal, BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited


@audited
class VitalSigns(FormData):
    """One set of measurements."""

    weight_kg = BoundedDecimal(_("weight"), low=20, high=300, decimal_places=1)
    height_cm = BoundedDecimal(_("height"), low=100, high=250, decimal_places=1)
    temperature_c = BoundedDecimal(_("temperature"), low=30, high=45, decimal_places=1)
    pulse_per_min = BoundedInteger(_("pulse rate"), low=20, high=250)
    respirations_per_min = BoundedInteger(_("respiratory rate"), low=4, high=80)
    systolic_mmhg = BoundedInteger(_("systolic blood pressure"), low=40, high=300)
    diastolic_mmhg = BoundedInteger(_("diastolic blood pressure"), low=20, high=200)
    oxygen_saturation_percent = BoundedInteger(_("oxygen saturation"), low=40, high=100)
    bmi_kg_m2 = BoundedDecimal(_("body mass index"), low=3, high=300, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("vital signs")
