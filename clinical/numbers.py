"""Numbers as people read them."""

from decimal import Decimal


def plain(value: Decimal) -> str:
    """The number without idle zeros and never with an exponent: 70.5000 is 70.5, 20.0 is 20."""
    return f"{value.normalize():f}"
