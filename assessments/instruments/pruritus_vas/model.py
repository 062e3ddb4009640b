"""What is stored of the pruritus scale."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal, BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited
from clinical.scoring.pruritus import MARK_MAXIMUM_MM, Severity


class VasMethod(models.TextChoices):
    """Where the subject made the mark."""

    PAPER = "paper", _("line of 100 mm on paper")
    SCREEN = "screen", _("line on the screen")


class ItchSeverity(models.TextChoices):
    """What the score means (Reich et al. 2012)."""

    NONE = Severity.NONE.value, _("no itch")
    MILD = Severity.MILD.value, _("mild itch")
    MODERATE = Severity.MODERATE.value, _("moderate itch")
    SEVERE = Severity.SEVERE.value, _("severe itch")
    VERY_SEVERE = Severity.VERY_SEVERE.value, _("very severe itch")


@audited
class PruritusVas(FormData):
    """The subject's mark on a line of 100 mm; both ends of the line are allowed. Forms stored before it was asked have
    no method."""

    mark_mm = BoundedInteger(_("mark on the line"), low=0, high=MARK_MAXIMUM_MM)
    method = models.CharField(_("where the mark was made"), max_length=6, choices=VasMethod.choices, blank=True)
    score_cm = BoundedDecimal(_("itch"), low=0, high=10, decimal_places=1)
    severity = models.CharField(_("severity of itch"), max_length=11, choices=ItchSeverity.choices, blank=True)

    class Meta(FormData.Meta):
        verbose_name = _("pruritus VAS")
        constraints = [
            *FormData.Meta.constraints,
            # One constraint for both: validation asks the database once for each constraint.
            models.CheckConstraint(
                name="pruritusvas_answers_are_codes",
                condition=Q(method__in=["", *VasMethod.values]) & Q(severity__in=["", *ItchSeverity.values]),
            ),
        ]
