"""Cell doses, row by row, for a clinician or pharmacist to sign.

Doses per kg: 0.5 million (ClinicalTrials record NCT03265613), 2 million (NCT03745417), 1 and 3 million (NCT03424629).
"""

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

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("weight_kg", "cells_per_kg", "cells"),
    [
        ("70", 2 * MILLION, 140_000_000),
        ("63.5", 2 * MILLION, 127_000_000),
        ("82.3", 1 * MILLION, 82_300_000),
        ("70", MILLION // 2, 35_000_000),
        ("62.7", MILLION // 2, 31_350_000),
        ("70", 3 * MILLION, 210_000_000),
    ],
)
def test_planned_cells_are_dose_times_weight(weight_kg: str, cells_per_kg: int, cells: int) -> None:
    assert planned_cells(cells_per_kg=cells_per_kg, weight_kg=Decimal(weight_kg)) == cells


@pytest.mark.parametrize(
    ("trial", "cells_per_kg", "infusions", "cells_at_70_kg"),
    [
        ("NCT03745417", 2 * MILLION, 5, 700_000_000),
        ("NCT03265613", MILLION // 2, 3, 105_000_000),
        ("NCT03424629 low", 1 * MILLION, 6, 420_000_000),
        ("NCT03424629 high", 3 * MILLION, 6, 1_260_000_000),
    ],
)
def test_all_infusions_of_a_trial_add_up(trial: str, cells_per_kg: int, infusions: int, cells_at_70_kg: int) -> None:
    assert infusions * planned_cells(cells_per_kg=cells_per_kg, weight_kg=Decimal(70)) == cells_at_70_kg, trial


def test_viable_concentration_is_the_living_part_of_all_nucleated_cells() -> None:
    assert viable_concentration(nucleated_per_ml=5 * MILLION, viability_percent=Decimal(92)) == 4_600_000


@pytest.mark.parametrize(
    ("cells", "viable_cells_per_ml", "millilitres"),
    [
        (140_000_000, 5_000_000, "28.0"),
        (140_000_000, 4_600_000, "30.4"),
    ],
)
def test_volume_holds_the_planned_cells(cells: int, viable_cells_per_ml: int, millilitres: str) -> None:
    assert str(volume_ml(cells=cells, viable_cells_per_ml=viable_cells_per_ml)) == millilitres


def test_volume_given_tells_the_cells_given() -> None:
    assert given_cells(volume_ml=Decimal("27.0"), viable_cells_per_ml=5 * MILLION) == 135_000_000


@pytest.mark.parametrize(
    ("cells", "weight_kg", "per_kg"),
    [
        (135_000_000, "70", 1_928_571),  # 27.0 of 28.0 mL: 1.929 million/kg
        (140_000_000, "70", 2 * MILLION),
        (127_000_000, "63.5", 2 * MILLION),
        (3, "2", 2),  # a half is rounded up
        (0, "70", 0),
    ],
)
def test_given_cells_per_kg_are_the_given_cells_over_the_weight(cells: int, weight_kg: str, per_kg: int) -> None:
    assert cells_per_kg(cells=cells, weight_kg=Decimal(weight_kg)) == per_kg


@pytest.mark.parametrize(
    ("millilitres", "minutes", "rate"),
    [
        ("28.0", 60, "28.0"),
        ("28.0", 45, "37.3"),
        ("300", 50, "360.0"),  # 6 mL/min
        ("0.1", 120, "0.1"),  # 0.05 is rounded up
        ("0", 10, "0.0"),
    ],
)
def test_the_mean_rate_is_the_volume_over_the_time_it_ran(millilitres: str, minutes: int, rate: str) -> None:
    assert str(mean_rate_ml_per_h(volume_ml=Decimal(millilitres), minutes=minutes)) == rate


@pytest.mark.parametrize(
    ("planned", "given", "percent"),
    [
        (140_000_000, 135_000_000, "-3.6"),
        (140_000_000, 140_000_000, "0.0"),
        (140_000_000, 154_000_000, "10.0"),
        (140_000_000, 126_000_000, "-10.0"),
        (140_000_000, 0, "-100.0"),
    ],
)
def test_deviation_compares_the_given_with_the_planned_cells(planned: int, given: int, percent: str) -> None:
    assert str(deviation_percent(planned=planned, given=given)) == percent
