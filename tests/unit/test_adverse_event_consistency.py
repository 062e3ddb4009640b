"""What the values of an adverse event must agree on, and what merely deserves a second look."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from safety.consistency import Outline, contradictions, points_to_check
from safety.terms import RELATED, Causality, Outcome

ONSET = date(2026, 5, 4)
DAY_AFTER = date(2026, 5, 5)
MILD_FEVER = Outline(
    onset_on=ONSET, ended_on=DAY_AFTER, grade=1, is_serious=False, criteria=frozenset(), outcome=Outcome.RECOVERED
)
FATAL = Outline(
    onset_on=ONSET,
    ended_on=DAY_AFTER,
    grade=5,
    is_serious=True,
    criteria=frozenset({"results_in_death"}),
    outcome=Outcome.FATAL,
)
NOTHING_ENTERED = Outline(onset_on=None, ended_on=None, grade=None, is_serious=None, criteria=frozenset(), outcome="")


@pytest.mark.parametrize(
    ("event", "changes"),
    [
        pytest.param(MILD_FEVER, {}, id="over with an end date"),
        pytest.param(MILD_FEVER, {"ended_on": ONSET}, id="over on the day of onset"),
        pytest.param(
            MILD_FEVER, {"ended_on": None, "outcome": Outcome.RECOVERING}, id="recovering without an end date"
        ),
        pytest.param(MILD_FEVER, {"ended_on": None, "outcome": Outcome.UNKNOWN}, id="unknown without an end date"),
        pytest.param(MILD_FEVER, {"outcome": Outcome.UNKNOWN}, id="unknown with an end date"),
        pytest.param(MILD_FEVER, {"grade": 3}, id="severe and not serious"),
        pytest.param(
            MILD_FEVER, {"is_serious": True, "criteria": frozenset({"caused_hospitalisation"})}, id="mild and serious"
        ),
        pytest.param(FATAL, {}, id="fatal in all three places"),
        pytest.param(FATAL, {"ended_on": None}, id="fatal without an end date"),
        pytest.param(NOTHING_ENTERED, {}, id="nothing entered yet"),
    ],
)
def test_values_that_agree_are_not_contradicted(event: Outline, changes: dict[str, Any]) -> None:
    assert contradictions(replace(event, **changes)) == {}


@pytest.mark.parametrize(
    ("event", "changes", "fields"),
    [
        pytest.param(MILD_FEVER, {"ended_on": date(2026, 5, 3)}, {"ended_on"}, id="end before onset"),
        pytest.param(MILD_FEVER, {"ended_on": None}, {"ended_on"}, id="recovered without an end date"),
        pytest.param(
            MILD_FEVER,
            {"ended_on": None, "outcome": Outcome.RECOVERED_WITH_SEQUELAE},
            {"ended_on"},
            id="sequelae without an end date",
        ),
        pytest.param(MILD_FEVER, {"outcome": Outcome.NOT_RECOVERED}, {"ended_on"}, id="not recovered with an end date"),
        pytest.param(MILD_FEVER, {"outcome": Outcome.RECOVERING}, {"ended_on"}, id="recovering with an end date"),
        pytest.param(MILD_FEVER, {"is_serious": True}, {"is_serious"}, id="serious without a criterion"),
        pytest.param(
            MILD_FEVER, {"criteria": frozenset({"is_disabling"})}, {"is_serious"}, id="criterion but not serious"
        ),
        pytest.param(MILD_FEVER, {"grade": 5}, {"outcome", "results_in_death"}, id="death in the grade only"),
        pytest.param(
            MILD_FEVER, {"outcome": Outcome.FATAL}, {"grade", "results_in_death"}, id="death in the outcome only"
        ),
        pytest.param(FATAL, {"grade": 4}, {"grade"}, id="fatal with grade 4"),
        pytest.param(FATAL, {"outcome": Outcome.UNKNOWN}, {"outcome"}, id="fatal with another outcome"),
        pytest.param(
            FATAL,
            {"criteria": frozenset({"is_life_threatening"})},
            {"results_in_death"},
            id="fatal without the criterion",
        ),
    ],
)
def test_a_contradiction_is_shown_at_the_field_to_look_at(
    event: Outline, changes: dict[str, Any], fields: set[str]
) -> None:
    assert set(contradictions(replace(event, **changes))) == fields


def test_grade_four_without_the_life_threatening_criterion_is_pointed_out() -> None:
    assert len(points_to_check(replace(MILD_FEVER, grade=4))) == 1


@pytest.mark.parametrize(
    "event",
    [
        replace(MILD_FEVER, grade=3),
        replace(MILD_FEVER, grade=4, is_serious=True, criteria=frozenset({"is_life_threatening"})),
    ],
)
def test_what_is_as_expected_is_not_pointed_out(event: Outline) -> None:
    assert points_to_check(event) == []


def test_all_causality_categories_but_unlikely_count_as_related() -> None:
    assert set(Causality) - RELATED == {Causality.UNLIKELY}
