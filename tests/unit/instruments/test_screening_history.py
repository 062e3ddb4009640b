"""History of the psoriasis, previous treatment and reproductive status: what is asked for and what is odd."""

from datetime import date, timedelta
from typing import Any

import pytest

from assessments.form_specs import CrfSpec, FormContext, Severity
from assessments.form_values import missing_items, objections
from assessments.instruments.demographics.spec import SPEC as DEMOGRAPHICS
from assessments.instruments.previous_treatment.model import DAY_OF_USE
from assessments.instruments.previous_treatment.spec import SPEC as PREVIOUS_TREATMENT
from assessments.instruments.psoriasis_history.spec import SPEC as PSORIASIS_HISTORY
from assessments.instruments.reproductive_status.model import DAY_OF_STATE
from assessments.instruments.reproductive_status.spec import SPEC as REPRODUCTIVE_STATUS

VISIT = date(2026, 5, 20)
LATER = VISIT + timedelta(days=1)
WOMAN: dict[str, Any] = {
    "pregnancy": "never",
    "lactation": "never",
    "pregnancy_test": "negative",
    "pregnancy_test_on": VISIT,
    "plans_pregnancy": "N",
}


def codes(spec: CrfSpec, values: dict[str, Any], severity: Severity, **here: Any) -> list[str]:
    context = FormContext(consent_on=date(2026, 5, 1), visit_on=VISIT, here=here)
    rows = {group.name: () for group in spec.row_groups}
    return [objection.code for objection in spec.check({**rows, **values}, context) if objection.severity == severity]


def flagged(spec: CrfSpec, values: dict[str, Any]) -> list[str]:
    """All that is odd about the values of a form, kept values that are not asked included."""
    context = FormContext(consent_on=date(2026, 5, 1), visit_on=VISIT)
    return [objection.code for objection in objections(spec, values, context)]


@pytest.mark.parametrize(
    ("spec", "day"),
    [
        (PSORIASIS_HISTORY, "psoriasis_diagnosed_on"),
        *((PREVIOUS_TREATMENT, day) for day in DAY_OF_USE),
        *((REPRODUCTIVE_STATUS, day) for day in DAY_OF_STATE),
    ],
)
def test_no_day_is_after_the_visit(spec: CrfSpec, day: str) -> None:
    assert codes(spec, {day: LATER}, Severity.HARD) == [f"{day}_after_visit"]
    assert codes(spec, {day: VISIT}, Severity.HARD) == []


def test_every_day_of_these_forms_is_checked() -> None:
    for spec, days in ((PREVIOUS_TREATMENT, DAY_OF_USE), (REPRODUCTIVE_STATUS, DAY_OF_STATE)):
        assert {item.name for item in spec.items if item.name.endswith("_on")} == set(days)


@pytest.mark.parametrize(("day", "use"), DAY_OF_USE.items())
def test_a_use_in_the_past_needs_its_last_day_and_beside_another_it_is_flagged(day: str, use: str) -> None:
    for answer, needs_day in (("past", True), ("never", False), ("ongoing", False)):
        assert (day in missing_items(PREVIOUS_TREATMENT, {use: answer}, {})) is needs_day, answer
        found = flagged(PREVIOUS_TREATMENT, {use: answer, day: VISIT})
        assert found == ([] if needs_day else [f"{day}_not_asked"]), answer
    assert day in missing_items(PREVIOUS_TREATMENT, {use: "past"}, {day: "unknown"})


def test_every_use_is_required_but_may_be_unknown() -> None:
    uses = {*DAY_OF_USE.values(), "has_other_medicines"}
    assert set(missing_items(PREVIOUS_TREATMENT, {}, {})) == uses
    assert missing_items(PREVIOUS_TREATMENT, {}, dict.fromkeys(uses, "unknown")) == []


@pytest.mark.parametrize(
    ("day", "state", "answer", "needs_day"),
    [
        ("pregnancy_ended_on", "pregnancy", "past", True),
        ("pregnancy_ended_on", "pregnancy", "current", False),
        ("pregnancy_ended_on", "pregnancy", "never", False),
        ("lactation_ended_on", "lactation", "past", True),
        ("lactation_ended_on", "lactation", "current", False),
        ("lactation_ended_on", "lactation", "never", False),
        ("pregnancy_test_on", "pregnancy_test", "negative", True),
        ("pregnancy_test_on", "pregnancy_test", "positive", True),
        ("pregnancy_test_on", "pregnancy_test", "not_done", False),
    ],
)
def test_the_day_of_an_end_or_of_a_test_goes_with_its_answer(
    day: str, state: str, answer: str, needs_day: bool
) -> None:
    assert (day in missing_items(REPRODUCTIVE_STATUS, {state: answer}, {})) is needs_day
    found = flagged(REPRODUCTIVE_STATUS, {state: answer, day: VISIT})
    assert (f"{day}_not_asked" in found) is not needs_day


@pytest.mark.parametrize(
    ("pregnancy", "test", "is_odd"),
    [
        ("never", "positive", True),
        ("past", "positive", True),
        ("current", "positive", False),
        (None, "positive", False),
        ("never", "negative", False),
        ("current", "negative", False),
    ],
)
def test_a_positive_test_without_a_current_pregnancy_is_asked_about(
    pregnancy: str | None, test: str, is_odd: bool
) -> None:
    found = codes(REPRODUCTIVE_STATUS, {"pregnancy": pregnancy, "pregnancy_test": test}, Severity.SOFT)
    assert found == ["positive_test_without_pregnancy"] * is_odd


@pytest.mark.parametrize(
    "answer",
    [
        {"pregnancy": "past"},
        {"pregnancy": "current"},
        {"lactation": "past"},
        {"lactation": "current"},
        {"pregnancy": "current", "pregnancy_test": "positive"},
        {"plans_pregnancy": "Y"},
    ],
)
def test_answers_that_only_a_woman_gives_are_asked_about_in_a_man(answer: dict[str, str]) -> None:
    values = {**WOMAN, **answer}
    assert codes(REPRODUCTIVE_STATUS, values, Severity.SOFT, sex="M") == ["answers_of_a_woman"]
    assert codes(REPRODUCTIVE_STATUS, values, Severity.SOFT, sex="F") == []
    assert codes(REPRODUCTIVE_STATUS, values, Severity.SOFT) == []


def test_plain_answers_are_not_asked_about() -> None:
    for sex in ("F", "M"):
        assert codes(REPRODUCTIVE_STATUS, WOMAN, Severity.SOFT, sex=sex) == []


def test_another_type_or_race_is_asked_for_by_name_only_where_it_is_another() -> None:
    assert "other_type" in missing_items(PSORIASIS_HISTORY, {"psoriasis_type": "other"}, {})
    assert "other_type" not in missing_items(PSORIASIS_HISTORY, {"psoriasis_type": "plaque"}, {})
    assert flagged(PSORIASIS_HISTORY, {"psoriasis_type": "plaque", "other_type": "Palmar"}) == ["other_type_not_asked"]
    assert flagged(DEMOGRAPHICS, {"race": "ASIAN", "other_race": "Mixed"}) == ["other_race_not_asked"]
    assert flagged(DEMOGRAPHICS, {"race": "OTHER", "other_race": "Mixed"}) == []
