"""What belongs to one event: changes of its grade, and the medication given against it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from safety.models.event import AdverseEvent
from safety.models.medication import ConcomitantMedication
from safety.terms import Grade


@audited
class GradeChange(models.Model):
    """From this day on the event had another grade. The event itself holds the worst one (CTCAE version 5.0)."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="grade_changes")
    changed_on = models.DateField(_("from"))
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices)

    class Meta:
        verbose_name = _("change of grade")
        ordering = ("event", "changed_on")
        constraints = [
            models.UniqueConstraint(fields=["event", "changed_on"], name="safety_one_grade_a_day"),
            models.CheckConstraint(name="safety_grade_change_known", condition=Q(grade__in=Grade.values)),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.changed_on} {self.grade}"


@audited
class EventTreatment(models.Model):
    """This medication was given against this event; both belong to the same subject."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.CASCADE, related_name="+")
    medication = models.ForeignKey(ConcomitantMedication, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("medication against an event")
        constraints = [models.UniqueConstraint(fields=["event", "medication"], name="safety_treatment_once")]

    def __str__(self) -> str:
        return f"{self.event}: {self.medication}"
