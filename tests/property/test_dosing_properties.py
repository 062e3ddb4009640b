from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinical.dosing import deviation_percent, given_cells, planned_cells, viable_concentration, volume_ml

doses_per_kg = st.integers(1, 60).map(lambda half_tenths: half_tenths * 50_000)
weights_kg = st.decimals(min_value=Decimal("25.0"), max_value=Decimal("250.0"), places=1)
concentrations = st.integers(100_000, 50_000_000)
cell_counts = st.integers(1, 10**10)


@given(doses_per_kg, weights_kg)
def test_planned_cells_are_exactly_proportional_to_weight(cells_per_kg: int, weight_kg: Decimal) -> None:
    single = planned_cells(cells_per_kg=cells_per_kg, weight_kg=weight_kg)
    assert planned_cells(cells_per_kg=cells_per_kg, weight_kg=2 * weight_kg) == 2 * single
    assert single == cells_per_kg * weight_kg


@given(doses_per_kg, weights_kg, st.integers(2, 6))
def test_planned_cells_are_exactly_proportional_to_dose(cells_per_kg: int, weight_kg: Decimal, factor: int) -> None:
    single = planned_cells(cells_per_kg=cells_per_kg, weight_kg=weight_kg)
    assert planned_cells(cells_per_kg=factor * cells_per_kg, weight_kg=weight_kg) == factor * single


@given(st.integers(1, 10**7), st.decimals(min_value=Decimal("0.001"), max_value=300, places=3))
def test_planned_cells_are_off_by_half_a_cell_at_most(cells_per_kg: int, weight_kg: Decimal) -> None:
    cells = planned_cells(cells_per_kg=cells_per_kg, weight_kg=weight_kg)
    assert abs(cells - cells_per_kg * weight_kg) <= Decimal("0.5")


@given(cell_counts, concentrations)
def test_volume_holds_the_cells_to_within_half_a_tenth_of_a_millilitre(cells: int, concentration: int) -> None:
    volume = volume_ml(cells=cells, viable_cells_per_ml=concentration)
    held = given_cells(volume_ml=volume, viable_cells_per_ml=concentration)
    assert abs(held - cells) <= concentration * Decimal("0.05") + Decimal("0.5")


@given(concentrations, st.decimals(min_value=0, max_value=100, places=1))
def test_no_more_cells_are_viable_than_there_are(nucleated: int, viability: Decimal) -> None:
    assert 0 <= viable_concentration(nucleated_per_ml=nucleated, viability_percent=viability) <= nucleated


@given(cell_counts, st.integers(0, 10**10))
def test_deviation_has_the_sign_of_the_difference_and_mirrors_it(planned: int, difference: int) -> None:
    too_much = deviation_percent(planned=planned, given=planned + difference)
    assert too_much >= 0
    if difference <= planned:
        assert deviation_percent(planned=planned, given=planned - difference) == -too_much


@given(cell_counts)
def test_dose_given_as_planned_deviates_by_nothing(planned: int) -> None:
    assert str(deviation_percent(planned=planned, given=planned)) == "0.0"
