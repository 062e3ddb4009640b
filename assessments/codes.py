"""Code lists that several forms share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class YesNo(models.TextChoices):
    """CDISC codelist NY (C66742). A fact of the kind yes or no is published from it as true or false."""

    YES = "Y", _("Yes")
    NO = "N", _("No")


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
