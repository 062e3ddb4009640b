"""What is stored of the medical history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.fields import PartialDay
from assessments.form_data import FormData, RowData
from audit.tracking import audited


@audited
class MedicalHistory(FormData):
    """Whether there is anything to report besides the psoriasis."""

    has_conditions = models.CharField(
        _("are there other conditions, past or ongoing?"), max_length=1, choices=YesNo.choices, blank=True
    )

    class Meta(FormData.Meta):
        verbose_name = _("medical history")


@audited
class MedicalCondition(RowData):
    """One condition. Its days may be known to the month or the year only."""

    form = models.ForeignKey(MedicalHistory, on_delete=models.PROTECT, related_name="+")
    term = models.CharField(_("condition"), max_length=200, blank=True)
    started_on = PartialDay(_("start"))
    is_ongoing = models.CharField(_("ongoing?"), max_length=1, choices=YesNo.choices, blank=True)
    ended_on = PartialDay(_("end"))
    is_treated = models.CharField(_("treated at present?"), max_length=1, choices=YesNo.choices, blank=True)

    class Meta(RowData.Meta):
        verbose_name = _("condition")
