"""Addresses under which a calendar program may read the visits of a site."""

from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import ScopedQuerySet
from trials.models import Site


@audited
class CalendarFeed(models.Model):
    """One person's secret address for the visits of one site. Only a digest of the secret is kept."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="calendar_feeds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds")
    token_digest = models.CharField(_("digest of the secret"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("made at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.site} {self.user}"

    @staticmethod
    def digest_of(token: str) -> str:
        """What is kept of a secret: enough to recognise it, too little to make it again."""
        return sha256(token.encode()).hexdigest()
