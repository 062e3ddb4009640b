"""Where a trial treats its subjects."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from clinical.reminder_stages import MONDAY_TO_FRIDAY, WorkingDays
from trials.models.time_zones import validate_time_zone
from trials.models.trial import Trial


def monday_to_friday() -> list[int]:
    """The working days of a site that has given none (default)."""
    return sorted(MONDAY_TO_FRIDAY)


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

    working_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("working days"),
        default=monday_to_friday,
        help_text=_("ISO weekdays: 1 is Monday, 7 is Sunday."),
    )
    days_off = ArrayField(models.DateField(), verbose_name=_("days off"), default=list, blank=True)
    days_version = models.PositiveIntegerField(_("version of the working days"), default=1, editable=False)

    class Meta:
        verbose_name = _("site")
        ordering = ("trial", "code")
        constraints = [
            models.UniqueConstraint(fields=["trial", "code"], name="trials_site_code_once"),
            models.CheckConstraint(name="trials_site_works_some_day", condition=Q(working_days__len__gte=1)),
            models.CheckConstraint(
                name="trials_site_works_on_weekdays", condition=Q(working_days__contained_by=list(range(1, 8)))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def calendar(self) -> WorkingDays:
        """The days on which somebody at the site reads reminders."""
        return WorkingDays(frozenset(self.working_days), frozenset(self.days_off))

    def today(self, now: datetime | None = None) -> date:
        """The calendar day at the site."""
        return timezone.localtime(now or timezone.now(), self.zone).date()
