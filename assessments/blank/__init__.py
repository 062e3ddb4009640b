"""Blank forms to fill in by hand: the spec as neutral blocks, which a page and a PDF both show."""

from assessments.blank.blocks import BlankForm
from assessments.blank.build import blank_form
from assessments.blank.pdf import pdf_of
from assessments.blank.schedule import (
    VISIT_UNKNOWN,
    BlankVisit,
    blank_visit,
    casebook,
    form_of,
    visits_of,
    wanted_version,
)
from assessments.blank.words import sheet_words

__all__ = [
    "VISIT_UNKNOWN",
    "BlankForm",
    "BlankVisit",
    "blank_form",
    "blank_visit",
    "casebook",
    "form_of",
    "pdf_of",
    "sheet_words",
    "visits_of",
    "wanted_version",
]
