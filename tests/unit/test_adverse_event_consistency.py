"""What the values of an adverse event must agree on, and what merely deserves a second look."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from clinical.safety.causality import Cause
from safety.consistency import (
    GradeLine,
    Outline,
    contradictions,
    grade_lines_that_cannot_be,
    points_to_check,
)
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
        pytest.param(MILD_FEVER, {"ended_on": date(2026, 5, 3)}, {"ended"}, id="end before onset"),
        pytest.param(MILD_FEVER, {"ended_on": None}, {"ended"}, id="recovered without an end date"),
        pytest.param(
            MILD_FEVER,
            {"ended_on": None, "outcome": Outcome.RECOVERED_WITH_SEQUELAE},
            {"ended"},
            id="sequelae without an end date",
        ),
        pytest.param(MILD_FEVER, {"outcome": Outcome.NOT_RECOVERED}, {"ended"}, id="not recovered with an end date"),
        pytest.param(MILD_FEVER, {"outcome": Outcome.RECOVERING}, {"ended"}, id="recovering with an end date"),
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


SERIOUS = replace(MILD_FEVER, is_serious=True, criteria=frozenset({"caused_hospitalisation"}), admitted_on=ONSET)


@pytest.mark.parametrize(
    ("event", "changes", "fields"),
    [
        pytest.param(MILD_FEVER, {"onset": "2026-06", "ended": "2026-05"}, {"ended"}, id="a month before"),
        pytest.param(MILD_FEVER, {"onset": "2026-05", "ended": "2026-05"}, set(), id="the same month"),
        pytest.param(MILD_FEVER, {"onset": "2026", "ended": "2026-05-01"}, set(), id="inside the year"),
        pytest.param(MILD_FEVER, {"onset": "2026-05", "has_onset_time": True}, {"onset_time"}, id="time of a month"),
        pytest.param(MILD_FEVER, {"onset": "2026-05-04", "has_onset_time": True}, set(), id="time of a day"),
        pytest.param(MILD_FEVER, {"term": "anaphylaxis", "grade": 2}, {"grade"}, id="grade below those of the term"),
        pytest.param(MILD_FEVER, {"term": "anaphylaxis", "grade": 3}, set(), id="lowest grade of the term"),
        pytest.param(MILD_FEVER, {"term": "chills", "grade": 3}, set(), id="highest grade of the term"),
        pytest.param(MILD_FEVER, {"term": "chills", "grade": 4}, {"grade"}, id="grade above those of the term"),
        pytest.param(SERIOUS, {}, set(), id="in hospital"),
        pytest.param(SERIOUS, {"is_known_since": False}, {"serious_known_at"}, id="serious since nobody knows when"),
        pytest.param(MILD_FEVER, {"admitted_on": ONSET}, {"admitted_on"}, id="admitted without the criterion"),
        pytest.param(MILD_FEVER, {"discharged_on": ONSET}, {"discharged_on"}, id="discharged without the criterion"),
        pytest.param(SERIOUS, {"discharged_on": ONSET}, set(), id="discharged on the same day"),
        pytest.param(SERIOUS, {"discharged_on": date(2026, 5, 3)}, {"discharged_on"}, id="discharged before"),
        pytest.param(
            SERIOUS, {"admitted_on": None, "discharged_on": ONSET}, {"admitted_on"}, id="discharged, never admitted"
        ),
    ],
)
def test_each_rule_has_its_two_sides(event: Outline, changes: dict[str, Any], fields: set[str]) -> None:
    assert set(contradictions(replace(event, **changes))) == fields


TODAY = date(2026, 5, 20)
GRADE_3 = replace(MILD_FEVER, grade=3, ended_on=date(2026, 5, 10))


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        pytest.param(GRADE_3, (), id="no change"),
        pytest.param(GRADE_3, ((ONSET, 1), (DAY_AFTER, 3), (date(2026, 5, 10), 2)), id="worse, then better"),
        pytest.param(GRADE_3, ((DAY_AFTER, 1),), id="better than at its onset"),
        pytest.param(replace(GRADE_3, ended_on=None), ((TODAY, 3),), id="going on today"),
        pytest.param(replace(GRADE_3, onset_on=None), ((ONSET, 1),), id="no onset yet"),
        pytest.param(replace(GRADE_3, grade=None), ((ONSET, 1),), id="no grade yet"),
    ],
)
def test_changes_of_grade_inside_the_event_agree_with_it(event: Outline, lines: tuple[GradeLine, ...]) -> None:
    assert grade_lines_that_cannot_be(event, lines, today=TODAY) == []


@pytest.mark.parametrize(
    ("event", "lines", "words"),
    [
        pytest.param(GRADE_3, ((date(2026, 5, 3), 3),), "2026-05-03", id="before the onset"),
        pytest.param(GRADE_3, ((date(2026, 5, 11), 3),), "2026-05-11", id="after the end"),
        pytest.param(replace(GRADE_3, ended_on=None), ((date(2026, 5, 21), 3),), "2026-05-21", id="in the future"),
        pytest.param(GRADE_3, ((DAY_AFTER, 4),), "worst", id="worse than the grade of the event"),
        pytest.param(GRADE_3, ((ONSET, 2), (DAY_AFTER, 1)), "worst", id="never as bad as the grade of the event"),
        pytest.param(GRADE_3, ((DAY_AFTER, 1), (DAY_AFTER, 2)), "same day", id="twice a day"),
        pytest.param(
            replace(GRADE_3, term="anaphylaxis"), ((DAY_AFTER, 2),), "does not have", id="no grade of the term"
        ),
    ],
)
def test_a_change_of_grade_that_cannot_be_is_said_in_words(
    event: Outline, lines: tuple[GradeLine, ...], words: str
) -> None:
    (found,) = grade_lines_that_cannot_be(event, lines, today=TODAY)
    assert words in str(found)


INFUSED = frozenset({Cause.INFUSION_PROCEDURE})


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (replace(MILD_FEVER, term="allergic_reaction", related_to=INFUSED), "infusion related reaction"),
        (replace(MILD_FEVER, term="allergic_reaction", related_to=frozenset({Cause.CELL_PRODUCT})), "infusion related"),
        (replace(SERIOUS, admitted_on=None), "first day is not recorded"),
    ],
)
def test_what_is_unusual_is_pointed_out(event: Outline, words: str) -> None:
    (point,) = points_to_check(event)
    assert words in str(point)


def test_an_event_that_is_usually_of_special_interest_and_not_marked_is_pointed_out() -> None:
    unmarked = replace(MILD_FEVER, is_special_interest=False)
    (point,) = points_to_check(unmarked, is_usually_special=True)
    assert "special interest" in str(point)
    assert points_to_check(unmarked) == []
    assert points_to_check(replace(MILD_FEVER, is_special_interest=True), is_usually_special=True) == []


@pytest.mark.parametrize(
    "event",
    [
        replace(MILD_FEVER, term="allergic_reaction", related_to=frozenset({Cause.PREMEDICATION})),
        replace(MILD_FEVER, term="infusion_related_reaction", related_to=INFUSED),
        SERIOUS,
        replace(MILD_FEVER, term="fever"),
        replace(MILD_FEVER, term="chills", is_special_interest=False),
    ],
)
def test_what_is_usual_is_not_pointed_out(event: Outline) -> None:
    assert points_to_check(event) == []
