"""Who works where in which role, from when to when."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import ROLES, Role
from audit.tracking import audited
from trials.models.site import Site
from trials.models.trial import Trial


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
