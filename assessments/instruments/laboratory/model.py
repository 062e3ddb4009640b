"""What is stored of a laboratory report: one line an analyte; and the columns in which 0.2 kept nine of them.

The retired columns stay as they are, with their bounds: what was recorded is never dropped. Their values stand in the
lines too, where they are corrected.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.fields import BoundedDecimal
from assessments.instruments.laboratory_panel.model import LaboratoryReport, LaboratoryResult
from audit.tracking import audited


@audited
class Laboratory(LaboratoryReport):
    """One blood sample."""

    is_fasting = models.CharField(_("taken fasting?"), max_length=1, choices=YesNo.choices, blank=True)

    calcium_mmol_l = BoundedDecimal(_("serum calcium"), low=0, high=6, decimal_places=2)

    alt_u_l = BoundedDecimal(_("ALT"), low=0, high=20000, decimal_places=1)
    alt_uln_u_l = BoundedDecimal(_("ALT, upper limit of normal"), low=5, high=500, decimal_places=1)
    ast_u_l = BoundedDecimal(_("AST"), low=0, high=20000, decimal_places=1)
    ast_uln_u_l = BoundedDecimal(_("AST, upper limit of normal"), low=5, high=500, decimal_places=1)
    bilirubin_umol_l = BoundedDecimal(_("bilirubin"), low=0, high=1500, decimal_places=1)
    bilirubin_uln_umol_l = BoundedDecimal(_("bilirubin, upper limit of normal"), low=5, high=100, decimal_places=1)

    creatinine_umol_l = BoundedDecimal(_("creatinine"), low=5, high=5000, decimal_places=1)
    creatinine_uln_umol_l = BoundedDecimal(_("creatinine, upper limit of normal"), low=20, high=300, decimal_places=1)
    cystatin_c_mg_l = BoundedDecimal(_("cystatin C"), low=0, high=20, decimal_places=2)
    cystatin_c_uln_mg_l = BoundedDecimal(_("cystatin C, upper limit of normal"), low=0, high=5, decimal_places=2)

    haemoglobin_g_l = BoundedDecimal(_("haemoglobin"), low=20, high=300, decimal_places=1)
    haemoglobin_lln_g_l = BoundedDecimal(_("haemoglobin, lower limit of normal"), low=80, high=200, decimal_places=1)
    haemoglobin_uln_g_l = BoundedDecimal(_("haemoglobin, upper limit of normal"), low=80, high=250, decimal_places=1)
    platelets_10e9_l = BoundedDecimal(_("platelets"), low=0, high=5000, decimal_places=1)
    wbc_10e9_l = BoundedDecimal(_("white blood cells"), low=0, high=1000, decimal_places=2)

    class Meta(LaboratoryReport.Meta):
        verbose_name = _("laboratory")
        constraints = [
            *LaboratoryReport.Meta.constraints,
            models.CheckConstraint(
                name="laboratory_haemoglobin_limits_in_order",
                condition=Q(haemoglobin_lln_g_l=None)
                | Q(haemoglobin_uln_g_l=None)
                | Q(haemoglobin_lln_g_l__lt=F("haemoglobin_uln_g_l")),
                violation_error_message=_("The lower limit of haemoglobin must be below the upper."),
            ),
        ]


@audited
class LaboratoryLine(LaboratoryResult):
    """One analyte."""

    form = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="+")

    class Meta(LaboratoryResult.Meta):
        pass


RETIRED = tuple(field.name for field in Laboratory._meta.local_fields if isinstance(field, BoundedDecimal))
"""The columns of 0.2, one for each value and each limit."""
