"""What is stored of the serology of infections: the day of the sample, and a result for each test."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from audit.tracking import audited


class SerologyResult(models.TextChoices):
    """The result of one test, as the laboratory reports it."""

    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")
    INDETERMINATE = "indeterminate", _("Indeterminate")


def _result(label: Any) -> models.CharField:
    return models.CharField(label, max_length=13, choices=SerologyResult.choices, blank=True)


@audited
class Serology(FormData):
    """Hepatitis B, hepatitis C, HIV and syphilis."""

    sampled_on = models.DateField(_("day of the sample"), null=True, blank=True)
    hbsag = _result(_("hepatitis B surface antigen (HBsAg)"))
    anti_hbc = _result(_("hepatitis B core antibody (anti-HBc)"))
    anti_hcv = _result(_("hepatitis C antibody (anti-HCV)"))
    anti_hiv = _result(_("HIV antibody (anti-HIV)"))
    syphilis = _result(_("syphilis antibody"))

    class Meta(FormData.Meta):
        verbose_name = _("infection serology")
