"""When something may happen, as opposed to who may do it (permissions)."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from accounts.roles import ROLES, roles_with
from clinical.numbers import plain
from trials.models import (
    LOT_TRANSITIONS,
    CultureTest,
    LotStatus,
    ProductLot,
    Site,
    Storage,
    Trial,
    VisualInspection,
)
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


def lot_may_become(lot: ProductLot, status: LotStatus) -> None:
    """A lot goes from quarantine to released or rejected, and from released to recalled; nowhere else."""
    if status not in LOT_TRANSITIONS[LotStatus(lot.status)]:
        raise NotAllowedNow(
            _("Lot %(lot)s is %(now)s. It cannot become %(wanted)s.")
            % {
                "lot": lot.lot_number,
                "now": lot.get_status_display().lower(),
                "wanted": str(status.label).lower(),
            }
        )


def lot_may_be_released(lot: ProductLot) -> None:
    """Only a lot in quarantine against which nothing stands is released."""
    lot_may_become(lot, LotStatus.RELEASED)
    found = release_objections(lot)
    if found:
        raise NotAllowedNow(" ".join(found))


def release_objections(lot: ProductLot) -> list[str]:
    """What stands against releasing the lot, in sentences.

    Sterility and mycoplasma must be known to be negative before a cryopreserved lot is released. A fresh one may be
    released while they are pending, because it would expire before the cultures end (default).
    """
    found = []
    if not lot.certificate_reference:
        found.append(_("The certificate of analysis is missing."))
    for name, result in ((_("Sterility"), lot.sterility), (_("Mycoplasma"), lot.mycoplasma)):
        if result == CultureTest.POSITIVE:
            found.append(_("%(test)s is positive.") % {"test": name})
        elif result == CultureTest.PENDING and lot.storage == Storage.CRYOPRESERVED:
            found.append(_("%(test)s is still pending.") % {"test": name})
    if lot.visual_inspection == VisualInspection.DOES_NOT_CONFORM:
        found.append(_("The visual inspection does not conform."))
    if lot.minimum_viability_percent is not None:
        if lot.viability_percent is None:
            found.append(_("The viability is missing."))
        elif lot.viability_percent < lot.minimum_viability_percent:
            found.append(
                _("The viability is %(found)s %%; %(needed)s %% are needed.")
                % {"found": plain(lot.viability_percent), "needed": plain(lot.minimum_viability_percent)}
            )
    return found


def _refuse(message: str, permission: Permission) -> NoReturn:
    names = ", ".join(str(ROLES[code].name) for code in roles_with(permission))
    raise NotAllowedNow(message + " " + _("Who can change this: %(roles)s.") % {"roles": names})
