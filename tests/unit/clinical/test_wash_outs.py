"""Wash-outs: what a rule asks of one kind of treatment, and whether a use keeps out."""

from datetime import date

import pytest

from assessments.instruments.previous_treatment.model import DAY_OF_USE, Use
from clinical.eligibility import CriterionKind, compile_rule
from clinical.intervals import IntervalUnit
from clinical.wash_outs import ONGOING, PAST, WashOut, keeps_out, last_day_fact, use_fact, wash_out_of
from patients.medication_codes import TreatmentKind

FIRST_TREATMENT = date(2026, 5, 20)
FOURTEEN_DAYS = 'topical_use == "ongoing" || (topical_use == "past" && days_since_topical_last < 14.0)'
DAYS, MONTHS = IntervalUnit.DAYS, IntervalUnit.MONTHS


def test_the_facts_are_those_that_the_form_of_previous_treatment_publishes() -> None:
    kinds = set(TreatmentKind) - {TreatmentKind.OTHER}
    assert {last_day_fact(kind): use_fact(kind) for kind in kinds}.items() <= DAY_OF_USE.items()
    assert {PAST, ONGOING} < set(Use.values)


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        (FOURTEEN_DAYS, WashOut(True, at_least=14)),
        ('topical_use == "past" && days_since_topical_last <= 14.0', WashOut(False, at_least=15)),
        ('topical_use == "past" && 3.0 > months_since_topical_last', WashOut(False, at_least=3, unit=MONTHS)),
        ('topical_use != "never"', WashOut(True, is_ever=True)),
        ('topical_use == "ongoing" || biologic_use == "ongoing"', WashOut(True)),
        ('topical_use == "never"', None),
        ('biologic_use == "ongoing"', None),
        ('topical_use == "ongoing" && pasi_total > 10.0', None),
        ('topical_use == "ongoing" || judgement', WashOut(True)),
    ],
)
def test_an_exclusion_asks_this_of_topical_treatment(rule: str, asked: WashOut | None) -> None:
    assert wash_out_of(CriterionKind.EXCLUSION, compile_rule(rule), "topical") == asked


def test_an_inclusion_asks_the_opposite() -> None:
    rule = compile_rule('topical_use == "never" || (topical_use == "past" && days_since_topical_last >= 14.0)')
    assert wash_out_of(CriterionKind.INCLUSION, rule, "topical") == WashOut(True, at_least=14)


@pytest.mark.parametrize(
    ("last_on", "is_out"),
    [
        (date(2026, 5, 6), False),
        (date(2026, 5, 7), True),
        (date(2026, 5, 19), True),
        (FIRST_TREATMENT, True),
        (date(2026, 6, 1), True),
        (None, True),
        (date(2020, 1, 1), False),
    ],
)
def test_exactly_fourteen_days_are_long_enough_ago(last_on: date | None, is_out: bool) -> None:
    rule = compile_rule(FOURTEEN_DAYS)
    assert keeps_out(CriterionKind.EXCLUSION, rule, "topical", last_on=last_on, on=FIRST_TREATMENT) is is_out


@pytest.mark.parametrize(
    ("last_on", "is_out"), [(date(2026, 2, 20), False), (date(2026, 2, 21), True), (FIRST_TREATMENT, False)]
)
def test_months_are_completed_and_use_on_the_day_itself_goes_on(last_on: date, is_out: bool) -> None:
    rule = compile_rule('topical_use == "past" && months_since_topical_last < 3.0')
    assert keeps_out(CriterionKind.EXCLUSION, rule, "topical", last_on=last_on, on=FIRST_TREATMENT) is is_out
