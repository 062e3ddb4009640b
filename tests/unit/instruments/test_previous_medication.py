"""The lines of previous treatment: their days, and what the form says of their kind."""

from datetime import date
from typing import Any

import pytest

from assessments.form_specs import ROW_KEY, FormContext, Severity
from assessments.form_values import missing_items, objections
from assessments.instruments.previous_treatment.spec import SPEC

VISIT = date(2026, 5, 20)
LAST = date(2026, 3, 15)


def found(row: dict[str, Any], **values: Any) -> dict[str, Severity]:
    context = FormContext(consent_on=date(2026, 5, 1), visit_on=VISIT)
    entry = {**values, "treatments": ({ROW_KEY: "1", **row},)}
    return {objection.code: objection.severity for objection in objections(SPEC, entry, context)}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"started_on": "2026-05-21"}, "treatments-1-started_on_after_visit"),
        ({"is_ongoing": "N", "ended_on": "2026-06"}, "treatments-1-ended_on_after_visit"),
        ({"started_on": "2020", "is_ongoing": "N", "ended_on": "2019-12-31"}, "treatments-1-ended_on_before_start"),
    ],
)
def test_a_treatment_is_refused_days_that_cannot_be(row: dict[str, Any], code: str) -> None:
    assert found(row) == {code: Severity.HARD}


@pytest.mark.parametrize(
    ("end", "is_odd"),
    [("2026-03-15", False), ("2026-03-16", True), ("2026-03", False), ("2026", False), ("2026-04", True)],
)
def test_an_end_after_the_last_use_of_its_kind_is_asked_about(end: str, is_odd: bool) -> None:
    row = {"kind": "topical", "is_ongoing": "N", "ended_on": end}
    code = "treatments-1-ended_on_after_last_use"
    assert found(row, topical_use="past", topical_last_on=LAST) == ({code: Severity.SOFT} if is_odd else {})
    assert found(row, systemic_use="past", systemic_last_on=LAST) == {}


@pytest.mark.parametrize("kind", ["topical", "systemic", "phototherapy", "biologic", "cell_therapy"])
def test_a_line_of_a_kind_that_was_never_used_is_asked_about(kind: str) -> None:
    assert found({"kind": kind}, **{f"{kind}_use": "never"}) == {"treatments-1-kind_never_used": Severity.SOFT}
    assert found({"kind": kind}, **{f"{kind}_use": "past", f"{kind}_last_on": LAST}) == {}


def test_an_ongoing_line_of_a_kind_in_the_past_is_asked_about() -> None:
    row = {"kind": "biologic", "is_ongoing": "Y"}
    assert found(row, biologic_use="past") == {"treatments-1-is_ongoing_but_past": Severity.SOFT}
    assert found(row, biologic_use="ongoing") == {}


@pytest.mark.parametrize(
    ("answer", "kind", "codes"),
    [
        ("Y", "other", set()),
        ("Y", "topical", {"other_medicine_not_listed"}),
        ("N", "other", {"other_medicine_listed"}),
        ("N", "topical", set()),
        (None, "other", set()),
    ],
)
def test_other_medicines_are_listed_where_there_are_any(answer: str | None, kind: str, codes: set[str]) -> None:
    assert found({"kind": kind}, has_other_medicines=answer).keys() == codes


def test_a_line_needs_name_and_kind_and_a_dose_needs_its_unit() -> None:
    def needed(**row: Any) -> set[str]:
        entry = {"treatments": ({ROW_KEY: "1", **row},)}
        missing = missing_items(SPEC, entry, {})
        return {address.rpartition("-")[2] for address in missing if address.startswith("treatments-")}

    assert needed() == {"term", "kind", "started_on", "is_ongoing"}
    assert "unit" in needed(dose=5)
    assert "ended_on" in needed(is_ongoing="N")
    assert "ended_on" not in needed(is_ongoing="Y")


def test_a_unit_without_a_dose_is_kept_and_flagged() -> None:
    assert found({"unit": "mg"}) == {"treatments-1-unit_not_asked": Severity.SOFT}
    assert found({"unit": "mg", "dose": 0}) == {}
