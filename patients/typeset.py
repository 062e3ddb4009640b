"""Pages for paper: a typst template and what it says, as a PDF that is tagged for screen readers."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


def typeset(template: Path, content: Mapping[str, Any]) -> bytes:
    """The PDF of a template that reads its texts as JSON from the input `content`."""
    # Only who prints needs the typesetter; it is no small library.
    import typst

    pdf = typst.compile(
        template.read_bytes(),
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
