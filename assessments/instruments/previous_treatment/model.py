"""What is stored of treatment before the trial: for each kind whether it was used, the day of the last use, and a line
for each therapy and other medicine."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.fields import BoundedDecimal, PartialDay
from assessments.form_data import FormData, RowData
from audit.tracking import audited
from patients.medication_codes import Frequency, Route
from patients.medication_codes import TreatmentKind as Kind


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
    """Treatment of the psoriasis by kind, other clinical trials, and whether there are other medicines."""

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
    has_other_medicines = models.CharField(
        _("any other medicine before enrolment?"), max_length=1, choices=YesNo.choices, blank=True
    )

    class Meta(FormData.Meta):
        verbose_name = _("previous treatment")


class EndReason(models.TextChoices):
    """Why a therapy ended."""

    LACK_OF_EFFECT = "lack_of_effect", _("Lack of effect")
    INTOLERANCE = "intolerance", _("Intolerance")
    OTHER = "other", _("Other")


@audited
class PreviousMedication(RowData):
    """One therapy of the psoriasis, or one other medicine, before enrolment."""

    form = models.ForeignKey(PreviousTreatment, on_delete=models.PROTECT, related_name="+")
    term = models.CharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, blank=True)
    dose = BoundedDecimal(_("dose"), low=0, high=1_000_000, decimal_places=3)
    unit = models.CharField(_("unit of the dose"), max_length=30, blank=True)
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency.choices, blank=True)
    route = models.CharField(_("route"), max_length=30, choices=Route.choices, blank=True)
    started_on = PartialDay(_("start"))
    is_ongoing = models.CharField(_("ongoing?"), max_length=1, choices=YesNo.choices, blank=True)
    ended_on = PartialDay(_("end"))
    end_reason = models.CharField(_("reason it ended"), max_length=20, choices=EndReason.choices, blank=True)

    class Meta(RowData.Meta):
        verbose_name = _("previous medication")
