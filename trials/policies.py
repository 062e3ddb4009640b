"""When something may happen, as opposed to who may do it (permissions)."""

from collections.abc import Callable
from typing import Any


class NotAllowedNow(Exception):
    """The record is not in a state that allows this; the message says what to do first, in the reader's language."""


def allows(rule: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    """The boolean form of a rule that raises NotAllowedNow."""
    try:
        rule(*args, **kwargs)
    except NotAllowedNow:
        return False
    return True
