"""Days of which only the year or the month is known."""

from datetime import date

import pytest

from clinical.partial_days import earliest, is_after, latest


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-05", date(2019, 5, 1), date(2019, 5, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-05-17", date(2019, 5, 17), date(2019, 5, 17)),
    ],
)
def test_a_partial_day_spans_all_days_that_it_can_be(text: str, first: date, last: date) -> None:
    assert (earliest(text), latest(text)) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "19", "2019-5", "2019-13", "2019-02-30", "17.05.2019", "2019-05-17T10:00", "٢٠١٩"]
)
def test_what_is_no_day_month_or_year_is_refused(text: str) -> None:
    for reading in (earliest, latest):
        with pytest.raises(ValueError, match=r"2019|month|day"):
            reading(text)


def test_a_month_is_not_after_a_day_in_it() -> None:
    assert not is_after("2019-05", "2019-05-17")
    assert not is_after("2019", "2019-05")
    assert is_after("2019-06", "2019-05-31")
    assert is_after("2020", "2019-12")
