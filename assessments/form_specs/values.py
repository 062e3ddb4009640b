"""What a form holds, as its rules see it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

Answers = tuple[tuple[Any, str | Promise], ...]
"""A code list: codes and what they mean, in order."""

Values = Mapping[str, Any]
"""Item values by field name; None where an item has no value.

A repeating group stands under its own name as a tuple of rows. A row is again such a mapping; it knows its key under
`ROW_KEY`.
"""

ROW_KEY = "row_key"


def is_empty(value: Any) -> bool:
    """Whether an item has no value: nothing typed. Zero and "no" are values."""
    return value is None or value == ""
