"""What is stored of a laboratory report: one line an analyte, as reported and in the standard unit."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedInteger, Measured
from assessments.form_data import FormData, RowData
from clinical.laboratory.reference_range import Flag
from clinical.laboratory.reported import Qualifier


class ResultQualifier(models.TextChoices):
    """A result that only lies below or above a number."""

    BELOW = Qualifier.BELOW.value, _("< below")
    ABOVE = Qualifier.ABOVE.value, _("> above")


class ResultFlag(models.TextChoices):
    """Where a result lies to the normal range (CDISC codelist NRIND, C78736)."""

    LOW = Flag.LOW.value, _("low")
    NORMAL = Flag.NORMAL.value, _("normal")
    HIGH = Flag.HIGH.value, _("high")


class Significance(models.TextChoices):
    """What the investigator makes of a result outside the normal range."""

    NOT_SIGNIFICANT = "ncs", _("not clinically significant")
    SIGNIFICANT = "cs", _("clinically significant")


class RangeSource(models.TextChoices):
    """Whose limits a result was compared with."""

    SITE = "site", _("range of the site")
    REPORT = "report", _("limits of the report")


class LaboratoryReport(FormData):
    """One sample."""

    sampled_on = models.DateField(_("sample taken"), null=True, blank=True)

    class Meta(FormData.Meta):
        abstract = True


class LaboratoryResult(RowData):
    """One analyte. `result` and the limits are in `unit`, the derived values in the standard unit of the analyte.

    A result that lies only below or above a number has no standard value: nothing may calculate with it (as SDTM leaves
    LBSTRESN empty).
    """

    qualifier = models.CharField(_("< or >"), max_length=1, choices=ResultQualifier.choices, blank=True)
    result = Measured(_("result"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    low = Measured(_("lower limit on the report"))
    high = Measured(_("upper limit on the report"))
    significance = models.CharField(_("significance"), max_length=3, choices=Significance.choices, blank=True)
    investigator_grade = BoundedInteger(_("grade by the investigator"), low=0, high=5)
    comment = models.CharField(_("comment"), max_length=200, blank=True)

    standard_value = Measured(_("in the standard unit"))
    standard_low = Measured(_("lower limit"))
    standard_high = Measured(_("upper limit"))
    range_source = models.CharField(_("limits from"), max_length=6, choices=RangeSource.choices, blank=True)
    flag = models.CharField(_("against the limits"), max_length=6, choices=ResultFlag.choices, blank=True)
    grade = BoundedInteger(_("CTCAE grade"), low=0, high=4)
    grade_term = models.CharField(_("CTCAE term"), max_length=60, blank=True)
    grade_by_limits = BoundedInteger(_("grade without the baseline, where it differs"), low=0, high=4)
    grade_version = models.CharField(_("CTCAE version"), max_length=5, blank=True)

    class Meta(RowData.Meta):
        abstract = True
        verbose_name = _("result")
        constraints = [
            *RowData.Meta.constraints,
            models.CheckConstraint(
                name="%(class)s_limits_in_order",
                condition=Q(low=None) | Q(high=None) | Q(low__lt=F("high")),
                violation_error_message=_("The lower limit must be below the upper one."),
            ),
            models.CheckConstraint(
                name="%(class)s_result_has_unit",
                condition=Q(result=None) | ~Q(unit=""),
                violation_error_message=_("Choose the unit of the result."),
            ),
            models.CheckConstraint(
                name="%(class)s_standard_value_is_of_a_result",
                condition=Q(standard_value=None) | Q(result__isnull=False, qualifier=""),
            ),
        ]
