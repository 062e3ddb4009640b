"""What is stored of the physician's global assessment."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited


class PgaLevel(models.IntegerChoices):
    """The scale of six levels (default: the trials do not say which scale they use)."""

    CLEAR = 0, _("clear")
    MINIMAL = 1, _("minimal")
    MILD = 2, _("mild")
    MODERATE = 3, _("moderate")
    MARKED = 4, _("marked")
    SEVERE = 5, _("severe")


@audited
class Pga(FormData):
    """How the psoriasis looks at this visit, without regard to how it was before."""

    static_pga = BoundedInteger(
        _("overall psoriasis today"), low=PgaLevel.CLEAR.value, high=PgaLevel.SEVERE.value, choices=PgaLevel.choices
    )

    class Meta(FormData.Meta):
        verbose_name = _("PGA")
