"""How long ago something was: the form in which rules read days.

A form publishes the day itself, such as ``topical_last_on``. Rules compare the time from that day to the day of the
first treatment, planned or given: ``days_since_topical_last`` and ``months_since_topical_last``.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from clinical.eligibility import FactValue


class IntervalUnit(StrEnum):
    """What a span of time is counted in."""

    DAYS = "days"
    MONTHS = "months"


def interval_code(day_code: str, unit: IntervalUnit) -> str:
    """The name of the interval since a day: ``topical_last_on`` gives ``days_since_topical_last``.

    Raises ValueError for a day whose name does not end in ``_on``.
    """
    if not day_code.endswith("_on"):
        raise ValueError(f"{day_code} is a day; its name must end in _on")
    return f"{unit}_since_{day_code.removesuffix('_on')}"


def completed_months(*, since: date, on: date) -> int:
    """Completed calendar months from one day to another, negative where `on` comes first.

    A month is completed on the day of the same number, or, where the month is too short, on the first of the next
    (default): from 31 August, six months are completed on 1 March.
    """
    return (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)


def intervals(days: Mapping[str, date], *, on: date) -> dict[str, float]:
    """Every interval from these days, by the name of the day, to the day `on`; negative for a day after it."""
    found: dict[str, float] = {}
    for code, day in days.items():
        found[interval_code(code, IntervalUnit.DAYS)] = float((on - day).days)
        found[interval_code(code, IntervalUnit.MONTHS)] = float(completed_months(since=day, on=on))
    return found


def for_rules(facts: Mapping[str, FactValue | date], *, on: date) -> dict[str, FactValue]:
    """The same facts as rules read them: every day replaced by its intervals to the day `on`."""
    read: dict[str, FactValue] = {code: value for code, value in facts.items() if not isinstance(value, date)}
    return read | intervals({code: value for code, value in facts.items() if isinstance(value, date)}, on=on)
