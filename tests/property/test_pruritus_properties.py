"""What must hold for any mark on the line."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinical.scoring.pruritus import Severity, score_cm, severity_of

BANDS = list(Severity)
scores = st.decimals(min_value=0, max_value=10, places=2)


@given(st.integers(0, 100))
def test_a_score_is_a_tenth_of_the_mark_with_one_decimal(mark: int) -> None:
    assert score_cm(mark) * 10 == mark
    assert score_cm(mark).as_tuple().exponent == -1


@given(scores, scores)
def test_more_itch_is_never_a_milder_band(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert BANDS.index(severity_of(low)) <= BANDS.index(severity_of(high))


@given(scores)
def test_no_itch_is_said_of_zero_only(score: Decimal) -> None:
    assert (severity_of(score) is Severity.NONE) is (score == 0)
