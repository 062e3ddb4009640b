"""When something may happen, as opposed to who may do it (permissions)."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from accounts.roles import ROLES, roles_with
from trials.models import Site, Trial
from trials.selectors import enrolled_in, enrolment_target, open_holds


class NotAllowedNow(Exception):
    """The record is not in a state that allows this; the message says what to do first, in the reader's language."""


def allows(rule: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    """The boolean form of a rule that raises NotAllowedNow."""
    try:
        rule(*args, **kwargs)
    except NotAllowedNow:
        return False
    return True


def enrolment_is_open(trial: Trial, site: Site) -> None:
    """Nobody is enrolled while enrolment is stopped, or beyond the target of the trial and the limit of the site.

    The message says who can change that.
    """
    hold = open_holds(trial).filter(Q(site=None) | Q(site=site)).first()
    if hold is not None:
        _refuse(
            _("Enrolment is stopped at %(where)s: %(reason)s.")
            % {"where": site.name if hold.site_id else trial.registration, "reason": hold.reason.rstrip(".")},
            Permission.STOP_ENROLMENT,
        )
    target = enrolment_target(trial)
    if enrolled_in(trial) >= target:
        _refuse(
            _("The trial has reached its target of %(target)s subjects.") % {"target": target}, Permission.MANAGE_TRIAL
        )
    if site.enrolment_cap is not None and site.subjects_enrolled >= site.enrolment_cap:
        _refuse(
            _("%(site)s has reached its limit of %(cap)s subjects.") % {"site": site.name, "cap": site.enrolment_cap},
            Permission.MANAGE_TRIAL,
        )


def _refuse(message: str, permission: Permission) -> NoReturn:
    names = ", ".join(str(ROLES[code].name) for code in roles_with(permission))
    raise NotAllowedNow(message + " " + _("Who can change this: %(roles)s.") % {"roles": names})
