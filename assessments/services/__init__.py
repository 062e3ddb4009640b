"""Writing forms: stored forms and their lines, forms that were not done, drafts of one person."""

from assessments.services.drafts import discard_draft, keep_draft
from assessments.services.entries import Entry, FormConflict
from assessments.services.forms import day_of, mark_not_done, save_form

__all__ = ["Entry", "FormConflict", "day_of", "discard_draft", "keep_draft", "mark_not_done", "save_form"]
