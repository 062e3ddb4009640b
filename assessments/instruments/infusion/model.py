"""What is stored of an infusion."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.fields import BoundedDecimal, CellCount
from assessments.form_data import FormData
from audit.tracking import audited


@audited
class Infusion(FormData):
    """One infusion: product, dose from weight, administration, reaction. Cells are counted as whole numbers."""

    product_lot = models.CharField(_("product lot"), max_length=60, blank=True)
    product_expires_at = models.DateTimeField(_("product expires at"), null=True, blank=True)
    viability_percent = BoundedDecimal(_("viability"), low=0, high=100, decimal_places=1)
    weight_kg = BoundedDecimal(_("weight for the dose"), low=20, high=300, decimal_places=1)
    viable_million_per_ml = BoundedDecimal(_("viable cells in the product"), low=0, high=1000, decimal_places=3)
    volume_ml = BoundedDecimal(_("volume given"), low=0, high=2000, decimal_places=1)
    started_at = models.DateTimeField(_("start of infusion"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("end of infusion"), null=True, blank=True)
    is_interrupted = models.CharField(
        _("was the infusion interrupted?"), max_length=1, choices=YesNo.choices, blank=True
    )
    has_reaction = models.CharField(
        _("was there an infusion reaction?"), max_length=1, choices=YesNo.choices, blank=True
    )
    cells_per_kg = CellCount(_("planned dose per kg"))
    planned_cells = CellCount(_("planned dose"))
    planned_volume_ml = BoundedDecimal(_("planned volume"), low=0, high=100000, decimal_places=1)
    given_cells = CellCount(_("given dose"))
    deviation_percent = BoundedDecimal(_("deviation from the planned dose"), low=-100, high=100000, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("infusion")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="infusion_stops_after_it_starts",
                condition=Q(started_at=None) | Q(stopped_at=None) | Q(stopped_at__gt=F("started_at")),
                violation_error_message=_("The infusion must end after it starts."),
            ),
        ]
