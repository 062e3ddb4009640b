"""Blank forms as PDF, ready for paper: A4, black and white, tagged for screen readers."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from django.utils.translation import get_language

from assessments.blank.blocks import BlankForm
from assessments.blank.words import sheet_words
from patients.typeset import typeset

TEMPLATE = Path(__file__).with_name("sheet.typ")


def pdf_of(forms: Sequence[BlankForm], *, title: str) -> bytes:
    """The forms one after the other, each beginning a page, with the texts in the active language."""
    content = {
        "title": title,
        "language": get_language() or "en",
        "words": sheet_words(),
        "forms": [asdict(form) for form in forms],
    }
    return typeset(TEMPLATE, content)
