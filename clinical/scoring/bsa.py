"""Affected body surface area (BSA) in percent, and whether it fits the area scores of the PASI.

One palm with its fingers is taken as 1 % of the body (CDISC example "Body Surface Area Involvement", palm method), so
head, upper limbs, trunk and lower limbs are 10, 20, 30 and 40 palms. This is the *part of the skin that is affected*,
not the body surface in square metres.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from clinical.body_regions import SHARE_TENTHS, BodyRegion, require_all_regions
from clinical.scoring.pasi import AREA_CUT_OFFS_PERCENT, AREA_SCORE_MAXIMUM

_LOWEST_PERCENT = (0, 0, *AREA_CUT_OFFS_PERCENT)
_HIGHEST_PERCENT = (0, *AREA_CUT_OFFS_PERCENT, 100)
_SCORES_WITH_OPEN_LOW = frozenset({1})
_SCORES_WITH_OPEN_HIGH = frozenset({1, 2, 3, 4, 5})


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Percentages from `low` to `high`; an open end does not belong to it, a closed end does."""

    low: Decimal
    high: Decimal
    low_is_open: bool
    high_is_open: bool

    def contains(self, value: Decimal) -> bool:
        """Whether `value` (percent) lies in the interval, each end as it is marked."""
        is_above = value > self.low if self.low_is_open else value >= self.low
        is_below = value < self.high if self.high_is_open else value <= self.high
        return is_above and is_below


def bsa_from_palms(palms: Mapping[BodyRegion, Decimal]) -> Decimal:
    """BSA in percent from the number of affected palms in every region; one decimal, half rounded up.

    Raises ValueError when a region is missing, negative, or holds more palms than it is large (10, 20, 30, 40; the
    full number is allowed).
    """
    require_all_regions(palms)
    for region in BodyRegion:
        _require_palms(region, palms[region])
    return _one_decimal(sum((palms[region] for region in BodyRegion), Decimal(0)))


def region_percent(region: BodyRegion, palms: Decimal) -> Decimal:
    """Percent of the *region* that `palms` cover, not rounded, so that an area score read from it is the true one.

    Raises ValueError for palms outside 0 to the size of the region.
    """
    _require_palms(region, palms)
    return palms * 10 / SHARE_TENTHS[region]


def bsa_from_region_percent(percents: Mapping[BodyRegion, Decimal]) -> Decimal:
    """BSA in percent from the affected percent of every region, weighted by its share; one decimal, half rounded up.

    Raises ValueError when a region is missing or outside 0 to 100 % (both ends allowed).
    """
    require_all_regions(percents)
    for region in BodyRegion:
        _require_within(region, percents[region], maximum=100, unit="%")
    return _one_decimal(sum((SHARE_TENTHS[region] * percents[region] for region in BodyRegion), Decimal(0)) / 10)


def implied_interval(area_scores: Mapping[BodyRegion, int]) -> Interval:
    """All BSA percentages that the four PASI area scores allow, with the ends as the score definitions have them.

    The ends are the weighted sums of the ends of the regions (Feldman & Krueger 2005, Table 1). An end is open as soon
    as one region's end is open: scores 1, 1, 1, 1 mean above 0 and below 10 %. Raises ValueError when a region is
    missing or a score is outside 0 to 6.
    """
    require_all_regions(area_scores)
    for region in BodyRegion:
        if area_scores[region] not in range(AREA_SCORE_MAXIMUM + 1):
            raise ValueError(f"area score of {region} is {area_scores[region]}; allowed are 0 to {AREA_SCORE_MAXIMUM}")
    scores = {area_scores[region] for region in BodyRegion}
    return Interval(
        low=_weighted(_LOWEST_PERCENT, area_scores),
        high=_weighted(_HIGHEST_PERCENT, area_scores),
        low_is_open=bool(scores & _SCORES_WITH_OPEN_LOW),
        high_is_open=bool(scores & _SCORES_WITH_OPEN_HIGH),
    )


def agrees_with_areas(bsa: Decimal, area_scores: Mapping[BodyRegion, int]) -> bool:
    """Soft check: whether a recorded BSA (percent, one decimal) fits the PASI area scores of the same visit.

    Both ends of the implied interval are allowed, although the interval itself may be open, because the BSA is
    recorded to 0.1: a true 9.97 % is written 10.0. Zero is the exception: a BSA of 0 says that no skin is affected, so
    it fits only four area scores of 0. Raises ValueError as `implied_interval` does.
    """
    interval = implied_interval(area_scores)
    if bsa == 0:
        return interval.contains(bsa)
    return interval.low <= bsa <= interval.high


def _weighted(percents: tuple[int, ...], area_scores: Mapping[BodyRegion, int]) -> Decimal:
    return Decimal(sum(SHARE_TENTHS[region] * percents[area_scores[region]] for region in BodyRegion)) / 10


def _require_palms(region: BodyRegion, palms: Decimal) -> None:
    _require_within(region, palms, maximum=10 * SHARE_TENTHS[region], unit="palms")


def _require_within(region: BodyRegion, value: Decimal, *, maximum: int, unit: str) -> None:
    if not value.is_finite() or not 0 <= value <= maximum:
        raise ValueError(f"{region} is {value} {unit}; allowed is 0 to {maximum} {unit}")


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
