"""What grades mean in words: every grade that a term has, and none that it has not."""

import pytest

from clinical.safety.ctcae_events import EventTerm, grades_of, words_key
from safety.grade_words import WORDS, grade_in_words, scales
from safety.terms import Grade, Term


def test_every_grade_of_a_term_has_words_and_no_words_are_left_over() -> None:
    keys = {words_key(term, grade) for term in EventTerm for grade in grades_of(term)}
    assert set(WORDS) == {key for key in keys if not key.startswith("general.")}


@pytest.mark.parametrize(
    ("term", "grade", "words"),
    [
        ("fever", 1, "1 · 38.0 to 39.0 °C"),
        ("fever", 5, "5 · Death"),
        ("anaphylaxis", 4, "4 · Life-threatening; urgent treatment"),
        ("chills", 3, "3 · Severe or prolonged"),
        ("other", 2, str(Grade.MODERATE.label)),
        # What was stored before the term was known is still read.
        ("anaphylaxis", 1, str(Grade.MILD.label)),
    ],
)
def test_a_grade_reads_as_its_term_says(term: str, grade: int, words: str) -> None:
    assert grade_in_words(term, grade) == words


def test_the_form_lists_every_term_with_exactly_its_grades() -> None:
    listed = {scale.term: tuple(grade for grade, _meaning in scale.grades) for scale in scales(())}
    assert listed == {term.value: grades_of(term) for term in EventTerm if term is not EventTerm.OTHER}
    assert [scale.term for scale in scales({"chills", "Injection site pain"}) if scale.is_special] == ["chills"]


def test_the_terms_of_the_record_are_those_of_ctcae() -> None:
    assert set(Term.values) == {term.value for term in EventTerm}
