from decimal import Decimal

import pytest

from clinical.scoring.pruritus import score_cm, severity_of


@pytest.mark.parametrize("mark", [-1, 101])
def test_a_mark_off_the_line_is_refused(mark: int) -> None:
    with pytest.raises(ValueError, match=f"the mark is at {mark} mm"):
        score_cm(mark)


@pytest.mark.parametrize("score", ["-0.1", "10.1", "NaN", "Infinity"])
def test_a_score_outside_zero_to_ten_has_no_band(score: str) -> None:
    with pytest.raises(ValueError, match=f"the score is {score} cm"):
        severity_of(Decimal(score))
