"""The register of product lots: registering, correcting, releasing, rejecting, recalling."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from trials.models import LotStatus, ProductLot, Trial
from trials.policies import lot_may_be_released, lot_may_become

LOT_VALUES = tuple(
    field.name for field in ProductLot._meta.concrete_fields if field.editable and field.name not in ("id", "trial")
)
"""What people enter of a lot, in the order of the model."""


@transaction.atomic
def register_lot(*, trial: Trial, values: Mapping[str, Any], by: User) -> ProductLot:
    """A new lot in quarantine; `values` by field name (`LOT_VALUES`).

    Raises ValidationError, by field where one is concerned, for a value that is missing or impossible, a number that
    the trial has already, and a lot that would expire before it was made.
    """
    lot = ProductLot(trial=trial)
    _enter(lot, values)
    with acting(by=by):
        lot.save(force_insert=True)
    return lot


@transaction.atomic
def correct_lot(*, lot: ProductLot, values: Mapping[str, Any], seen_version: int, reason: str, by: User) -> ProductLot:
    """Store the values that differ from the stored ones, for a reason; values not named stay as they are.

    Raises ValidationError as `register_lot` does, and without a reason, without a change, when somebody else has
    changed the lot since `seen_version`, and for a value with which a released lot could not have been released.
    """
    stored = _locked(lot, seen_version)
    before = {name: getattr(stored, name) for name in LOT_VALUES}
    _enter(stored, values)
    changed = [name for name in LOT_VALUES if getattr(stored, name) != before[name]]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    _save(stored, changed, reason=reason, by=by)
    return stored


@transaction.atomic
def release_lot(
    *,
    lot: ProductLot,
    released_on: date,
    released_by_name: str,
    seen_version: int,
    reason: str = "Lot released",
    by: User,
) -> ProductLot:
    """The lot may be given from `released_on` on; `released_by_name` is the qualified person on the certificate.

    Raises NotAllowedNow when the lot is not in quarantine or something stands against its release, and ValidationError
    for a day to come, before the manufacture or after the expiry, without the name, and when somebody else has changed
    the lot since `seen_version`.
    """
    stored = _locked(lot, seen_version)
    lot_may_be_released(stored)
    if released_on > stored.today():
        raise ValidationError({"released_on": _("This day is still to come.")})
    if not released_by_name.strip():
        raise ValidationError({"released_by_name": _("Name the person who released the lot.")})
    stored.status, stored.released_on = LotStatus.RELEASED, released_on
    stored.released_by_name = released_by_name.strip()
    _save(stored, ["status", "released_on", "released_by_name"], reason=reason, by=by)
    return stored


@transaction.atomic
def reject_lot(*, lot: ProductLot, reason: str, by: User) -> ProductLot:
    """The lot is never given; the reason is kept.

    Raises NotAllowedNow when it is not in quarantine and ValidationError without a reason.
    """
    stored = _locked(lot)
    lot_may_become(stored, LotStatus.REJECTED)
    stored.status = LotStatus.REJECTED
    _save(stored, ["status"], reason=reason, by=by)
    return stored


@transaction.atomic
def recall_lot(*, lot: ProductLot, reason: str, by: User) -> ProductLot:
    """From this moment on the lot is not given any more; the reason is kept, and who received it stays known.

    Raises NotAllowedNow when it is not released and ValidationError without a reason.
    """
    stored = _locked(lot)
    lot_may_become(stored, LotStatus.RECALLED)
    stored.status, stored.recalled_at = LotStatus.RECALLED, timezone.now()
    _save(stored, ["status", "recalled_at"], reason=reason, by=by)
    return stored


def _locked(lot: ProductLot, seen_version: int | None = None) -> ProductLot:
    """The lot as it is stored now, locked until the transaction ends."""
    stored = ProductLot.objects.select_for_update(of=("self",)).select_related("trial").get(pk=lot.pk)
    if seen_version is not None and stored.row_version != seen_version:
        raise ValidationError(
            _("Somebody else has changed this lot since you opened it. Check the values and save again.")
        )
    return stored


def _enter(lot: ProductLot, values: Mapping[str, Any]) -> None:
    unknown = values.keys() - set(LOT_VALUES)
    if unknown:
        raise TypeError(f"not a value of a lot that is entered: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(lot, name, value)
    lot.full_clean()


def _save(lot: ProductLot, changed: list[str], *, reason: str, by: User) -> None:
    why = stated(reason)
    lot.row_version += 1
    lot.full_clean()
    with acting(by=by, reason=why):
        lot.save(update_fields=[*changed, "row_version"])
