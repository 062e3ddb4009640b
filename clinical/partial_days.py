"""Days of which only the year, or the year and the month, may be known: ISO 8601, 2019, 2019-05 or 2019-05-17.

SDTM writes dates of which the end is unknown in this way (SDTMIG, section on partial dates).
"""

import re
from calendar import monthrange
from datetime import date

_PATTERN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def earliest(text: str) -> date:
    """The first day that it can be; raises ValueError for what is no such day."""
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def latest(text: str) -> date:
    """The last day that it can be; raises ValueError for what is no such day."""
    year, month, day = _parts(text)
    month = month or 12
    return date(year, month, day or monthrange(date(year, month, 1).year, month)[1])


def is_after(first: str, second: str) -> bool:
    """Whether the first is certainly after the second; raises ValueError for what is no such day."""
    return earliest(first) > latest(second)


def _parts(text: str) -> tuple[int, int, int]:
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no year, month or day such as 2019, 2019-05 or 2019-05-17")
    year, month, day = (int(part or 0) for part in found.groups())
    return year, month, day
