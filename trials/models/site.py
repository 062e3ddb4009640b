"""Where a trial treats its subjects."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from trials.models.trial import Trial


def validate_time_zone(name: str) -> None:
    """Accept names of the IANA time zone database only."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone such as Asia/Shanghai."), params={"name": name})


@audited
class Site(models.Model):
    """A place where a trial treats its subjects; a hospital that takes part in two trials is a site of each."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="sites")
    code = models.CharField(
        _("code"),
        max_length=10,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+\Z", _("Use letters, digits and hyphens only."))],
        help_text=_("Begins every subject number, as in GZ-001."),
    )
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(
        _("country"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Use the three capital letters of ISO 3166."))],
        help_text=_("ISO 3166 code of three letters, as in CHN."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_time_zone])
    enrolment_cap = models.PositiveIntegerField(
        _("most subjects to enrol"), null=True, blank=True, help_text=_("Empty: the target of the trial is the limit.")
    )
    subjects_registered = models.PositiveIntegerField(_("subjects registered"), default=0, editable=False)
    subjects_enrolled = models.PositiveIntegerField(_("subjects enrolled"), default=0, editable=False)

    class Meta:
        verbose_name = _("site")
        ordering = ("trial", "code")
        constraints = [models.UniqueConstraint(fields=["trial", "code"], name="trials_site_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime | None = None) -> date:
        """The calendar day at the site."""
        return timezone.localtime(now or timezone.now(), self.zone).date()
