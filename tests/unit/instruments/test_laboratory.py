"""What the laboratory form asks about, and what it cannot do without."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.form_specs import FormContext, Severity
from assessments.form_values import missing_items
from assessments.instruments.laboratory.spec import SPEC, UPPER_LIMITS, check

CONTEXT = FormContext(consent_on=date(2026, 5, 1), visit_on=date(2026, 5, 20))
DAY = timedelta(days=1)


def found(**values: Any) -> list[tuple[str, Severity]]:
    return [(objection.code, objection.severity) for objection in check(values, CONTEXT)]


@pytest.mark.parametrize(
    ("sampled_on", "code"),
    [
        (CONTEXT.consent_on - DAY, "sample_before_consent"),
        (CONTEXT.consent_on, None),
        (CONTEXT.visit_on, None),
        (CONTEXT.visit_on + DAY, "sample_after_visit"),
    ],
)
def test_the_sample_is_taken_between_consent_and_visit(sampled_on: date, code: str | None) -> None:
    assert found(sampled_on=sampled_on) == ([(code, Severity.HARD)] if code else [])


@pytest.mark.parametrize(("lower", "is_refused"), [("174.9", False), ("175.0", True), ("175.1", True)])
def test_the_lower_limit_of_haemoglobin_is_below_the_upper(lower: str, is_refused: bool) -> None:
    objections = found(haemoglobin_lln_g_l=Decimal(lower), haemoglobin_uln_g_l=Decimal("175.0"))
    assert objections == [("haemoglobin_limits_not_in_order", Severity.HARD)] * is_refused


@pytest.mark.parametrize("name", UPPER_LIMITS)
def test_a_value_above_ten_times_its_limit_is_asked_about(name: str) -> None:
    limit = {UPPER_LIMITS[name]: Decimal("20.0")}
    assert found(**limit, **{name: Decimal("200.0")}) == []
    assert found(**limit, **{name: Decimal("200.1")}) == [(f"{name}_far_above_limit", Severity.SOFT)]
    assert found(**{name: Decimal("200.1")}) == []


def test_every_value_with_an_upper_limit_is_compared_with_it() -> None:
    limits = {item.name for item in SPEC.items if "_uln_" in item.name}
    assert set(UPPER_LIMITS.values()) == limits
    assert all(limit.replace("_uln", "") == name for name, limit in UPPER_LIMITS.items())


def test_bilirubin_and_cystatin_c_may_be_left_out_and_nothing_else() -> None:
    optional = {"bilirubin_umol_l", "bilirubin_uln_umol_l", "cystatin_c_mg_l", "cystatin_c_uln_mg_l"}
    assert set(missing_items(SPEC, {}, {})) == {item.name for item in SPEC.items} - optional


@pytest.mark.parametrize("name", ["bilirubin_umol_l", "cystatin_c_mg_l"])
def test_a_value_that_may_be_left_out_needs_its_limit_where_it_is_given(name: str) -> None:
    limit = UPPER_LIMITS[name]
    assert limit in missing_items(SPEC, {name: Decimal("0")}, {})
    assert limit not in missing_items(SPEC, {name: Decimal("0")}, {limit: "unknown"})


def test_every_number_is_a_fact_of_the_same_name_with_its_unit() -> None:
    numbers = {item.name: item.unit for item in SPEC.items if item.name != "sampled_on"}
    assert {fact.code: fact.unit for fact in SPEC.facts} == numbers
    assert all(publication.name == publication.fact.code for publication in SPEC.publishes)
    assert len(numbers) == 16 and all(numbers.values())
