from typing import Any

import pytest

from clinical.scoring.pga import GlobalSigns, is_on_scale


@pytest.mark.parametrize("sign", ["infiltration", "erythema", "scaling"])
@pytest.mark.parametrize("value", [-1, 6, 2.5])
def test_a_sign_outside_zero_to_five_is_refused(sign: str, value: Any) -> None:
    signs: dict[str, Any] = {"infiltration": 0, "erythema": 0, "scaling": 0, sign: value}
    with pytest.raises(ValueError, match=f"{sign} is {value}; allowed are whole numbers from 0 to 5"):
        GlobalSigns(**signs)


def test_a_scale_of_other_than_five_or_six_levels_is_refused() -> None:
    with pytest.raises(ValueError, match="a scale of 7 levels is not known"):
        is_on_scale(3, levels=7)
