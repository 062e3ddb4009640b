"""What is stored of methotrexate taken at a visit. The route is by mouth."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal
from assessments.form_data import FormData
from audit.tracking import audited


@audited
class Methotrexate(FormData):
    """One dose. A dose that was not taken is a form that was not done: it must not start the subject's treatment."""

    dose_mg = BoundedDecimal(_("dose taken"), low=0, high=50, decimal_places=1)
    taken_on = models.DateField(_("taken on"), null=True, blank=True)

    class Meta(FormData.Meta):
        verbose_name = _("methotrexate")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="methotrexate_dose_above_zero",
                condition=Q(dose_mg=None) | Q(dose_mg__gt=0),
                violation_error_message=_("A dose is above 0 mg. If none was taken, mark the form as not done."),
            ),
        ]
