"""What is stored of the history of the psoriasis."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_data import FormData
from audit.tracking import audited


class PsoriasisType(models.TextChoices):
    """The leading form. Psoriasis vulgaris is plaque psoriasis."""

    PLAQUE = "plaque", _("Plaque (vulgaris)")
    GUTTATE = "guttate", _("Guttate")
    INVERSE = "inverse", _("Inverse")
    PUSTULAR = "pustular", _("Pustular")
    ERYTHRODERMIC = "erythrodermic", _("Erythrodermic")
    OTHER = "other", _("Other")


@audited
class PsoriasisHistory(FormData):
    """Type, diagnosis and the two features that criteria ask for."""

    psoriasis_type = models.CharField(_("type of psoriasis"), max_length=20, choices=PsoriasisType.choices, blank=True)
    other_type = models.CharField(_("which other type?"), max_length=100, blank=True)
    psoriasis_diagnosed_on = models.DateField(_("diagnosis of psoriasis"), null=True, blank=True)
    is_face_only = models.CharField(
        _("is the psoriasis limited to the face?"), max_length=1, choices=YesNo.choices, blank=True
    )
    is_drug_induced = models.CharField(
        _("is the psoriasis induced by a drug?"), max_length=1, choices=YesNo.choices, blank=True
    )

    class Meta(FormData.Meta):
        verbose_name = _("history of psoriasis")
