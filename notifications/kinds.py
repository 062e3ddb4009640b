"""The kinds of reminders there are. An app registers its own when it is loaded; nothing else needs to know them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from notifications.models import SAFETY, Reminder

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """What a reminder says in the language that is active: one line, what is behind it, where to go (a path)."""

    text: str
    detail: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of reminder.

    `write` puts a reminder into words from its stage, one of `stages`, and its facts. `example` holds facts for all
    stages, from which a page can show what a mail looks like. An urgent kind is mailed at once instead of with the
    others in the morning. How a stage looks in a list stands with all other looks, in `config.templatetags`.
    """

    code: str
    label: str | Promise
    write: Callable[[str, Facts], Line]
    stages: tuple[str, ...]
    example: Facts
    is_urgent: bool = False

    @property
    def is_safety(self) -> bool:
        """Whether nobody can do without it."""
        return self.code.startswith(SAFETY)


KINDS: dict[str, Kind] = {}
"""All kinds by code, in the order in which the apps registered them."""


def register(kind: Kind) -> None:
    """Make a kind known; raises ValueError when another has its code."""
    if KINDS.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"two kinds of reminders are called {kind.code}")


def line_of(reminder: Reminder) -> Line:
    """What the reminder says in the active language."""
    return KINDS[reminder.kind].write(reminder.stage, reminder.facts)
