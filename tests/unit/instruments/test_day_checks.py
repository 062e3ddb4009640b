"""Days in the past: possible or not, and beside the right answer or not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.day_checks import DayOfState, days_that_cannot_be, days_without_their_state
from assessments.form_specs import FormContext
from assessments.instruments.previous_treatment.model import PreviousTreatment

CONSENT, VISIT = date(2026, 5, 1), date(2026, 5, 20)
RULE = DayOfState("topical_last_on", "topical_use", ("past",))


def complaints(day: date | None, **here: Any) -> list[tuple[str, str]]:
    context = FormContext(consent_on=CONSENT, visit_on=VISIT, here=here)
    found = days_that_cannot_be({"topical_last_on": day}, context, model=PreviousTreatment, days=("topical_last_on",))
    assert all(objection.items == ("topical_last_on",) for objection in found)
    return [(objection.code, objection.severity.value) for objection in found]


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (None, []),
        (VISIT, []),
        (VISIT + timedelta(days=1), [("topical_last_on_after_visit", "hard")]),
        (date(1905, 5, 21), []),
        (date(1905, 5, 20), [("topical_last_on_too_long_ago", "hard")]),
        (date(225, 5, 1), [("topical_last_on_too_long_ago", "hard")]),
    ],
)
def test_a_day_lies_within_a_human_life_and_not_after_the_visit(day: date | None, found: list[tuple[str, str]]) -> None:
    assert complaints(day) == found


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(1980, 5, 2), []),  # born on this day, somebody is 45 at the consent of 2026-05-01, and 46 a day later
        (date(1980, 5, 1), [("topical_last_on_before_birth", "soft")]),
        (CONSENT + timedelta(days=1), []),
    ],
)
def test_a_day_before_the_birth_is_asked_about(day: date, found: list[tuple[str, str]]) -> None:
    assert complaints(day, age_years=Decimal(45)) == found
    assert complaints(day) == []


@pytest.mark.parametrize(
    ("use", "day", "is_refused"),
    [
        ("past", VISIT, False),
        ("past", None, False),
        ("never", None, False),
        ("never", VISIT, True),
        ("ongoing", VISIT, True),
        ("ongoing", None, False),
        (None, VISIT, False),
    ],
)
def test_a_day_of_last_use_is_refused_unless_the_use_is_past(
    use: str | None, day: date | None, is_refused: bool
) -> None:
    values = {"topical_use": use, "topical_last_on": day}
    found = days_without_their_state(values, model=PreviousTreatment, rules=(RULE,))
    assert [objection.severity.value for objection in found] == ["hard"] * is_refused
    assert [objection.items for objection in found] == [("topical_last_on", "topical_use")] * is_refused


def test_a_refused_day_is_said_with_item_and_answer_in_words() -> None:
    values = {"topical_use": "never", "topical_last_on": VISIT}
    (objection,) = days_without_their_state(values, model=PreviousTreatment, rules=(RULE,))
    assert str(objection.message).startswith("Topical treatment, last use: no day belongs to the answer “Never”.")
