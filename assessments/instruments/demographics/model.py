"""What is stored of the demographics form."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited


class Sex(models.TextChoices):
    """CDISC codelist SEX (C66731)."""

    MALE = "M", _("Male")
    FEMALE = "F", _("Female")


class Race(models.TextChoices):
    """CDISC codelist RACE (C74457), as far as the trials' sites use it."""

    ASIAN = "ASIAN", _("Asian")
    WHITE = "WHITE", _("White")
    BLACK = "BLACK OR AFRICAN AMERICAN", _("Black or African American")
    OTHER = "OTHER", _("Other")


@audited
class Demographics(FormData):
    """Date of birth, sex, race; age in completed years on the day of consent."""

    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    race = models.CharField(_("race"), max_length=40, choices=Race.choices, blank=True)
    other_race = models.CharField(_("which other race?"), max_length=100, blank=True)
    age_years = BoundedInteger(_("age at consent"), low=0, high=120)

    class Meta(FormData.Meta):
        verbose_name = _("demographics")
