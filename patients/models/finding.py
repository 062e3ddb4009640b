"""The hinge between forms and everything that reads results: one row per subject, visit and test."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import OfSubject
from patients.models.subject import Subject
from patients.models.visit import Visit


@audited
class Finding(models.Model):
    """One result (the Findings class of CDISC SDTM). Instruments publish here in the transaction that stores the form;
    eligibility and endpoints read here and never reach into form tables."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="findings")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    test_code = models.CharField(_("test"), max_length=60)
    number = models.DecimalField(_("number"), max_digits=18, decimal_places=4, null=True, blank=True)
    yes_no = models.BooleanField(_("yes or no"), null=True, blank=True)
    text = models.CharField(_("text"), max_length=200, null=True, blank=True)  # noqa: DJ001 - null: not of this kind
    day = models.DateField(_("day"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    collected_on = models.DateField(_("collected on"))
    source_form = models.CharField(_("form"), max_length=40)
    repeat_key = models.CharField(_("repeat"), max_length=40, blank=True)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("finding")
        ordering = ("subject", "test_code", "collected_on")
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "source_form", "repeat_key", "test_code"], name="patients_finding_once"
            ),
            models.CheckConstraint(
                name="patients_finding_has_one_value",
                condition=Q(number__isnull=False, yes_no=None, text=None, day=None)
                | Q(number=None, yes_no__isnull=False, text=None, day=None)
                | Q(number=None, yes_no=None, text__isnull=False, day=None)
                | Q(number=None, yes_no=None, text=None, day__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["subject", "test_code", "-collected_on"], name="patients_finding_latest")]

    def __str__(self) -> str:
        return f"{self.subject} {self.test_code} {self.value}"

    @property
    def value(self) -> Decimal | bool | str | date | None:
        """The result, of whichever kind it is."""
        kinds = (self.number, self.yes_no, self.text, self.day)
        return next((value for value in kinds if value is not None), None)
