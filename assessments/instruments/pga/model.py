"""What is stored of the physician's global assessment."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited
from clinical.scoring.pga import FIVE_LEVELS, SIGN_MAXIMUM, SIX_LEVELS

LEVELS_OF_SIX = (
    (0, _("clear")),
    (1, _("minimal")),
    (2, _("mild")),
    (3, _("moderate")),
    (4, _("marked")),
    (5, _("severe")),
)
LEVELS_OF_FIVE = ((0, _("clear")), (1, _("almost clear")), (2, _("mild")), (3, _("moderate")), (4, _("severe")))
LEVELS = {SIX_LEVELS: LEVELS_OF_SIX, FIVE_LEVELS: LEVELS_OF_FIVE}
"""What the levels of each scale are called, lowest first."""

CODES = (
    (0, _("clear")),
    (1, _("minimal (of six levels) or almost clear (of five)")),
    (2, _("mild")),
    (3, _("moderate")),
    (4, _("marked (of six levels) or severe (of five)")),
    (5, _("severe (of six levels)")),
)
"""The code list of both scales together, as a data dictionary needs it."""


class PgaScale(models.IntegerChoices):
    """The scale a level was taken from."""

    OF_FIVE = FIVE_LEVELS, _("levels, 0 to 4")
    OF_SIX = SIX_LEVELS, _("levels, 0 to 5")


STEPS = ((0, _("none")), *LEVELS_OF_SIX[1:])
"""Steps of a sign, called as the levels that they are averaged to (default)."""


def _sign(label: Any) -> BoundedInteger:
    return BoundedInteger(label, low=0, high=SIGN_MAXIMUM, choices=STEPS)


@audited
class Pga(FormData):
    """How the psoriasis looks at this visit, without regard to how it was before.

    `scale` is that of the protocol when the level was chosen; levels stored before there was a choice have none, and
    are of six.
    """

    static_pga = BoundedInteger(_("overall psoriasis today"), low=0, high=SIX_LEVELS - 1, choices=CODES)
    infiltration = _sign(_("infiltration"))
    erythema = _sign(_("erythema"))
    scaling = _sign(_("scaling"))
    scale = BoundedInteger(_("scale"), low=FIVE_LEVELS, high=SIX_LEVELS, choices=PgaScale.choices)

    class Meta(FormData.Meta):
        verbose_name = _("PGA")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="pga_level_is_on_its_scale",
                condition=Q(static_pga=None) | Q(scale=None) | Q(static_pga__lt=F("scale")),
            ),
        ]
