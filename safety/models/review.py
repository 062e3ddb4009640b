"""The safety monitor's mark on an event."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from safety.models.event import AdverseEvent


@audited
class EventReview(models.Model):
    """One person has reviewed the event as it was in this version; a later version shows as changed since."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    event_version = models.PositiveIntegerField(_("version of the event"))
    note = models.TextField(_("note"), blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), default=timezone.now)

    class Meta:
        verbose_name = _("review of an event")
        ordering = ("reviewed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "reviewer", "event_version"], name="safety_event_reviewed_once_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} v{self.event_version}, {self.reviewer}"
