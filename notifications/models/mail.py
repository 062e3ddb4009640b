"""Mail to one person: the reminders of a day together, or one that cannot wait."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """One mail to one person; `key` is what makes it be sent once, such as `digest:2026-05-20`.

    Subject line and text are written when it is sent and kept as they went out. `attempts` counts tries, the successful
    one included.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mails", verbose_name=_("recipient")
    )
    key = models.CharField(_("sent once per"), max_length=120)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    send_after = models.DateTimeField(_("not before"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    subject = models.CharField(_("subject line"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("mail")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notifications_mail_once"),
            models.CheckConstraint(name="notifications_mail_has_key", condition=~Q(key="")),
            models.CheckConstraint(
                name="notifications_mail_sent_in_some_attempt", condition=Q(sent_at=None) | Q(attempts__gte=1)
            ),
        ]
        indexes = [models.Index(fields=["send_after"], condition=Q(sent_at=None), name="notifications_mail_waiting")]

    def __str__(self) -> str:
        return f"{self.key} #{self.pk}"
