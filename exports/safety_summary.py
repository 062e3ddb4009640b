"""The safety summary for the data monitoring committee as it is handed out, and the record of it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.context import acting
from exports.models import SAFETY_SUMMARY, ExportRecord
from safety.printed.dmc import dmc_pdf
from safety.selectors.reports import sites_in_summary, summary_of
from trials.models import Trial


@dataclass(frozen=True)
class SafetySummary:
    """A finished PDF and the record that it was handed out."""

    content: bytes
    file_name: str
    record: ExportRecord


@transaction.atomic
def make_safety_summary(*, trial: Trial, by: User) -> SafetySummary:
    """Incidence, serious events and stopping rules as they stand now, in the reader's language."""
    made_at = timezone.now().astimezone(UTC)
    summary = summary_of(trial, by)
    content = dmc_pdf(summary, made_at)
    digest = hashlib.sha256(content).hexdigest()
    record = ExportRecord(
        trial=trial,
        site_codes=sites_in_summary(trial, by),
        made_by=by,
        made_at=made_at,
        sha256=digest,
        tables={SAFETY_SUMMARY: {"rows": len(summary.serious), "sha256": digest}},
    )
    with acting(by=by):
        record.save(force_insert=True)
    return SafetySummary(content, f"{trial.registration}_{made_at:%Y%m%dT%H%M%SZ}_{SAFETY_SUMMARY}", record)
