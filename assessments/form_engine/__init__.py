"""The one adapter between a spec and Django: spec -> form class -> values -> errors; spec -> lines of the review
page."""

from assessments.form_engine.entry import ADD_PREFIX, EntryForm, form_class
from assessments.form_engine.items import MISSING_PREFIX
from assessments.form_engine.lines import RowEntryForm
from assessments.form_engine.review import (
    NO_VALUE,
    Difference,
    ReviewGroup,
    ReviewRow,
    ReviewTable,
    StoredRows,
    differences,
    display,
    reason_in_words,
    review_groups,
)

__all__ = [
    "ADD_PREFIX",
    "MISSING_PREFIX",
    "NO_VALUE",
    "Difference",
    "EntryForm",
    "ReviewGroup",
    "ReviewRow",
    "ReviewTable",
    "RowEntryForm",
    "StoredRows",
    "differences",
    "display",
    "form_class",
    "reason_in_words",
    "review_groups",
]
