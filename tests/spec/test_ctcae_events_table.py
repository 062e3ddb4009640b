"""Which grades of CTCAE version 5.0 an event can have, row by row, for a clinician to sign.

"-": CTCAE has no such grade for the term. "g": the words are those of the general grade.
"""

import pytest

from clinical.safety.ctcae_events import (
    EVENT_SCALES,
    EventTerm,
    grades_of,
    reported_as,
    words_key,
)

#   term in the app             1  2  3  4  5   if related to an infusion, reported as
TABLE = """
    infusion_related_reaction   1  2  3  4  g   infusion_related_reaction
    allergic_reaction           1  2  3  4  g   infusion_related_reaction
    anaphylaxis                 -  -  3  4  g   anaphylaxis
    fever                       1  2  3  4  g   fever
    thromboembolic_event        1  2  3  4  g   thromboembolic_event
    chills                      1  2  3  -  -   chills
    other                       g  g  g  g  g   other
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]


def expected_key(term: str, grade: int, cell: str) -> str:
    return f"general.{grade}" if cell == "g" else f"{term}.{grade}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_grades_of_a_term_and_the_keys_of_their_words(row: list[str]) -> None:
    term, *cells, _ = row
    keys = {grade: expected_key(term, grade, cell) for grade, cell in enumerate(cells, start=1) if cell != "-"}
    assert grades_of(EventTerm(term)) == tuple(keys)
    assert {grade: words_key(EventTerm(term), grade) for grade in keys} == keys


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_grade_that_a_term_does_not_have_is_refused(row: list[str]) -> None:
    term, *cells, _ = row
    absent = [grade for grade, cell in enumerate(cells, start=1) if cell == "-"]
    for grade in (0, *absent, 6):
        with pytest.raises(ValueError, match=f"{term} has no grade {grade}; it has "):
            words_key(EventTerm(term), grade)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_allergic_reaction_to_an_infusion_is_reported_once_as_infusion_related_reaction(row: list[str]) -> None:
    term, *_, instead = row
    assert reported_as(EventTerm(term), is_infusion_related=True) == instead
    assert reported_as(EventTerm(term), is_infusion_related=False) == term


def test_the_table_names_every_term_once() -> None:
    assert [row[0] for row in ROWS] == list(EventTerm) == list(EVENT_SCALES)


def test_every_term_but_the_last_has_its_name_in_ctcae() -> None:
    names = {code: scale.term for code, scale in EVENT_SCALES.items()}
    assert names.pop(EventTerm.OTHER) == ""
    assert {code: name.casefold().replace(" ", "_") for code, name in names.items()} == {code: code for code in names}


def test_the_app_needs_words_for_each_grade_of_the_table_once() -> None:
    expected = {
        expected_key(row[0], grade, cell) for row in ROWS for grade, cell in enumerate(row[1:6], start=1) if cell != "-"
    }
    assert {words_key(term, grade) for term in EventTerm for grade in grades_of(term)} == expected
