"""What a person does not want by mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SAFETY = "safety_"
"""Beginning of the codes of kinds that nobody can do without."""


class MutedKind(models.Model):
    """A person does not want this kind of reminder by mail; it still stands in the inbox. Safety cannot be muted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="muted_kinds")
    kind = models.CharField(_("kind"), max_length=40)

    class Meta:
        verbose_name = _("kind not wanted by mail")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notifications_muted_once"),
            models.CheckConstraint(name="notifications_safety_is_told", condition=~Q(kind__startswith=SAFETY)),
        ]

    def __str__(self) -> str:
        return self.kind
