"""What one person was told: an entry of the inbox."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.mail import Mail
from trials.models import Site, Trial


class Reminder(models.Model):
    """One thing that one person is told once: one stage of one matter, on one occasion.

    `kind` names what writes the words (`notifications.kinds`), from `facts`: numbers, codes and days, never what could
    identify a subject. `topic` is the matter, such as `visit:17`; `occasion` tells a new turn of the same stage from
    the one before, such as the day on which the window opens. The database guards that a person is told once of each.
    What no longer holds is withdrawn, not deleted; it comes back when it holds again, without a second mail. A reminder
    is no record of the trial and is not audited.
    """

    kind = models.CharField(_("kind"), max_length=40)
    topic = models.CharField(_("matter"), max_length=80)
    stage = models.CharField(_("stage"), max_length=20)
    occasion = models.CharField(_("occasion"), max_length=40, blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminders", verbose_name=_("recipient")
    )
    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="reminders", verbose_name=_("trial"))
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="reminders", null=True, blank=True, verbose_name=_("site")
    )
    facts = models.JSONField(_("facts"), default=dict)
    is_late = models.BooleanField(_("late"), default=False)
    told_at = models.DateTimeField(_("told at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    mail = models.ForeignKey(
        Mail, on_delete=models.SET_NULL, related_name="reminders", null=True, blank=True, verbose_name=_("mail")
    )

    class Meta:
        verbose_name = _("reminder")
        ordering = ("-told_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "topic", "stage", "occasion"], name="notifications_told_once"),
            models.CheckConstraint(
                name="notifications_reminder_is_named", condition=~(Q(kind="") | Q(topic="") | Q(stage=""))
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-told_at"], condition=Q(withdrawn_at=None), name="notifications_inbox"),
            models.Index(fields=["kind"], condition=Q(withdrawn_at=None), name="notifications_standing"),
            models.Index(
                fields=["recipient"], condition=Q(withdrawn_at=None, mail=None), name="notifications_not_mailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.topic} {self.stage}"
