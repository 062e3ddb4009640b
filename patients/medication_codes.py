"""Code lists of medication, shared by forms and the medication log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Route(models.TextChoices):
    """CDISC codelist ROUTE, as far as medicines before and during the trials need it; "other" is the sponsor's."""

    ORAL = "ORAL", _("By mouth")
    TOPICAL = "TOPICAL", _("On the skin")
    SUBCUTANEOUS = "SUBCUTANEOUS", _("Under the skin")
    INTRAVENOUS = "INTRAVENOUS", _("Into a vein")
    INTRAMUSCULAR = "INTRAMUSCULAR", _("Into a muscle")
    INTRALESIONAL = "INTRALESIONAL", _("Into the lesion")
    INHALED = "RESPIRATORY (INHALATION)", _("Inhaled")
    OTHER = "OTHER", _("Other")


class TreatmentKind(models.TextChoices):
    """What a line is about: the kinds that the form asks about, and every other medicine."""

    TOPICAL = "topical", _("Topical treatment")
    SYSTEMIC = "systemic", _("Systemic treatment")
    PHOTOTHERAPY = "phototherapy", _("Phototherapy")
    BIOLOGIC = "biologic", _("Biologic treatment")
    CELL_THERAPY = "cell_therapy", _("Cell therapy")
    OTHER = "other", _("Other medicine")


class Frequency(models.TextChoices):
    """How often, as far as sources usually say it (default list)."""

    ONCE = "once", _("Once")
    DAILY = "daily", _("Daily")
    TWICE_DAILY = "twice_daily", _("Twice a day")
    THREE_TIMES_DAILY = "three_times_daily", _("Three times a day")
    WEEKLY = "weekly", _("Weekly")
    SEVERAL_A_WEEK = "several_a_week", _("Several times a week")
    TWO_WEEKLY = "two_weekly", _("Every two weeks")
    MONTHLY = "monthly", _("Monthly")
    AS_NEEDED = "as_needed", _("As needed")
    OTHER = "other", _("Other")
