"""Blank forms as PDF, ready for paper: A4, black and white, tagged for screen readers."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from assessments.blank.blocks import BlankForm
from assessments.blank.words import sheet_words

TEMPLATE = Path(__file__).with_name("sheet.typ")


def pdf_of(forms: Sequence[BlankForm], *, title: str) -> bytes:
    """The forms one after the other, each beginning a page, with the texts in the active language."""
    # Only who prints needs the typesetter; it is no small library.
    import typst

    content = {
        "title": title,
        "language": get_language() or "en",
        "words": sheet_words(),
        "forms": [asdict(form) for form in forms],
    }
    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"content": json.dumps(content)},
    )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> Any:
    # One font for both languages, embedded: machines without Chinese fonts print the same sheet. The typesetter's own
    # fonts have the few signs that it lacks, such as raised digits.
    import pylopdf_fonts_zh_cn
    import typst

    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])
