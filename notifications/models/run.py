"""When background work last ran."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LastRun(models.Model):
    """When one piece of background work last ran to its end, and what it found; one row each.

    `ran_at` is the moment it looked at. A sweep that looks at an earlier moment than the last one changes nothing.
    """

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    ran_at = models.DateTimeField(_("last at"))
    told = models.PositiveIntegerField(_("told"), default=0)
    withdrawn = models.PositiveIntegerField(_("withdrawn"), default=0)

    class Meta:
        verbose_name = _("last run")

    def __str__(self) -> str:
        return self.name
