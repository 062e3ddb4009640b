"""Age in completed years."""

from datetime import date


def age_on(*, birth_date: date, on: date) -> int:
    """Completed years of life on a day; the birthday itself counts.

    Somebody born on 29 February completes a year on 1 March where the year has no 29 February (default).
    Raises ValueError when `on` is before the birth.
    """
    if on < birth_date:
        raise ValueError(f"{on} is before the date of birth {birth_date}")
    birthday_is_still_to_come = (on.month, on.day) < (birth_date.month, birth_date.day)
    return on.year - birth_date.year - birthday_is_still_to_come
