"""From the unit of a report to the standard unit of an analyte, and back."""

from decimal import ROUND_HALF_UP, Decimal

from clinical.laboratory.analytes import Analyte, Factor

_SAME_SIGN = str.maketrans({"μ": "u", "µ": "u", "³": "3", "*": "^", "×": "", " ": ""})


def unit_meant(analyte: Analyte, written: str) -> str | None:
    """The unit of the analyte that somebody wrote, or None; "umol/l" is µmol/L.

    Capitals, spaces and a leading × do not matter; nor does which sign stands for micro, for cubic or for "to the power
    of" (µ or u, ³ or 3, ^ or *). No two units of one analyte differ in these alone.
    """
    return next((unit for unit in analyte.units if _plain(unit) == _plain(written)), None)


def to_standard(analyte: Analyte, value: Decimal, unit: str) -> Decimal:
    """The value in the standard unit, to the decimals of the analyte, half up.

    Raises ValueError for a unit that the analyte does not have or a value that is no number.
    """
    factor = _factor(analyte, unit)
    return rounded(analyte, _number(value) * factor.multiply / factor.divide)


def from_standard(analyte: Analyte, value: Decimal, unit: str) -> Decimal:
    """A value in the standard unit, in another unit; not rounded, so that it leads back to the same value.

    Raises ValueError for a unit that the analyte does not have or a value that is no number.
    """
    factor = _factor(analyte, unit)
    return _number(value) * factor.divide / factor.multiply


def rounded(analyte: Analyte, value: Decimal) -> Decimal:
    """A value in the standard unit to the decimals of the analyte, half up (away from zero)."""
    return value.quantize(Decimal(1).scaleb(-analyte.decimals), ROUND_HALF_UP)


def _factor(analyte: Analyte, unit: str) -> Factor:
    if unit not in analyte.units:
        raise ValueError(f"{unit} is no unit of {analyte.name}; known are {', '.join(analyte.units)}")
    return analyte.units[unit]


def _number(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    return value


def _plain(unit: str) -> str:
    return unit.translate(_SAME_SIGN).casefold()
