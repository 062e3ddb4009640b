"""Correcting an information sheet: what subjects have signed stays as they signed it."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from patients.models import InformedConsent
from trials.models import InformationSheet, ProtocolVersion
from trials.sheets import in_order


def last_signed_on(sheet: InformationSheet) -> date | None:
    """The last day on which a subject of the trial signed the sheet; None while nobody has."""
    signed = InformedConsent.objects.filter(subject__site__trial=sheet.trial_id, sheet_version=sheet.version)
    return signed.aggregate(last=Max("signed_on"))["last"]


@transaction.atomic
def correct_sheet(
    *,
    sheet: InformationSheet,
    seen_version: int,
    version: str,
    languages: Sequence[str],
    valid_from: date,
    valid_until: date | None,
    must_be_signed_again: bool,
    protocol_version: ProtocolVersion | None,
    reason: str,
    by: User,
) -> InformationSheet:
    """Store the sheet with these values, for a reason; once a subject has signed it, only its last day may change.

    Raises ValidationError, by field, as `trials.sheets.add_sheet` does, and when the sheet was signed, when somebody
    else has changed it since `seen_version`, when nothing differs, or when the reason is missing.
    """
    # Who signs a sheet locks it too, so nobody can sign while it changes.
    stored = InformationSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if stored.row_version != seen_version:
        raise ValidationError(
            _("Somebody else has changed this sheet since you opened it. Check the values and save again.")
        )
    values = {
        "version": version.strip(),
        "languages": in_order(languages),
        "valid_from": valid_from,
        "valid_until": valid_until,
        "must_be_signed_again": must_be_signed_again,
        "protocol_version": protocol_version,
    }
    changed = [name for name, value in values.items() if getattr(stored, name) != value]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    _refuse_change_of_what_was_signed(stored, changed, valid_until)
    for name in changed:
        setattr(stored, name, values[name])
    stored.row_version += 1
    stored.full_clean()
    with acting(by=by, reason=stated(reason)):
        stored.save(update_fields=[*changed, "row_version"])
    return stored


def _refuse_change_of_what_was_signed(stored: InformationSheet, changed: list[str], valid_until: date | None) -> None:
    last = last_signed_on(stored)
    if last is None:
        return
    message = _("Subjects have signed this sheet: only its last day may change. Add a new version instead.")
    fixed = {name: message for name in changed if name != "valid_until"}
    if fixed:
        raise ValidationError(fixed)
    if valid_until is not None and valid_until < last:
        raise ValidationError(
            {"valid_until": _("A subject signed this sheet on %(day)s; it was valid on that day.") % {"day": last}}
        )
