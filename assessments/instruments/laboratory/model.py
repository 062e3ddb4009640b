"""What is stored of a laboratory report: the values that criteria ask for, with the limits printed on the report.

The bounds exclude what cannot be in somebody who comes to a visit, and most values in a wrong unit (defaults); they are
no reference ranges. Units are those of the criteria: haemoglobin in g/L, calcium in mmol/L, cells in 10^9/L.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedDecimal
from assessments.form_data import FormData
from audit.tracking import audited


@audited
class Laboratory(FormData):
    """One blood sample. A limit is the laboratory's own for this subject, so it may depend on sex and age."""

    sampled_on = models.DateField(_("sample taken"), null=True, blank=True)

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

    class Meta(FormData.Meta):
        verbose_name = _("laboratory")
        constraints = [
            *FormData.Meta.constraints,
            models.CheckConstraint(
                name="laboratory_haemoglobin_limits_in_order",
                condition=Q(haemoglobin_lln_g_l=None)
                | Q(haemoglobin_uln_g_l=None)
                | Q(haemoglobin_lln_g_l__lt=F("haemoglobin_uln_g_l")),
                violation_error_message=_("The lower limit of haemoglobin must be below the upper."),
            ),
        ]
