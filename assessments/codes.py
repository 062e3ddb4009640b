"""Code lists that several forms share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class YesNo(models.TextChoices):
    """CDISC codelist NY (C66742). A fact of the kind yes or no is published from it as true or false."""

    YES = "Y", _("Yes")
    NO = "N", _("No")
