"""What is stored of a report of tumour markers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.instruments.laboratory_panel.model import LaboratoryReport, LaboratoryResult
from audit.tracking import audited


@audited
class TumourMarkers(LaboratoryReport):
    """One blood sample."""

    class Meta(LaboratoryReport.Meta):
        verbose_name = _("tumour markers")


@audited
class TumourMarkerResult(LaboratoryResult):
    """One tumour marker."""

    form = models.ForeignKey(TumourMarkers, on_delete=models.PROTECT, related_name="+")

    class Meta(LaboratoryResult.Meta):
        pass
