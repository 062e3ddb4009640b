"""What is stored of an infusion."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.fields import BoundedDecimal, BoundedInteger, CellCount
from assessments.form_data import FormData, RowData
from audit.tracking import audited


class CountedCells(models.TextChoices):
    """What the concentration on the label counts."""

    VIABLE = "viable", _("Viable cells")
    NUCLEATED = "nucleated", _("All nucleated cells")


class Route(models.TextChoices):
    """CDISC codelist ROUTE (C66729), as far as premedication uses it."""

    INTRAVENOUS = "INTRAVENOUS", _("Intravenous")
    ORAL = "ORAL", _("By mouth")
    INTRAMUSCULAR = "INTRAMUSCULAR", _("Intramuscular")
    SUBCUTANEOUS = "SUBCUTANEOUS", _("Subcutaneous")
    OTHER = "OTHER", _("Other")


def _yes_no(label: object) -> models.CharField:
    return models.CharField(label, max_length=1, choices=YesNo.choices, blank=True)  # type: ignore[arg-type]


@audited
class Infusion(FormData):
    """One infusion: product, dose from weight, administration, reaction. Cells are counted as whole numbers."""

    product_lot = models.CharField(_("product lot"), max_length=60, blank=True)
    product_expires_at = models.DateTimeField(_("product expires at"), null=True, blank=True)
    bag_number = models.CharField(_("bag"), max_length=40, blank=True)
    viability_percent = BoundedDecimal(_("viability"), low=0, high=100, decimal_places=1)
    counted_cells = models.CharField(_("the label counts"), max_length=10, choices=CountedCells.choices, blank=True)
    nucleated_million_per_ml = BoundedDecimal(_("nucleated cells in the product"), low=0, high=1000, decimal_places=3)
    is_temperature_log_fine = _yes_no(_("was the temperature of the transport in order?"))
    was_thawed = _yes_no(_("was the product thawed?"))
    thaw_started_at = models.DateTimeField(_("thawing begun"), null=True, blank=True)
    thaw_ended_at = models.DateTimeField(_("thawing ended"), null=True, blank=True)
    post_thaw_viability_percent = BoundedDecimal(_("viability after thawing"), low=0, high=100, decimal_places=1)
    resuspended_in = models.CharField(_("resuspended in"), max_length=120, blank=True)
    had_premedication = _yes_no(_("was premedication given?"))
    infusion_site = models.CharField(_("place of the infusion"), max_length=120, blank=True)
    equipment = models.CharField(_("needle, filter, pump"), max_length=120, blank=True)
    weight_kg = BoundedDecimal(_("weight for the dose"), low=20, high=300, decimal_places=1)
    viable_million_per_ml = BoundedDecimal(_("viable cells in the product"), low=0, high=1000, decimal_places=3)
    volume_ml = BoundedDecimal(_("volume given"), low=0, high=2000, decimal_places=1)
    started_at = models.DateTimeField(_("start of infusion"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("end of infusion"), null=True, blank=True)
    is_interrupted = models.CharField(
        _("was the infusion interrupted?"), max_length=1, choices=YesNo.choices, blank=True
    )
    is_completed = _yes_no(_("was the whole planned volume given?"))
    residual_volume_ml = BoundedDecimal(_("volume left over"), low=0, high=2000, decimal_places=1)
    given_by = models.CharField(_("given by"), max_length=120, blank=True)
    has_reaction = models.CharField(
        _("was there an infusion reaction?"), max_length=1, choices=YesNo.choices, blank=True
    )
    cells_per_kg = CellCount(_("planned dose per kg"))
    planned_cells = CellCount(_("planned dose"))
    planned_volume_ml = BoundedDecimal(_("planned volume"), low=0, high=100000, decimal_places=1)
    given_cells = CellCount(_("given dose"))
    deviation_percent = BoundedDecimal(_("deviation from the planned dose"), low=-100, high=100000, decimal_places=1)
    given_cells_per_kg = CellCount(_("given dose per kg"))
    minutes_from_thaw = BoundedInteger(_("from thawing to the start"), low=0, high=100000)
    minutes_running = BoundedInteger(_("time the infusion ran"), low=0, high=100000)
    rate_ml_per_h = BoundedDecimal(_("mean rate"), low=0, high=1000000, decimal_places=1)

    class Meta(FormData.Meta):
        verbose_name = _("infusion")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="infusion_stops_after_it_starts",
                condition=Q(started_at=None) | Q(stopped_at=None) | Q(stopped_at__gt=F("started_at")),
                violation_error_message=_("The infusion must end after it starts."),
            ),
            models.CheckConstraint(
                name="infusion_starts_after_thawing",
                condition=Q(started_at=None) | Q(thaw_ended_at=None) | Q(started_at__gte=F("thaw_ended_at")),
                violation_error_message=_("The infusion cannot start before thawing ended."),
            ),
            models.CheckConstraint(
                name="infusion_thaw_ends_after_it_begins",
                condition=Q(thaw_started_at=None) | Q(thaw_ended_at=None) | Q(thaw_ended_at__gte=F("thaw_started_at")),
                violation_error_message=_("Thawing must end after it begins."),
            ),
        ]


@audited
class Premedication(RowData):
    """One medicine given before the infusion."""

    form = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="+")
    medicine = models.CharField(_("medicine"), max_length=120, blank=True)
    dose = BoundedDecimal(_("dose"), low=0, high=100000, decimal_places=3)
    dose_unit = models.CharField(_("unit"), max_length=20, blank=True)
    route = models.CharField(_("route"), max_length=20, choices=Route.choices, blank=True)
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)

    class Meta(RowData.Meta):
        verbose_name = _("premedication")


@audited
class Interruption(RowData):
    """One pause of the infusion."""

    form = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    resumed_at = models.DateTimeField(_("resumed at"), null=True, blank=True)

    class Meta(RowData.Meta):
        verbose_name = _("interruption")
        constraints = [
            *RowData.Meta.constraints,
            models.CheckConstraint(
                name="interruption_ends_after_it_begins",
                condition=Q(stopped_at=None) | Q(resumed_at=None) | Q(resumed_at__gt=F("stopped_at")),
                violation_error_message=_("The infusion must be resumed after it was stopped."),
            ),
        ]
