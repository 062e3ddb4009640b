"""A result as a laboratory reports it: a number, or only that it lies below or above one."""

from decimal import Decimal
from enum import StrEnum

from clinical.laboratory.reference_range import Flag, ReferenceRange, flag


class Qualifier(StrEnum):
    """What stands before a number that is a limit of the method, not a result. None: the number is the result."""

    BELOW = "<"
    ABOVE = ">"


def flag_reported(value: Decimal, reference_range: ReferenceRange, qualifier: Qualifier | None = None) -> Flag:
    """Where a result lies to the normal range; UNKNOWN where "below" or "above" leave that open.

    A result below 5 is LOW where 5 is the lower limit or less, and NORMAL where there is no lower limit but 0 and 5 is
    within the range; a result above 60 the other way round. Raises ValueError for a value that is no number.
    """
    plain = flag(value, reference_range)
    low, high = reference_range.low, reference_range.high
    if qualifier is None or plain is Flag.UNKNOWN:
        return plain
    if qualifier is Qualifier.BELOW:
        if low is not None and low > 0:
            return Flag.LOW if value <= low else Flag.UNKNOWN
        return Flag.NORMAL if plain is Flag.NORMAL else Flag.UNKNOWN
    if high is not None:
        return Flag.HIGH if value >= high else Flag.UNKNOWN
    return Flag.NORMAL if plain is Flag.NORMAL else Flag.UNKNOWN
