"""Itch on a visual analogue scale (VAS): a mark on a line of 100 mm, reported as 0 to 10 cm, and what it means.

Bands from Reich et al. 2012. They hold for a visual analogue scale; on a numerical rating scale the same itch is rated
higher, so how the mark was made is kept with it.
"""

from bisect import bisect_right
from decimal import Decimal
from enum import StrEnum

MARK_MAXIMUM_MM = 100
SEVERITY_CUT_OFFS_CM = (4, 7, 9)
"""Scores at which itch becomes moderate, severe, very severe; each belongs to the more severe band."""


class Severity(StrEnum):
    """How severe the itch is."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    VERY_SEVERE = "very_severe"


def score_cm(mark_mm: int) -> Decimal:
    """Score in cm, one decimal, of a mark 0 to 100 mm from the left end. Raises ValueError for a mark off the line."""
    if mark_mm not in range(MARK_MAXIMUM_MM + 1):
        raise ValueError(f"the mark is at {mark_mm} mm; allowed are whole numbers from 0 to {MARK_MAXIMUM_MM}")
    return Decimal(mark_mm).scaleb(-1)


def severity_of(score: Decimal) -> Severity:
    """What a score in cm means: 0 none, above 0 to below 4 mild, 4 to below 7 moderate, 7 to below 9 severe, from 9
    very severe. Raises ValueError for a score outside 0 to 10."""
    if not score.is_finite() or not 0 <= score <= MARK_MAXIMUM_MM // 10:
        raise ValueError(f"the score is {score} cm; allowed is 0 to {MARK_MAXIMUM_MM // 10} cm")
    if score == 0:
        return Severity.NONE
    return tuple(Severity)[1 + bisect_right(SEVERITY_CUT_OFFS_CM, score)]
