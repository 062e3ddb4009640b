"""Grades of laboratory values by CTCAE version 5.0, row by row, for a clinician to sign.

A row gives the limits of normal, the values and their grades; values and grades are read in pairs. Units: calcium
mmol/L, haemoglobin g/L, cells 10^9/L, creatinine and bilirubin µmol/L, ALT and AST U/L.
"""

from decimal import Decimal

import pytest

from clinical.grading.ctcae import VERSION, Direction, LabGrade, corrected_calcium, grade
from clinical.laboratory.reference_range import ReferenceRange

NO_LIMITS = ReferenceRange()


def limits(low: str, high: str) -> ReferenceRange:
    return ReferenceRange(Decimal(low) if low else None, Decimal(high) if high else None)


def graded(code: str, value: str, normal: ReferenceRange, baseline: str = "") -> LabGrade:
    found = grade(code, Decimal(value), normal, baseline=Decimal(baseline) if baseline else None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "low", "high", "baseline", "values", "grades"),
    [
        ("CA", "2.10", "2.60", "", "2.60 2.61 2.90 2.91 3.10 3.11 3.40 3.41", "0 1 1 2 2 3 3 4"),
        ("CA", "2.10", "2.60", "", "2.10 2.09 2.00 1.99 1.75 1.74 1.50 1.49", "0 1 1 2 2 3 3 4"),
        ("CACR", "2.10", "2.60", "", "2.90 2.91 2.00 1.99", "1 2 1 2"),
        ("CAION", "1.15", "1.30", "", "1.30 1.31 1.50 1.51 1.60 1.61 1.80 1.81", "0 1 1 2 2 3 3 4"),
        ("CAION", "1.15", "1.30", "", "1.15 1.14 1.00 0.99 0.90 0.89 0.80 0.79", "0 1 1 2 2 3 3 4"),
        ("ALT", "", "40", "30", "40 41 120 121 200 201 800 801", "0 1 1 2 2 3 3 4"),
        ("AST", "", "40", "30", "40 41 120 121 200 201 800 801", "0 1 1 2 2 3 3 4"),
        ("ALT", "", "40", "40", "120 121", "1 2"),  # a baseline at the limit is normal
        ("ALT", "", "40", "50", "74 75 150 151 250 251 1000 1001", "0 1 1 2 2 3 3 4"),
        ("AST", "", "40", "50", "74 75 150 151 250 251 1000 1001", "0 1 1 2 2 3 3 4"),
        ("BILI", "", "20", "15", "20 20.1 30 30.1 60 60.1 200 200.1", "0 1 1 2 2 3 3 4"),
        ("BILI", "", "20", "30", "30 30.1 45 45.1 90 90.1 300 300.1", "0 1 1 2 2 3 3 4"),
        ("CREAT", "", "98", "", "98 98.1 147 147.1 294 294.1 588 588.1", "0 1 1 2 2 3 3 4"),
        ("CREAT", "", "98", "60", "90 91 180 181 588 588.1", "0 2 2 3 3 4"),
        ("HGB", "130", "175", "", "130 129 100 99 80 79", "0 1 1 2 2 3"),
        ("HGB", "130", "175", "", "175 176 195 196 215 216", "0 1 1 2 2 3"),
        ("PLAT", "125", "350", "", "125 124 75 74 50 49 25 24", "0 1 1 2 2 3 3 4"),
        ("PLAT", "125", "350", "", "75.0 74.9", "1 2"),
        ("WBC", "4.0", "10.0", "", "4.0 3.9 3.0 2.9 2.0 1.9 1.0 0.9", "0 1 1 2 2 3 3 4"),
        ("WBC", "4.0", "10.0", "", "10.1 100 100.1", "0 0 3"),
        ("LYM", "1.1", "3.2", "", "1.1 1.09 0.80 0.79 0.50 0.49 0.20 0.19", "0 1 1 2 2 3 3 4"),
    ],
)
def test_a_border_value_belongs_to_the_lower_grade(
    code: str, low: str, high: str, baseline: str, values: str, grades: str
) -> None:
    found = [str(graded(code, value, limits(low, high), baseline).grade) for value in values.split()]
    assert found == grades.split()


@pytest.mark.parametrize(
    ("code", "value", "low", "high", "term", "direction"),
    [
        ("CA", "2.70", "2.10", "2.60", "Hypercalcemia", Direction.HIGH),
        ("CA", "2.05", "2.10", "2.60", "Hypocalcemia", Direction.LOW),
        ("ALT", "50", "", "40", "Alanine aminotransferase increased", Direction.HIGH),
        ("AST", "50", "", "40", "Aspartate aminotransferase increased", Direction.HIGH),
        ("BILI", "25", "", "20", "Blood bilirubin increased", Direction.HIGH),
        ("CREAT", "100", "", "98", "Creatinine increased", Direction.HIGH),
        ("HGB", "120", "130", "175", "Anemia", Direction.LOW),
        ("HGB", "180", "130", "175", "Hemoglobin increased", Direction.HIGH),
        ("PLAT", "100", "125", "350", "Platelet count decreased", Direction.LOW),
        ("WBC", "3.5", "4.0", "10.0", "White blood cell decreased", Direction.LOW),
        ("WBC", "101", "4.0", "10.0", "Leukocytosis", Direction.HIGH),
        ("LYM", "1.0", "1.1", "3.2", "Lymphocyte count decreased", Direction.LOW),
    ],
)
def test_the_term_says_on_which_side_the_value_lies(
    code: str, value: str, low: str, high: str, term: str, direction: Direction
) -> None:
    found = graded(code, value, limits(low, high))
    assert (found.term, found.direction, found.version) == (term, direction, VERSION) == (term, direction, "5.0")


def test_creatinine_within_normal_is_grade_two_by_its_baseline_and_both_are_said() -> None:
    found = graded("CREAT", "91", limits("", "98"), baseline="60")
    assert (found.grade, found.by_baseline, found.by_limits) == (2, True, 0)


def test_creatinine_beyond_a_multiple_of_the_limit_is_graded_by_the_limit() -> None:
    found = graded("CREAT", "150", limits("", "98"), baseline="70")
    assert (found.grade, found.by_baseline, found.by_limits) == (2, False, 2)


@pytest.mark.parametrize(
    ("value", "grade_by_baseline", "grade_by_limits"), [("60", 0, 1), ("151", 2, 2), ("260", 3, 3)]
)
def test_alt_from_a_raised_baseline_is_graded_by_the_baseline(
    value: str, grade_by_baseline: int, grade_by_limits: int
) -> None:
    found = graded("ALT", value, limits("", "40"), baseline="50")
    assert (found.grade, found.by_baseline, found.by_limits) == (grade_by_baseline, True, grade_by_limits)


def test_the_baseline_is_compared_with_the_limits_of_its_own_day() -> None:
    today = limits("", "60")
    at_baseline = limits("", "40")
    found = grade("ALT", Decimal("70"), today, baseline=Decimal("50"), baseline_range=at_baseline)
    assert found is not None
    assert (found.grade, found.by_baseline, found.by_limits) == (0, True, 1)


def test_a_raised_baseline_is_enough_where_the_limit_of_today_is_missing() -> None:
    found = grade("ALT", Decimal("151"), NO_LIMITS, baseline=Decimal("50"), baseline_range=limits("", "40"))
    assert found is not None
    assert (found.grade, found.by_baseline, found.by_limits) == (2, True, None)


@pytest.mark.parametrize(
    ("code", "value"),
    [("ALT", "900"), ("BILI", "500"), ("CREAT", "900"), ("CA", "2.8"), ("CA", "2.05"), ("HGB", "129"), ("PLAT", "80")],
)
def test_without_the_limit_of_normal_there_is_no_grade(code: str, value: str) -> None:
    assert grade(code, Decimal(value), NO_LIMITS) is None


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [("CA", "3.5", 4), ("CA", "2.95", 2), ("CA", "1.4", 4), ("HGB", "79", 3), ("PLAT", "60", 2), ("WBC", "101", 3)],
)
def test_an_absolute_border_needs_no_limit_of_normal(code: str, value: str, expected: int) -> None:
    assert graded(code, value, NO_LIMITS).grade == expected


def test_a_value_normal_on_one_side_is_not_graded_while_the_other_side_is_unknown() -> None:
    assert grade("CA", Decimal("2.3"), limits("2.1", "")) is None
    assert grade("CA", Decimal("2.3"), limits("", "2.6")) is None
    assert graded("CA", "2.05", limits("2.1", "")).grade == 1


def test_a_creatinine_baseline_does_not_stand_in_for_a_missing_limit() -> None:
    assert grade("CREAT", Decimal("400"), NO_LIMITS, baseline=Decimal("60")) is None


@pytest.mark.parametrize(
    ("code", "eligible", "excluded", "low", "high"),
    [
        ("CA", "2.90", "2.91", "2.10", "2.60"),
        ("CA", "2.00", "1.99", "2.10", "2.60"),
        ("PLAT", "75.0", "74.9", "125", "350"),
        ("WBC", "3.0", "2.9", "4.0", "10.0"),
        ("HGB", "195", "196", "130", "175"),
    ],
)
def test_the_exclusion_borders_of_the_guangdong_trials_are_those_between_grade_one_and_two(
    code: str, eligible: str, excluded: str, low: str, high: str
) -> None:
    assert graded(code, eligible, limits(low, high)).grade == 1
    assert graded(code, excluded, limits(low, high)).grade == 2


@pytest.mark.parametrize(
    ("total", "albumin", "corrected"),
    [("2.40", "40", "2.40"), ("2.10", "30", "2.30"), ("2.40", "45", "2.30"), ("2.00", "39.75", "2.01")],
)
def test_calcium_is_corrected_to_forty_grams_of_albumin(total: str, albumin: str, corrected: str) -> None:
    assert str(corrected_calcium(total=Decimal(total), albumin=Decimal(albumin))) == corrected
