"""Delegating roles and ending delegations."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.context import acting, stated
from trials.models import Delegation, Site, Trial


@transaction.atomic
def delegate(
    *, user: User, trial: Trial, role: Role, site: Site | None, by: User, starts_at: datetime | None = None
) -> Delegation:
    """Give the person the role at the site, or at every site when `site` is None.

    Raises ValidationError when the person already holds the role there, when it is not the site of this trial, or when
    people delegate to themselves: an administrator must not become a coordinator alone (segregation of duties).
    """
    delegation = Delegation(
        user=user, trial=trial, role_code=role.code, site=site, starts_at=starts_at or timezone.now()
    )
    delegation.full_clean()
    if user == by:
        raise ValidationError(_("Nobody delegates a role to themselves; ask another administrator."))
    with acting(by=by, reason="Role delegated"):
        delegation.save(force_insert=True)
    return delegation


@transaction.atomic
def end_delegation(*, delegation: Delegation, reason: str, by: User) -> None:
    """End the delegation at this moment: the person's access ends with it."""
    if not delegation.holds():
        raise ValidationError(_("This delegation has already ended."))
    delegation.ends_at = timezone.now()
    with acting(by=by, reason=stated(reason)):
        delegation.save(update_fields=["ends_at"])
