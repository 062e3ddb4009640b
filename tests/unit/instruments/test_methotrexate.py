"""What the methotrexate form refuses and asks about."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.form_specs import FormContext, Severity
from assessments.instruments.methotrexate.spec import SPEC, check, prefill

CONTEXT = FormContext(consent_on=date(2026, 5, 1), visit_on=date(2026, 5, 20))
IN_ARM = replace(CONTEXT, dose_mg_low=5, dose_mg_high=25)


def found(context: FormContext, **values: Any) -> list[tuple[str, Severity]]:
    return [(objection.code, objection.severity) for objection in check(values, context)]


@pytest.mark.parametrize(("days_off", "is_refused"), [(-1, True), (0, False), (1, True)])
def test_the_dose_is_taken_on_the_day_of_the_visit(days_off: int, is_refused: bool) -> None:
    objections = found(CONTEXT, taken_on=CONTEXT.visit_on + timedelta(days=days_off))
    assert objections == [("taken_not_on_visit_day", Severity.HARD)] * is_refused


def test_the_day_of_the_visit_is_proposed() -> None:
    assert prefill(CONTEXT) == {"taken_on": CONTEXT.visit_on}


@pytest.mark.parametrize(
    ("dose_mg", "code"),
    [
        ("4.9", "dose_between_steps dose_below_range"),
        ("2.5", "dose_below_range"),
        ("5.0", ""),
        ("7.5", ""),
        ("7.6", "dose_between_steps"),
        ("25.0", ""),
        ("27.5", "dose_above_range"),
    ],
)
def test_steps_of_the_tablet_and_the_range_of_the_arm_are_asked_about(dose_mg: str, code: str) -> None:
    objections = found(IN_ARM, dose_mg=Decimal(dose_mg))
    assert objections == [(each, Severity.SOFT) for each in code.split()]


@pytest.mark.parametrize("dose_mg", ["2.5", "27.5"])
def test_no_range_is_asked_about_where_the_arm_gives_none(dose_mg: str) -> None:
    assert found(CONTEXT, dose_mg=Decimal(dose_mg)) == []


def test_no_dose_is_a_form_that_was_not_done() -> None:
    assert found(IN_ARM, dose_mg=Decimal("0.0")) == [("no_dose", Severity.HARD)]


def test_the_form_documents_a_treatment_and_publishes_its_dose() -> None:
    assert SPEC.is_treatment
    assert [(fact.code, fact.unit) for fact in SPEC.facts] == [("methotrexate_mg", "mg")]
