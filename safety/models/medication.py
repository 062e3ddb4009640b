"""Medication that a subject takes beside the product of the trial."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.fields import PartialDay
from patients.medication_codes import Frequency, Route, TreatmentKind
from patients.models import Subject
from patients.models.scoping import OfSubject


@audited
class ConcomitantMedication(models.Model):
    """One medicine or other therapy given during the trial, for one reason (CDISC CM).

    Days may be partial; `started_on` and `ended_on` are the first and the last day that they can be. `treatment_kind`
    says to which wash-out rules of the protocol it belongs. `version` counts the saved states.
    """

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="medications", verbose_name=_("subject")
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    name = models.CharField(_("medication"), max_length=200, help_text=_("As on the package; generic name if known."))
    indication = models.CharField(_("given for"), max_length=200)
    treatment_kind = models.CharField(_("kind of treatment"), max_length=20, choices=TreatmentKind.choices)
    dose = models.CharField(_("dose"), max_length=60, blank=True, help_text=_("With its unit, as in 500 mg."))
    route = models.CharField(_("route"), max_length=30, choices=Route.choices, blank=True)
    frequency = models.CharField(_("how often"), max_length=20, choices=Frequency.choices, blank=True)
    started = PartialDay(_("from"), help_text=_("A day, or a month or year if no more is known."))
    ended = PartialDay(_("until"), help_text=_("Empty while it is taken."))
    started_on = models.DateField(_("first day it can have begun"), editable=False)
    ended_on = models.DateField(_("last day it can have ended"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("concomitant medication")
        ordering = ("subject", "number")
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="safety_medication_number_once"),
            models.CheckConstraint(
                name="safety_medication_is_named",
                condition=Q(name__regex=r"\S", indication__regex=r"\S") & ~Q(started=""),
            ),
            models.CheckConstraint(
                name="safety_medication_known_codes",
                condition=Q(
                    treatment_kind__in=TreatmentKind.values,
                    route__in=["", *Route.values],
                    frequency__in=["", *Frequency.values],
                ),
            ),
            models.CheckConstraint(
                name="safety_medication_ends_after_start",
                condition=Q(ended="", ended_on=None)
                | (~Q(ended="") & Q(ended_on__isnull=False, ended_on__gte=F("started_on"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} CM {self.number}"
