"""Body mass index."""

from decimal import ROUND_HALF_UP, Decimal


def body_mass_index(*, weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """Weight in kg divided by the square of the height in metres (WHO), one decimal, a half rounded up.

    Raises ValueError when the weight or the height is not above 0.
    """
    if not (weight_kg > 0 and height_cm > 0):
        raise ValueError(f"weight {weight_kg} kg and height {height_cm} cm must be above 0")
    # One division only: the height in metres, squared, could not always be held exactly.
    return (weight_kg * 10_000 / (height_cm * height_cm)).quantize(Decimal("0.1"), ROUND_HALF_UP)
