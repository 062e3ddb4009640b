"""The normal range of a laboratory, and where a value lies to it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Flag(StrEnum):
    """Where a value lies to the normal range: terms of CDISC's codelist NRIND (C78736), or nothing where no limit is
    known."""

    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    UNKNOWN = ""


@dataclass(frozen=True)
class ReferenceRange:
    """Normal from `low` to `high`, both normal themselves; None where the laboratory gives no such limit.

    Raises ValueError when a limit is no number or the lower one is not below the upper one.
    """

    low: Decimal | None = None
    high: Decimal | None = None

    def __post_init__(self) -> None:
        for limit in (self.low, self.high):
            if limit is not None and not limit.is_finite():
                raise ValueError(f"{limit} is no limit of a normal range")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"the lower limit {self.low} is not below the upper limit {self.high}")


def flag(value: Decimal, reference_range: ReferenceRange) -> Flag:
    """LOW below the lower limit, HIGH above the upper one, otherwise NORMAL; UNKNOWN without any limit.

    A laboratory that gives one limit only, as for tumour markers, calls everything on its other side normal. Raises
    ValueError for a value that is no number.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    low, high = reference_range.low, reference_range.high
    if low is None and high is None:
        return Flag.UNKNOWN
    if low is not None and value < low:
        return Flag.LOW
    if high is not None and value > high:
        return Flag.HIGH
    return Flag.NORMAL
