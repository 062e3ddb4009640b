"""What is stored of treatment before the trial: for each kind whether it was used, and the day of the last use."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from audit.tracking import audited


class Use(models.TextChoices):
    """Whether something was ever used, or taken part in. Ongoing means on the day of the visit."""

    NEVER = "never", _("Never")
    PAST = "past", _("In the past")
    ONGOING = "ongoing", _("Ongoing")


DAY_OF_USE = {
    "topical_last_on": "topical_use",
    "systemic_last_on": "systemic_use",
    "phototherapy_last_on": "phototherapy_use",
    "biologic_last_on": "biologic_use",
    "cell_therapy_last_on": "cell_therapy_use",
    "trial_participation_last_on": "trial_participation",
}
"""Each day of last use, with the use that it belongs to."""


def _use(label: Any) -> models.CharField:
    return models.CharField(label, max_length=10, choices=Use.choices, blank=True)


def _last_on(label: Any) -> models.DateField:
    return models.DateField(label, null=True, blank=True)


@audited
class PreviousTreatment(FormData):
    """Treatment of the psoriasis by kind, and other clinical trials. Only a use in the past has a last day."""

    topical_use = _use(_("topical treatment"))
    topical_last_on = _last_on(_("topical treatment, last use"))
    systemic_use = _use(_("systemic treatment"))
    systemic_last_on = _last_on(_("systemic treatment, last use"))
    phototherapy_use = _use(_("phototherapy"))
    phototherapy_last_on = _last_on(_("phototherapy, last use"))
    biologic_use = _use(_("biologic treatment"))
    biologic_last_on = _last_on(_("biologic treatment, last use"))
    cell_therapy_use = _use(_("cell therapy"))
    cell_therapy_last_on = _last_on(_("cell therapy, last use"))
    trial_participation = _use(_("other clinical trial"))
    trial_participation_last_on = _last_on(_("other clinical trial, last day"))

    class Meta(FormData.Meta):
        verbose_name = _("previous treatment")
        constraints = [
            *FormData.Meta.constraints,
            *(
                models.CheckConstraint(
                    name=f"previoustreatment_{day}_is_past",
                    condition=Q(**{day: None}) | Q(**{f"{use}__in": [Use.PAST.value, ""]}),
                    violation_error_message=_("A day of last use belongs to a use in the past only."),
                )
                for day, use in DAY_OF_USE.items()
            ),
        ]
