"""Informed consent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import OfSubject
from patients.models.subject import Subject


class ConsentLanguage(models.TextChoices):
    """Languages of the information sheet."""

    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")


@audited
class InformedConsent(models.Model):
    """A subject's signature under one version of the information sheet (CDISC DS, protocol milestone)."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="consents")
    signed_on = models.DateField(_("signed on"))
    sheet_version = models.CharField(_("version of the information sheet"), max_length=40)
    language = models.CharField(_("language of the sheet"), max_length=5, choices=ConsentLanguage.choices)
    obtained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("obtained by")
    )

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("informed consent")
        ordering = ("signed_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=["subject", "sheet_version"], name="patients_consent_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.signed_on}"
