"""What is stored of the end of treatment."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from assessments.instruments.disposition.model import Disposition
from audit.tracking import audited


@audited
class EndOfTreatment(Disposition):
    """When the treatment ended and why, with the day of the last infusion or dose."""

    last_dose_on = models.DateField(_("last infusion or dose"), null=True, blank=True)

    class Meta(FormData.Meta):
        verbose_name = _("end of treatment")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="endoftreatment_not_before_last_dose",
                condition=Q(ended_on=None) | Q(last_dose_on=None) | Q(ended_on__gte=F("last_dose_on")),
                violation_error_message=_("The treatment ends before its last infusion or dose."),
            ),
        ]
