"""Cell doses: planned and given cells, concentration, volume and deviation.

Cells are whole numbers and everything else is Decimal, so no dose carries a binary rounding error. "Half up" means that
a half is rounded away from zero. A dose per kilogram is planned with the body weight of the infusion visit (default).
"""

from decimal import ROUND_HALF_UP, Decimal


def planned_cells(*, cells_per_kg: int, weight_kg: Decimal) -> int:
    """Viable cells planned for one infusion, dose per kg x body weight; rounded half up to a whole cell.

    Raises ValueError when the dose or the weight is not above 0.
    """
    _require_positive("dose in cells per kg", cells_per_kg)
    _require_positive("weight in kg", weight_kg)
    return _whole(cells_per_kg * weight_kg)


def viable_concentration(*, nucleated_per_ml: int, viability_percent: Decimal) -> Decimal:
    """Viable cells per mL of a product labelled with all nucleated cells per mL; not rounded.

    Raises ValueError when the count is not above 0 or the viability is outside 0 to 100 % (both ends allowed).
    """
    _require_positive("nucleated cells per mL", nucleated_per_ml)
    if not viability_percent.is_finite() or not 0 <= viability_percent <= 100:
        raise ValueError(f"viability is {viability_percent} %; allowed is 0 to 100 %")
    return nucleated_per_ml * viability_percent / 100


def volume_ml(*, cells: int, viable_cells_per_ml: int | Decimal) -> Decimal:
    """Millilitres that hold the cells, one decimal, half up.

    Raises ValueError when the cells or the concentration are not above 0.
    """
    _require_positive("cells", cells)
    _require_positive("viable cells per mL", viable_cells_per_ml)
    return _one_decimal(Decimal(cells) / viable_cells_per_ml)


def given_cells(*, volume_ml: Decimal, viable_cells_per_ml: int | Decimal) -> int:
    """Viable cells in the volume that was really infused; rounded half up to a whole cell.

    A volume of 0 is allowed: the infusion was stopped before anything ran in. Raises ValueError for a negative volume
    or a concentration that is not above 0.
    """
    _require_not_negative("volume in mL", volume_ml)
    _require_positive("viable cells per mL", viable_cells_per_ml)
    return _whole(volume_ml * viable_cells_per_ml)


def cells_per_kg(*, cells: int, weight_kg: Decimal) -> int:
    """Given cells per kilogram of body weight, rounded half up to a whole cell.

    Raises ValueError when the cells are negative or the weight is not above 0.
    """
    _require_not_negative("cells", cells)
    _require_positive("weight in kg", weight_kg)
    return _whole(Decimal(cells) / weight_kg)


def mean_rate_ml_per_h(*, volume_ml: Decimal, minutes: int) -> Decimal:
    """Millilitres per hour over the minutes in which the infusion ran, one decimal, half up.

    Raises ValueError when the volume is negative or the minutes are not above 0.
    """
    _require_not_negative("volume in mL", volume_ml)
    _require_positive("minutes", minutes)
    return _one_decimal(volume_ml * 60 / minutes)


def deviation_percent(*, planned: int, given: int) -> Decimal:
    """(given - planned) / planned x 100, one decimal, half up; negative when too little was given.

    Raises ValueError when the planned cells are not above 0 or the given cells are negative.
    """
    _require_positive("planned cells", planned)
    _require_not_negative("given cells", given)
    rounded = _one_decimal(Decimal(100 * (given - planned)) / planned)
    return rounded + 0  # Decimal keeps the sign of a zero; a loss too small to show must not read "-0.0"


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _require_positive(what: str, value: int | Decimal) -> None:
    if not Decimal(value).is_finite() or value <= 0:
        raise ValueError(f"{what} is {value}; it must be above 0")


def _require_not_negative(what: str, value: int | Decimal) -> None:
    if not Decimal(value).is_finite() or value < 0:
        raise ValueError(f"{what} is {value}; it must not be below 0")
