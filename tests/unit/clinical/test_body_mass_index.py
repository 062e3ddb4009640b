from decimal import Decimal

import pytest

from clinical.body_mass_index import body_mass_index


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "index"),
    [
        ("70.0", "172.0", "23.7"),
        ("74.0", "200.0", "18.5"),
        ("73.8", "200.0", "18.5"),  # exactly 18.45: half up
        ("73.7", "200.0", "18.4"),
        ("20.0", "250.0", "3.2"),
        ("300.0", "100.0", "300.0"),
    ],
)
def test_the_index_is_weight_by_height_squared_to_one_decimal_half_up(
    weight_kg: str, height_cm: str, index: str
) -> None:
    found = body_mass_index(weight_kg=Decimal(weight_kg), height_cm=Decimal(height_cm))
    assert str(found) == index


@pytest.mark.parametrize(("weight_kg", "height_cm"), [("0", "172"), ("70", "0"), ("-70", "172"), ("70", "-172")])
def test_a_weight_or_height_that_is_not_above_zero_is_refused(weight_kg: str, height_cm: str) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        body_mass_index(weight_kg=Decimal(weight_kg), height_cm=Decimal(height_cm))
