"""What is stored of the pruritus scale."""

from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal, BoundedInteger
from assessments.form_data import FormData
from audit.tracking import audited


@audited
class PruritusVas(FormData):
    """The subject's mark on a line of 100 mm; both ends of the line are allowed."""

    mark_mm = BoundedInteger(_("mark on the line"), low=0, high=100)
    score_cm = BoundedDecimal(_("itch"), low=0, high=10, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("pruritus VAS")
