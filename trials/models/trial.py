"""The trial and the versions of its protocol."""

from zoneinfo import ZoneInfo

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from trials.models.time_zones import validate_time_zone


@audited
class Trial(models.Model):
    """One clinical trial, known by its registration number."""

    registration = models.CharField(_("registration number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=300)
    short_title = models.CharField(_("short title"), max_length=80)
    enrolment_target = models.PositiveIntegerField(
        _("enrolment target"), null=True, blank=True, help_text=_("Empty: as many subjects as the protocol plans.")
    )
    sponsor_time_zone = models.CharField(
        _("time zone of the sponsor"),
        max_length=60,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Days for reports to authorities are counted there. Empty: as at the first site (default)."),
    )

    class Meta:
        verbose_name = _("trial")
        ordering = ("registration",)

    def __str__(self) -> str:
        return self.registration

    @property
    def sponsor_zone(self) -> ZoneInfo:
        """Where the sponsor's calendar days are counted: one statement where it is not named."""
        if self.sponsor_time_zone:
            return ZoneInfo(self.sponsor_time_zone)
        first = self.sites.order_by("code").values_list("time_zone", flat=True).first()
        return ZoneInfo(first or "UTC")


@audited
class ProtocolVersion(models.Model):
    """One version of a trial's protocol, stored as it was reviewed: the TOML files and their hash.

    The files of a stored version are never changed; an amendment is a new version.
    """

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="protocol_versions")
    version = models.CharField(_("version"), max_length=20)
    content_hash = models.CharField(_("content hash"), max_length=64)
    files = models.JSONField(_("files"))
    loaded_at = models.DateTimeField(_("loaded at"), default=timezone.now)

    class Meta:
        verbose_name = _("protocol version")
        ordering = ("trial", "loaded_at")
        constraints = [models.UniqueConstraint(fields=["trial", "version"], name="trials_protocol_version_once")]
        triggers = [
            pgtrigger.ReadOnly(name="protocol_content_is_frozen", fields=["trial", "version", "content_hash", "files"]),
            pgtrigger.Protect(name="protocol_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.trial.registration} v{self.version}"
