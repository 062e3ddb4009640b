from collections.abc import Callable
from decimal import Decimal

import pytest

from clinical.dosing import (
    cells_per_kg,
    deviation_percent,
    given_cells,
    mean_rate_ml_per_h,
    planned_cells,
    viable_concentration,
    volume_ml,
)


def test_planned_dose_is_a_whole_number_of_cells_rounded_half_up() -> None:
    cells = planned_cells(cells_per_kg=500_005, weight_kg=Decimal("70.1"))
    assert cells == 35_050_351
    assert type(cells) is int


def test_given_cells_are_a_whole_number_rounded_half_up() -> None:
    cells = given_cells(volume_ml=Decimal("0.5"), viable_cells_per_ml=5)
    assert cells == 3
    assert type(cells) is int


def test_infusion_stopped_before_it_ran_gives_no_cells() -> None:
    assert given_cells(volume_ml=Decimal(0), viable_cells_per_ml=5_000_000) == 0
    assert deviation_percent(planned=140_000_000, given=0) == Decimal("-100.0")


def test_volume_is_rounded_half_up_to_one_decimal() -> None:
    assert str(volume_ml(cells=25, viable_cells_per_ml=100)) == "0.3"


@pytest.mark.parametrize(("given", "expected"), [(10_035, "0.4"), (9_965, "-0.4"), (10_034, "0.3"), (9_966, "-0.3")])
def test_deviation_of_half_a_tenth_is_rounded_away_from_zero(given: int, expected: str) -> None:
    assert str(deviation_percent(planned=10_000, given=given)) == expected


def test_deviation_too_small_to_show_has_no_minus_sign() -> None:
    assert str(deviation_percent(planned=140_000_000, given=139_999_999)) == "0.0"


def test_product_without_living_cells_has_a_concentration_of_zero_but_no_volume() -> None:
    concentration = viable_concentration(nucleated_per_ml=5_000_000, viability_percent=Decimal(0))
    assert concentration == 0
    with pytest.raises(ValueError, match="viable cells per mL is 0"):
        volume_ml(cells=140_000_000, viable_cells_per_ml=concentration)


def test_full_viability_keeps_the_concentration() -> None:
    assert viable_concentration(nucleated_per_ml=5_000_000, viability_percent=Decimal(100)) == 5_000_000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: planned_cells(cells_per_kg=0, weight_kg=Decimal(70)), "dose in cells per kg is 0; it must be above 0"),
        (lambda: planned_cells(cells_per_kg=1, weight_kg=Decimal(0)), "weight in kg is 0; it must be above 0"),
        (lambda: planned_cells(cells_per_kg=1, weight_kg=Decimal("NaN")), "weight in kg is NaN; it must be above 0"),
        (
            lambda: viable_concentration(nucleated_per_ml=0, viability_percent=Decimal(90)),
            "nucleated cells per mL is 0; it must be above 0",
        ),
        (
            lambda: viable_concentration(nucleated_per_ml=1, viability_percent=Decimal("-0.1")),
            "viability is -0.1 %; allowed is 0 to 100 %",
        ),
        (
            lambda: viable_concentration(nucleated_per_ml=1, viability_percent=Decimal("100.1")),
            "viability is 100.1 %; allowed is 0 to 100 %",
        ),
        (
            lambda: viable_concentration(nucleated_per_ml=1, viability_percent=Decimal("NaN")),
            "viability is NaN %; allowed is 0 to 100 %",
        ),
        (lambda: volume_ml(cells=0, viable_cells_per_ml=1), "cells is 0; it must be above 0"),
        (lambda: volume_ml(cells=1, viable_cells_per_ml=-1), "viable cells per mL is -1; it must be above 0"),
        (
            lambda: given_cells(volume_ml=Decimal("-0.1"), viable_cells_per_ml=1),
            "volume in mL is -0.1; it must not be below 0",
        ),
        (
            lambda: given_cells(volume_ml=Decimal("NaN"), viable_cells_per_ml=1),
            "volume in mL is NaN; it must not be below 0",
        ),
        (
            lambda: given_cells(volume_ml=Decimal(1), viable_cells_per_ml=0),
            "viable cells per mL is 0; it must be above 0",
        ),
        (lambda: cells_per_kg(cells=-1, weight_kg=Decimal(70)), "cells is -1; it must not be below 0"),
        (lambda: cells_per_kg(cells=1, weight_kg=Decimal(0)), "weight in kg is 0; it must be above 0"),
        (
            lambda: mean_rate_ml_per_h(volume_ml=Decimal("-0.1"), minutes=1),
            "volume in mL is -0.1; it must not be below 0",
        ),
        (lambda: mean_rate_ml_per_h(volume_ml=Decimal(1), minutes=0), "minutes is 0; it must be above 0"),
        (lambda: deviation_percent(planned=0, given=1), "planned cells is 0; it must be above 0"),
        (lambda: deviation_percent(planned=1, given=-1), "given cells is -1; it must not be below 0"),
    ],
)
def test_impossible_amounts_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()
