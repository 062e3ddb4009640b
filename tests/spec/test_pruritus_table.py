"""Itch on the visual analogue scale, row by row, for a clinician to sign.

Source of the bands: Reich et al. 2012 (0 none, above 0 to below 4 mild, 4 to below 7 moderate, 7 to below 9 severe,
9 and more very severe).
"""

from decimal import Decimal

import pytest

from clinical.scoring.pruritus import Severity, score_cm, severity_of

#   mark in mm  score in cm  band
TABLE = """
    0           0.0          none
    1           0.1          mild
    39          3.9          mild
    40          4.0          moderate
    63          6.3          moderate
    69          6.9          moderate
    70          7.0          severe
    89          8.9          severe
    90          9.0          very_severe
    100         10.0         very_severe
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}_mm" for row in ROWS])
def test_a_mark_gives_its_score_and_its_band(row: list[str]) -> None:
    score = score_cm(int(row[0]))
    assert [str(score), severity_of(score)] == row[1:]


@pytest.mark.parametrize(
    ("lowest", "highest", "band"),
    [
        (1, 39, Severity.MILD),
        (40, 69, Severity.MODERATE),
        (70, 89, Severity.SEVERE),
        (90, 100, Severity.VERY_SEVERE),
    ],
)
def test_a_band_begins_and_ends_at_the_published_scores(lowest: int, highest: int, band: Severity) -> None:
    assert {severity_of(score_cm(mark)) for mark in range(lowest, highest + 1)} == {band}


@pytest.mark.parametrize(("between", "band"), [("3.99", Severity.MILD), ("8.99", Severity.SEVERE)])
def test_a_score_between_two_marks_has_the_band_below_the_cut_off(between: str, band: Severity) -> None:
    assert severity_of(Decimal(between)) is band
