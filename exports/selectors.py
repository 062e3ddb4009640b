"""What the page of exports reads."""

from django.db.models import QuerySet

from exports.models import ExportRecord
from trials.models import Trial


def exports_of(trial: Trial) -> QuerySet[ExportRecord]:
    """Every export of the trial, newest first, with the person who made it; the page's permission guards it."""
    return ExportRecord.objects.filter(trial=trial).select_related("made_by")
