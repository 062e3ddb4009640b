from datetime import date

import pytest

from clinical.ages import age_on


@pytest.mark.parametrize(
    ("birth_date", "on", "years"),
    [
        (date(1990, 6, 15), date(2024, 6, 14), 33),
        (date(1990, 6, 15), date(2024, 6, 15), 34),
        (date(1990, 6, 15), date(2024, 12, 31), 34),
        (date(1990, 6, 15), date(1990, 6, 15), 0),
        (date(1990, 12, 31), date(2024, 1, 1), 33),
    ],
)
def test_age_counts_completed_years_and_the_birthday_counts(birth_date: date, on: date, years: int) -> None:
    assert age_on(birth_date=birth_date, on=on) == years


def test_born_on_leap_day_comes_of_age_on_first_of_march_in_a_common_year() -> None:
    leap_day = date(2004, 2, 29)
    assert age_on(birth_date=leap_day, on=date(2022, 2, 28)) == 17
    assert age_on(birth_date=leap_day, on=date(2022, 3, 1)) == 18


def test_born_on_leap_day_has_a_birthday_in_a_leap_year() -> None:
    leap_day = date(2004, 2, 29)
    assert age_on(birth_date=leap_day, on=date(2024, 2, 28)) == 19
    assert age_on(birth_date=leap_day, on=date(2024, 2, 29)) == 20


def test_age_before_birth_is_refused() -> None:
    with pytest.raises(ValueError, match="2024-01-01 is before the date of birth 2024-01-02"):
        age_on(birth_date=date(2024, 1, 2), on=date(2024, 1, 1))
