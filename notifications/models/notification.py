"""A message to one person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    """One message to one person, in that person's language; `dedupe_key` is what makes it be sent once.

    `kind` is a word of the app that announced it. `attempts` counts tries to send it, the successful one included.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=40)
    dedupe_key = models.CharField(_("told once per"), max_length=200, unique=True)
    subject = models.CharField(_("subject line"), max_length=300)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("notification")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(name="notifications_has_dedupe_key", condition=~Q(dedupe_key="")),
            models.CheckConstraint(
                name="notifications_sent_in_some_attempt", condition=Q(sent_at=None) | Q(attempts__gte=1)
            ),
        ]
        indexes = [
            models.Index(fields=["attempts", "created_at"], condition=Q(sent_at=None), name="notifications_pending")
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
