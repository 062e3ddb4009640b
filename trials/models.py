"""Trial, ProtocolVersion, Site and Delegation."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import ROLES, Role
from audit.tracking import audited


def validate_time_zone(name: str) -> None:
    """Accept names of the IANA time zone database only."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone such as Asia/Shanghai."), params={"name": name})


@audited
class Trial(models.Model):
    """One clinical trial, known by its registration number."""

    registration = models.CharField(_("registration number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=300)
    short_title = models.CharField(_("short title"), max_length=80)

    class Meta:
        verbose_name = _("trial")
        ordering = ("registration",)

    def __str__(self) -> str:
        return self.registration


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
    subjects_registered = models.PositiveIntegerField(_("subjects registered"), default=0, editable=False)

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


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self, at: datetime | None = None) -> "DelegationQuerySet":
        """Delegations that hold at this moment: from `starts_at` on, until before `ends_at`."""
        at = at or timezone.now()
        return self.filter(Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at)), user__is_active=True)


@audited
class Delegation(models.Model):
    """The delegation log: this person works in this role at this site, or at every site of the trial, from when to
    when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="delegations")
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        related_name="delegations",
        null=True,
        blank=True,
        verbose_name=_("site"),
        help_text=_("Empty: every site of the trial, also those that open later."),
    )
    role_code = models.CharField(_("role"), max_length=30, choices=[(code, role.name) for code, role in ROLES.items()])
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        ordering = ("trial", "site", "role_code", "starts_at")
        constraints = [
            models.CheckConstraint(
                name="trials_delegation_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end must be after the start."),
            ),
            # NULLS NOT DISTINCT: a role for every site of the trial (no site) is given once as well.
            models.UniqueConstraint(
                fields=["user", "trial", "role_code", "site"],
                condition=Q(ends_at=None),
                nulls_distinct=False,
                name="trials_delegation_open_once",
                violation_error_message=_("This person already holds this role there."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="delegation_is_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user} {self.role_code} {self.site or self.trial}"

    @property
    def role(self) -> Role:
        return ROLES[self.role_code]

    def clean(self) -> None:
        if self.site is not None and self.site.trial_id != self.trial_id:
            raise ValidationError({"site": _("This site belongs to another trial.")})

    def holds(self, at: datetime | None = None) -> bool:
        """Whether the delegation is in force at this moment."""
        at = at or timezone.now()
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)
