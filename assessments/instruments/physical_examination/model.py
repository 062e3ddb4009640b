"""What is stored of a physical examination: one line a body system."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_data import FormData, RowData
from audit.tracking import audited


class BodySystem(models.TextChoices):
    """What is examined, in this order (default list)."""

    GENERAL = "GENERAL", _("General appearance")
    SKIN = "SKIN", _("Skin, other than psoriasis")
    HEAD_NECK = "HEAD_NECK", _("Head and neck")
    CHEST_LUNGS = "CHEST_LUNGS", _("Chest and lungs")
    HEART = "HEART", _("Heart")
    ABDOMEN = "ABDOMEN", _("Abdomen")
    LYMPH_NODES = "LYMPH_NODES", _("Lymph nodes")
    EXTREMITIES = "EXTREMITIES", _("Extremities")
    NERVOUS_SYSTEM = "NERVOUS_SYSTEM", _("Nervous system")


class ExaminationResult(models.TextChoices):
    """What came out of the examination of one body system."""

    NORMAL = "normal", _("Normal")
    ABNORMAL = "abnormal", _("Abnormal")
    NOT_EXAMINED = "not_examined", _("Not examined")


@audited
class PhysicalExamination(FormData):
    """One examination; its results are in the lines."""

    class Meta(FormData.Meta):
        verbose_name = _("physical examination")


@audited
class BodySystemExamined(RowData):
    """One body system."""

    form = models.ForeignKey(PhysicalExamination, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(_("result"), max_length=12, choices=ExaminationResult.choices, blank=True)
    finding = models.CharField(_("finding"), max_length=200, blank=True)
    is_significant = models.CharField(_("clinically significant?"), max_length=1, choices=YesNo.choices, blank=True)

    class Meta(RowData.Meta):
        verbose_name = _("body system examined")
