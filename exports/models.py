"""What was handed out: one row for every export that was made."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from trials.models import Trial

LINE_LISTING = "adverse_event_listing.csv"
SAFETY_SUMMARY = "safety_summary.pdf"


@audited
class ExportRecord(models.Model):
    """One export: who took which data out of the system, and the checksums by which the files can be recognised.

    The files themselves are not kept. `tables` holds `rows` and `sha256` of every data file by name, `sha256` is the
    whole zip's; `site_codes` names the sites whose subjects are in it. A record is never changed or removed.
    """

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="exports", verbose_name=_("trial"))
    site_codes = models.JSONField(_("sites"), default=list, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    sha256 = models.CharField(_("SHA-256 of the zip"), max_length=64)
    tables = models.JSONField(_("tables"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-made_at", "-pk")
        constraints = [
            models.CheckConstraint(name="exports_record_has_a_checksum", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]
        indexes = [models.Index(fields=["trial", "-made_at", "-id"], name="exports_record_newest")]
        triggers = [
            pgtrigger.Protect(name="export_record_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.trial} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_zip(self) -> bool:
        """Whether it was an export of all tables; what is handed out for safety is a single file."""
        return not (self.is_line_listing or self.is_safety_summary)

    @property
    def is_line_listing(self) -> bool:
        """Whether it was the line listing of adverse events."""
        return LINE_LISTING in self.tables

    @property
    def is_safety_summary(self) -> bool:
        """Whether it was the safety summary for the monitoring committee; its rows are the serious events in it."""
        return SAFETY_SUMMARY in self.tables

    @property
    def rows(self) -> int:
        """Rows of all data files together, without their header lines."""
        return sum(table["rows"] for table in self.tables.values())
