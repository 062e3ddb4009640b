"""What must hold for the level of any three signs."""

from hypothesis import given
from hypothesis import strategies as st

from clinical.scoring.pga import GlobalSigns, mean_level

steps = st.integers(0, 5)
signs = st.builds(GlobalSigns, infiltration=steps, erythema=steps, scaling=steps)


@given(signs)
def test_the_level_is_nearest_to_the_mean_and_lies_between_the_signs(each: GlobalSigns) -> None:
    values, level = (each.infiltration, each.erythema, each.scaling), mean_level(each)
    assert 2 * abs(3 * level - sum(values)) <= 3
    assert min(values) <= level <= max(values)


@given(st.integers(0, 4), steps, steps)
def test_a_stronger_sign_never_lowers_the_level(infiltration: int, erythema: int, scaling: int) -> None:
    weaker = GlobalSigns(infiltration=infiltration, erythema=erythema, scaling=scaling)
    stronger = GlobalSigns(infiltration=infiltration + 1, erythema=erythema, scaling=scaling)
    assert mean_level(stronger) >= mean_level(weaker)
