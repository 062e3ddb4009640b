"""What edit checks say."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Severity(StrEnum):
    """A hard check refuses; a soft check asks for confirmation when the form is completed."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True)
class Objection:
    """What an edit check has against the values: what is odd, compared with what, and at which items."""

    code: str
    severity: Severity
    message: str | Promise
    items: tuple[str, ...]
