"""The days on which an event can have begun and ended, from days that are known in part."""

from datetime import date

import pytest

from safety.event_days import days_of

CONSENT, TODAY = date(2026, 4, 10), date(2026, 5, 20)


@pytest.mark.parametrize(
    ("onset", "onset_on"),
    [
        ("2026-05-04", date(2026, 5, 4)),
        ("2026-05", date(2026, 5, 1)),
        ("2026-04", CONSENT),
        ("2026", CONSENT),
        # Certainly before the consent: the last day that it can be, for the refusal to name.
        ("2026-03", date(2026, 3, 31)),
        ("2026-04-09", date(2026, 4, 9)),
        ("", None),
    ],
)
def test_the_onset_is_the_first_possible_day_but_not_before_the_consent(onset: str, onset_on: date | None) -> None:
    assert days_of(onset=onset, ended="", consent_on=CONSENT, today=TODAY) == (onset_on, None)


@pytest.mark.parametrize(
    ("ended", "ended_on"),
    [
        ("2026-05-04", date(2026, 5, 4)),
        ("2026-04", date(2026, 4, 30)),
        ("2026-05", TODAY),
        ("2026", TODAY),
        ("2026-06", date(2026, 6, 1)),
        ("2026-05-21", date(2026, 5, 21)),
    ],
)
def test_the_end_is_the_last_possible_day_but_not_after_today(ended: str, ended_on: date) -> None:
    assert days_of(onset="2026-05-01", ended=ended, consent_on=CONSENT, today=TODAY)[1] == ended_on
