"""What the lines of repeating groups are called."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.text import format_lazy


def numbered(noun: str | Promise) -> Callable[[str], str | Promise]:
    """Lines that people add: the noun and the number of the line."""
    return lambda key: format_lazy("{noun} {key}", noun=noun, key=key)
