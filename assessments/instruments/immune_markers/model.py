"""What is stored of T-cell subsets and cytokines."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.instruments.laboratory_panel.model import LaboratoryReport, LaboratoryResult
from audit.tracking import audited


@audited
class ImmuneMarkers(LaboratoryReport):
    """One blood sample."""

    class Meta(LaboratoryReport.Meta):
        verbose_name = _("T cells and cytokines")


@audited
class ImmuneMarkerResult(LaboratoryResult):
    """One subset of T cells, or one cytokine."""

    form = models.ForeignKey(ImmuneMarkers, on_delete=models.PROTECT, related_name="+")

    class Meta(LaboratoryResult.Meta):
        pass
