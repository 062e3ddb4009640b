"""Numbers are written without idle zeros and without exponents."""

from decimal import Decimal

import pytest

from clinical.numbers import plain


@pytest.mark.parametrize(
    ("value", "text"),
    [("70.5000", "70.5"), ("70.0000", "70"), ("20", "20"), ("0.0", "0"), ("1E+3", "1000"), ("-2.50", "-2.5")],
)
def test_a_number_is_written_as_people_read_it(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text
