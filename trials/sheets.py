"""Writing information sheets. What may still be corrected depends on who signed: see patients.services.sheets."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from accounts.models import User
from audit.context import acting
from trials.models import ConsentLanguage, InformationSheet, ProtocolVersion, Trial


@transaction.atomic
def add_sheet(
    *,
    trial: Trial,
    version: str,
    languages: Sequence[str],
    valid_from: date,
    valid_until: date | None = None,
    must_be_signed_again: bool = False,
    protocol_version: ProtocolVersion | None = None,
    by: User,
) -> InformationSheet:
    """A version of the information sheet that may be signed from `valid_from` to `valid_until`, both included.

    Raises ValidationError, by field, for a version the trial has already, no or an unknown language, a last day before
    the first one, or a protocol version of another trial.
    """
    sheet = InformationSheet(
        trial=trial,
        version=version.strip(),
        languages=in_order(languages),
        valid_from=valid_from,
        valid_until=valid_until,
        must_be_signed_again=must_be_signed_again,
        protocol_version=protocol_version,
    )
    sheet.full_clean()
    with acting(by=by, reason="Information sheet added"):
        sheet.save(force_insert=True)
    return sheet


def in_order(languages: Sequence[str]) -> list[str]:
    """Each language once, in the order in which they are declared; unknown ones at the end."""
    known = [code for code in ConsentLanguage.values if code in languages]
    return known + sorted(set(languages) - set(known))
