"""What is stored of the vital signs around an infusion: one line a time point."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.fields import BoundedDecimal, BoundedInteger
from assessments.form_data import FormData, RowData
from audit.tracking import audited


class TimePoint(models.TextChoices):
    """When the measurements were made, relative to the infusion (SDTM VSTPT, VSTPTREF)."""

    BEFORE = "PRE", _("Before the infusion")
    MIN_15 = "MIN15", _("15 min after the start")
    MIN_30 = "MIN30", _("30 min after the start")
    MIN_60 = "MIN60", _("60 min after the start")
    END = "END", _("End of the infusion")
    AFTER_30 = "AFTER30", _("30 min after the end")
    AFTER_120 = "AFTER120", _("2 h after the end")
    AFTER_24H = "AFTER24H", _("24 h after the end")


@audited
class InfusionVitalSigns(FormData):
    """Whether the subject was watched as planned."""

    has_abnormality = models.CharField(
        _("anything out of the ordinary?"), max_length=1, choices=YesNo.choices, blank=True
    )
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)

    class Meta(FormData.Meta):
        verbose_name = _("vital signs around the infusion")


@audited
class VitalSignsReading(RowData):
    """One set of measurements. The limits exclude what cannot be (defaults); they are no reference ranges."""

    form = models.ForeignKey(InfusionVitalSigns, on_delete=models.PROTECT, related_name="+")
    measured_at = models.DateTimeField(_("measured at"), null=True, blank=True)
    temperature_c = BoundedDecimal(_("temperature"), low=30, high=45, decimal_places=1)
    pulse_per_min = BoundedInteger(_("pulse rate"), low=20, high=250)
    respirations_per_min = BoundedInteger(_("respiratory rate"), low=4, high=80)
    systolic_mmhg = BoundedInteger(_("systolic blood pressure"), low=40, high=300)
    diastolic_mmhg = BoundedInteger(_("diastolic blood pressure"), low=20, high=200)
    oxygen_saturation_percent = BoundedInteger(_("oxygen saturation"), low=40, high=100)

    class Meta(RowData.Meta):
        verbose_name = _("reading")
        constraints = [
            *RowData.Meta.constraints,
            models.CheckConstraint(
                name="vitalsignsreading_diastolic_below_systolic",
                condition=models.Q(systolic_mmhg=None)
                | models.Q(diastolic_mmhg=None)
                | models.Q(diastolic_mmhg__lt=models.F("systolic_mmhg")),
                violation_error_message=_("The diastolic blood pressure must be below the systolic."),
            ),
        ]
