"""The global assessment, row by row, for a clinician to sign.

Sources: three signs of 0 to 5 each as in the form of the National Psoriasis Foundation; a mean between two levels goes
to the nearest one, half up (default). The scale of six levels ends at 5, that of five levels at 4.
"""

import pytest

from clinical.scoring.pga import GlobalSigns, is_on_scale, mean_level


@pytest.mark.parametrize(
    ("infiltration", "erythema", "scaling", "level"),
    [
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (1, 1, 0, 1),
        (1, 1, 1, 1),
        (2, 1, 1, 1),
        (2, 2, 1, 2),
        (3, 3, 4, 3),
        (3, 4, 4, 4),
        (0, 0, 5, 2),
        (5, 5, 3, 4),
        (5, 5, 4, 5),
        (5, 5, 5, 5),
    ],
)
def test_three_signs_mean_a_level(infiltration: int, erythema: int, scaling: int, level: int) -> None:
    assert mean_level(GlobalSigns(infiltration=infiltration, erythema=erythema, scaling=scaling)) == level


@pytest.mark.parametrize(("levels", "highest"), [(6, 5), (5, 4)])
def test_a_scale_begins_at_zero_and_has_so_many_levels(levels: int, highest: int) -> None:
    assert [level for level in range(-1, 8) if is_on_scale(level, levels=levels)] == list(range(highest + 1))
