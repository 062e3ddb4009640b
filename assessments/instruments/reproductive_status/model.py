"""What is stored of pregnancy and breast-feeding. It is asked of women only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_data import FormData
from audit.tracking import audited


class Occurrence(models.TextChoices):
    """Whether something has ever been. Current means on the day of the visit."""

    NEVER = "never", _("Never")
    PAST = "past", _("In the past")
    CURRENT = "current", _("Current")


class PregnancyTest(models.TextChoices):
    """The pregnancy test of the visit, and its result."""

    NOT_DONE = "not_done", _("Not done")
    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")


DAY_OF_STATE: dict[str, tuple[str, tuple[str, ...]]] = {
    "pregnancy_ended_on": ("pregnancy", (Occurrence.PAST.value,)),
    "lactation_ended_on": ("lactation", (Occurrence.PAST.value,)),
    "pregnancy_test_on": ("pregnancy_test", (PregnancyTest.NEGATIVE.value, PregnancyTest.POSITIVE.value)),
}
"""Each day, with the item that it belongs to and the answers that call for it."""


@audited
class ReproductiveStatus(FormData):
    """Pregnancy, lactation and the pregnancy test, with the day each ended or was done; plans for a pregnancy."""

    pregnancy = models.CharField(_("pregnancy"), max_length=10, choices=Occurrence.choices, blank=True)
    pregnancy_ended_on = models.DateField(_("end of the last pregnancy"), null=True, blank=True)
    lactation = models.CharField(_("breast-feeding"), max_length=10, choices=Occurrence.choices, blank=True)
    lactation_ended_on = models.DateField(_("end of breast-feeding"), null=True, blank=True)
    pregnancy_test = models.CharField(_("pregnancy test"), max_length=10, choices=PregnancyTest.choices, blank=True)
    pregnancy_test_on = models.DateField(_("pregnancy test, day"), null=True, blank=True)
    plans_pregnancy = models.CharField(
        _("is a pregnancy planned during the trial?"), max_length=1, choices=YesNo.choices, blank=True
    )

    class Meta(FormData.Meta):
        verbose_name = _("reproductive status")
