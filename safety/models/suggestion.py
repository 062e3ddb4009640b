"""What was decided about an event that the record suggests."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models import Subject
from patients.models.scoping import OfSubject
from safety.models.event import AdverseEvent


@audited
class SuggestionDecision(models.Model):
    """A graded laboratory result or a ticked reaction suggests an event; a person took it up or turned it down.

    `source` names the finding that suggests it, as in `laboratory:71:ALT:2`: a result that changes suggests anew.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="event_suggestions")
    source = models.CharField(_("suggested by"), max_length=120)
    event = models.ForeignKey(
        AdverseEvent, on_delete=models.PROTECT, related_name="suggested_by", null=True, blank=True
    )
    reason = models.CharField(_("why it is no event"), max_length=300, blank=True)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("decision on a suggested event")
        constraints = [
            models.UniqueConstraint(fields=["subject", "source"], name="safety_suggestion_decided_once"),
            models.CheckConstraint(
                name="safety_suggestion_taken_up_or_turned_down",
                condition=Q(event__isnull=False, reason="") | Q(event=None, reason__regex=r"\S"),
            ),
        ]

    def __str__(self) -> str:
        return self.source
