"""Informed consent, and what becomes of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import OfSubject
from patients.models.subject import Subject
from trials.models import ConsentLanguage


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

    row_version = models.PositiveIntegerField(_("version of the row"), default=1, editable=False)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("informed consent")
        ordering = ("signed_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=["subject", "sheet_version"], name="patients_consent_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.signed_on}"


class WithdrawalScope(models.TextChoices):
    """What a subject withdraws from; each includes the ones before it."""

    TREATMENT = "treatment", _("Treatment only")
    FOLLOW_UP = "follow_up", _("Treatment and follow-up")
    DATA_USE = "data_use", _("Treatment, follow-up and further use of the data")


@audited
class ConsentWithdrawal(models.Model):
    """A subject's withdrawal of consent (CDISC DS). What was recorded before stays (ICH E6(R3), 21 CFR 312.62)."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="withdrawals")
    scope = models.CharField(_("withdrawn from"), max_length=10, choices=WithdrawalScope.choices)
    withdrawn_on = models.DateField(_("withdrawn on"))
    reason = models.CharField(_("reason, as far as the subject gave one"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("withdrawal of consent")
        ordering = ("withdrawn_on", "pk")
        constraints = [models.UniqueConstraint(fields=["subject", "scope"], name="patients_withdrawal_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.scope} {self.withdrawn_on}"
