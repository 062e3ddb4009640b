"""Days in the past: possible or not, and beside the right answer or not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.day_checks import DayOfState, days_of_line, days_that_cannot_be
from assessments.form_specs import ROW_KEY, FormContext
from assessments.instruments.medical_history.spec import CONDITIONS
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


@pytest.mark.parametrize(("use", "is_due"), [("past", True), ("never", False), ("ongoing", False), (None, False)])
def test_only_the_named_answers_call_for_the_day(use: str | None, is_due: bool) -> None:
    assert RULE.is_due({"topical_use": use}) is is_due


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2019-05", "2019-05-01", []),
        ("2019-05", "2019", []),
        ("2019-05", "2019-04-30", ["conditions-1-ended_on_before_start"]),
        ("2020", "2019", ["conditions-1-ended_on_before_start"]),
        ("2026", "2026-05-20", []),
        ("2026-05-21", "", ["conditions-1-started_on_after_visit"]),
        ("", "2026-06", ["conditions-1-ended_on_after_visit"]),
        ("", "", []),
    ],
)
def test_a_line_is_over_before_the_visit_and_ends_after_its_start(start: str, end: str, found: list[str]) -> None:
    row = {ROW_KEY: "1", "started_on": start, "ended_on": end}
    context = FormContext(consent_on=CONSENT, visit_on=VISIT)
    objections = days_of_line(row, context, group=CONDITIONS, out_of_order="No.", start="started_on", end="ended_on")
    assert [objection.code for objection in objections] == found
    assert {objection.severity.value for objection in objections} <= {"hard"}
