"""Under which term an event counts, and when a stopping rule holds."""

from typing import Any

import pytest

from clinical.safety.ctcae_events import EventTerm
from clinical.safety.incidence import CountedEvent
from clinical.safety.stopping_rules import StoppingRule, standing_of
from clinical.safety.terms import NamedTerm, counted_term


def event(subject: str = "1", **changed: Any) -> CountedEvent:
    facts = {"is_related": True, "is_serious": True, "is_special_interest": True, "grade": 3, "term": "fever"}
    return CountedEvent(subject=subject, arm="CELLS", **{**facts, **changed})


def rule(**changed: Any) -> StoppingRule:
    return StoppingRule(**{"code": "SR01", "text": "Two subjects", "subjects": 2, **changed})


@pytest.mark.parametrize(
    ("code", "words", "term"),
    [
        (EventTerm.FEVER, "38.5 degrees", "fever"),
        (EventTerm.OTHER, "Sore  throat ", "sore throat"),
        (EventTerm.OTHER, " sore\tTHROAT", "sore throat"),
        (EventTerm.OTHER, "FEVER", "fever"),
        (EventTerm.OTHER, "Infusion related Reaction", "infusion_related_reaction"),
        (EventTerm.OTHER, "发热", "发热"),
    ],
)
def test_an_event_counts_under_its_ctcae_term_or_its_folded_words(code: EventTerm, words: str, term: str) -> None:
    assert counted_term(code, words) == term


@pytest.mark.parametrize(
    ("name", "key"),
    [("fever", "fever"), ("Chills", "chills"), ("Sore throat", "sore throat"), ("allergic_reaction",) * 2],
)
def test_a_protocol_names_a_term_by_code_or_in_words(name: str, key: str) -> None:
    assert NamedTerm(name).key == key


@pytest.mark.parametrize(("subjects", "holds"), [(1, False), (2, True), (3, True)])
def test_a_rule_holds_from_its_number_of_subjects_on(subjects: int, holds: bool) -> None:
    assert standing_of(rule(), [event(str(number)) for number in range(subjects)]).holds is holds


def test_a_subject_with_many_such_events_counts_once() -> None:
    standing = standing_of(rule(), [event("7"), event("7"), event("7", term="chills")])
    assert (standing.subjects, standing.holds) == (("7",), False)


@pytest.mark.parametrize(
    ("asked", "lacking", "meeting"),
    [
        ({"grade_at_least": 3}, {"grade": 2}, {"grade": 3}),
        ({"grade_at_least": 5, "is_related": True}, {"grade": 4}, {"grade": 5}),
        ({"is_related": True}, {"is_related": False}, {"is_serious": False}),
        ({"is_serious": True}, {"is_serious": False}, {"is_related": False}),
        ({"is_special_interest": True}, {"is_special_interest": False}, {"is_related": False}),
        ({"terms": (NamedTerm("Fever"),)}, {"term": "chills"}, {"term": "fever"}),
    ],
)
def test_an_event_must_meet_every_condition(
    asked: dict[str, Any], lacking: dict[str, Any], meeting: dict[str, Any]
) -> None:
    asking = rule(subjects=1, **asked)
    assert not standing_of(asking, [event(**lacking)]).holds
    assert standing_of(asking, [event(**meeting)]).holds


def test_conditions_met_by_two_events_of_a_subject_are_not_met_by_one() -> None:
    asking = rule(subjects=1, grade_at_least=3, is_related=True)
    assert not standing_of(asking, [event(grade=2), event(is_related=False)]).holds


@pytest.mark.parametrize("wrong", [{"subjects": 0}, {"grade_at_least": 0}, {"grade_at_least": 6}])
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="SR01 asks for"):
        rule(**wrong)
