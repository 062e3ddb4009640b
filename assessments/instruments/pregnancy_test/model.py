"""What is stored of a pregnancy test, or of why a subject needs none."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_data import FormData
from audit.tracking import audited


class NoTestReason(models.TextChoices):
    """Why a subject cannot become pregnant."""

    MALE = "male", _("Male")
    POSTMENOPAUSAL = "postmenopausal", _("Post-menopausal")
    STERILISED = "sterilised", _("Sterilised")


class Specimen(models.TextChoices):
    """What was tested."""

    URINE = "urine", _("Urine")
    SERUM = "serum", _("Serum")


class PregnancyResult(models.TextChoices):
    """What came out of the test."""

    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")


@audited
class PregnancyTest(FormData):
    """Specimen, day and result."""

    is_applicable = models.CharField(
        _("can the subject become pregnant?"), max_length=1, choices=YesNo.choices, blank=True
    )
    no_test_reason = models.CharField(_("why not?"), max_length=20, choices=NoTestReason.choices, blank=True)
    specimen = models.CharField(_("specimen"), max_length=10, choices=Specimen.choices, blank=True)
    tested_on = models.DateField(_("day of the pregnancy test"), null=True, blank=True)
    result = models.CharField(
        _("result of the pregnancy test"), max_length=10, choices=PregnancyResult.choices, blank=True
    )

    class Meta(FormData.Meta):
        verbose_name = _("pregnancy test of a visit")
