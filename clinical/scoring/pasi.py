"""Psoriasis Area and Severity Index (PASI), and how far it has improved.

PASI = 0.1(E+I+D)A of the head + 0.2(E+I+D)A of the upper limbs + 0.3(E+I+D)A of the trunk + 0.4(E+I+D)A of the lower
limbs (Feldman & Krueger 2005, Table 1), where E, I, D are erythema, induration and desquamation. Itch is not a
sign of the PASI. Everything is computed in whole tenths, so that no total carries a rounding error.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from clinical.body_regions import SHARE_TENTHS, BodyRegion, require_all_regions

SIGN_MAXIMUM = 4
AREA_SCORE_MAXIMUM = 6

AREA_CUT_OFFS_PERCENT = (10, 30, 50, 70, 90)
"""Percent of a region at which the area score becomes 2, 3, 4, 5, 6; each belongs to the higher score."""

SUDDEN_CHANGE_PERCENT, SUDDEN_CHANGE_DAYS = 50, 7
"""A change of the PASI by so much, in less than so many days, is asked about (default)."""


@dataclass(frozen=True, slots=True)
class RegionScore:
    """What the examiner scored in one body region.

    The signs are whole steps 0 to 4, the area is a step 0 to 6, all ends allowed. Half steps, which some sponsors use,
    are not in the published definition and are refused (default). Raises ValueError naming field, value and range.
    """

    erythema: int
    induration: int
    desquamation: int
    area: int

    def __post_init__(self) -> None:
        _require_step("erythema", self.erythema, SIGN_MAXIMUM)
        _require_step("induration", self.induration, SIGN_MAXIMUM)
        _require_step("desquamation", self.desquamation, SIGN_MAXIMUM)
        _require_step("area", self.area, AREA_SCORE_MAXIMUM)

    @property
    def signs(self) -> int:
        """Sum of the three signs, 0 to 12."""
        return self.erythema + self.induration + self.desquamation


def area_score(percent: Decimal) -> int:
    """Area score of a region of which `percent` is affected, 0 to 100 with both ends.

    0 % is 0; above 0 to below 10 is 1; 10 to below 30 is 2; 30 to below 50 is 3; 50 to below 70 is 4; 70 to below 90
    is 5; 90 to 100 is 6 (Feldman & Krueger 2005, Table 1). Printed tables that say "1-9 %, 10-29 %" leave gaps; these
    intervals do not. Raises ValueError for anything outside 0 to 100.
    """
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise ValueError(f"affected part of the region is {percent} %; allowed is 0 to 100 %")
    if percent == 0:
        return 0
    return 1 + bisect_right(AREA_CUT_OFFS_PERCENT, percent)


def regional_pasi(region: BodyRegion, score: RegionScore) -> Decimal:
    """What one region adds to the PASI, one decimal; at most 7.2, 14.4, 21.6, 28.8 from head to lower limbs."""
    return _from_tenths(_regional_tenths(region, score))


def pasi_total(scores: Mapping[BodyRegion, RegionScore]) -> Decimal:
    """PASI of the whole body, 0.0 to 72.0 in steps of 0.1.

    Raises ValueError when a region is missing: an incomplete PASI has no total.
    """
    require_all_regions(scores)
    return _from_tenths(sum(_regional_tenths(region, scores[region]) for region in BodyRegion))


def improvement_percent(*, baseline: Decimal, value: Decimal) -> Decimal | None:
    """Improvement rate in percent, (baseline - value) / baseline x 100, not rounded; negative when it became worse.

    Source: primary outcome of ClinicalTrials record NCT03745417. None when the baseline is 0, because nothing can
    improve on 0. Use `reached` to decide whether a responder threshold was met. Raises ValueError for a negative score.
    """
    _require_scores(at_baseline=baseline, now=value)
    if baseline == 0:
        return None
    return 100 * (baseline - value) / baseline


def reached(*, baseline: Decimal, value: Decimal, percent: int) -> bool | None:
    """Whether the improvement is at least `percent` (PASI-50, PASI-75, ...), 1 to 100.

    Multiplied out instead of divided, so an improvement just below the threshold is never rounded up to it. 100 means
    a score of 0. None when the baseline is 0. Raises ValueError for a negative score or a percent outside 1 to 100.
    """
    _require_scores(at_baseline=baseline, now=value)
    if percent not in range(1, 101):
        raise ValueError(f"improvement threshold is {percent} %; allowed are whole numbers from 1 to 100")
    if baseline == 0:
        return None
    return 100 * (baseline - value) >= percent * baseline


def signs_without_area(score: RegionScore) -> bool:
    """Hard check: a sign is scored in a region said to be free of psoriasis, so one of the two is wrong."""
    return score.area == 0 and score.signs > 0


def area_without_signs(score: RegionScore) -> bool:
    """Soft check: a region is said to be affected but shows no sign, so it adds nothing to the PASI."""
    return score.area > 0 and score.signs == 0


def changed_suddenly(*, earlier: Decimal, value: Decimal, days: int) -> bool:
    """Soft check: the PASI rose or fell by at least 50 % of its `earlier` value in less than 7 days.

    `days` lie between the two assessments. Any rise from 0 counts, as no percentage of 0 covers it. Raises ValueError
    for a negative score or a negative number of days.
    """
    _require_scores(before=earlier, now=value)
    if days < 0:
        raise ValueError(f"{days} days lie between the assessments; the earlier one must come first")
    change = abs(value - earlier)
    return days < SUDDEN_CHANGE_DAYS and change > 0 and 100 * change >= SUDDEN_CHANGE_PERCENT * earlier


def _regional_tenths(region: BodyRegion, score: RegionScore) -> int:
    return SHARE_TENTHS[region] * score.signs * score.area


def _from_tenths(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)


def _require_step(field: str, value: int, maximum: int) -> None:
    if not isinstance(value, int) or not 0 <= value <= maximum:
        raise ValueError(f"{field} is {value}; allowed are whole numbers from 0 to {maximum}")


def _require_scores(**scores: Decimal) -> None:
    for moment, score in scores.items():
        if not score.is_finite() or score < 0:
            raise ValueError(f"the score {moment.replace('_', ' ')} is {score}; a score is a number of at least 0")
