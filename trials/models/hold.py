"""Stops of enrolment."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from trials.models.site import Site
from trials.models.trial import Trial


@audited
class EnrolmentHold(models.Model):
    """Nobody is enrolled at the site, or at any site of the trial, until the hold is lifted. Screening goes on."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="enrolment_holds")
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="enrolment_holds", null=True, blank=True, verbose_name=_("site")
    )
    reason = models.CharField(_("reason"), max_length=200)
    placed_at = models.DateTimeField(_("stopped at"), default=timezone.now)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("stopped by")
    )
    lifted_at = models.DateTimeField(_("reopened at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reopened by"),
    )

    class Meta:
        verbose_name = _("stop of enrolment")
        ordering = ("-placed_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "site"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="trials_hold_once_at_a_time",
                violation_error_message=_("Enrolment is stopped there already."),
            ),
            models.CheckConstraint(
                name="trials_hold_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site or self.trial} {self.placed_at:%Y-%m-%d}"

    def clean(self) -> None:
        if self.site is not None and self.site.trial_id != self.trial_id:
            raise ValidationError({"site": _("This site belongs to another trial.")})
