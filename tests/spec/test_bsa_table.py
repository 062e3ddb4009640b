"""Affected body surface, row by row, for a clinician to sign.

Sources: one palm with fingers is about 1 % of the body (CDISC example "Body Surface Area Involvement", palm method);
area scores from Feldman & Krueger 2005, Table 1. Regions in the order head, upper limbs, trunk, lower limbs.
"""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from clinical.body_regions import BodyRegion
from clinical.scoring.bsa import (
    agrees_with_areas,
    bsa_from_palms,
    bsa_from_region_percent,
    implied_interval,
    region_percent,
)
from clinical.scoring.pasi import area_score


@pytest.mark.parametrize(
    ("region", "palms", "percent_of_region", "score", "bsa"),
    [
        (BodyRegion.TRUNK, "4", "13.3", 2, "4.0"),
        (BodyRegion.TRUNK, "2.9", "9.7", 1, "2.9"),
        (BodyRegion.TRUNK, "3", "10.0", 2, "3.0"),
        (BodyRegion.HEAD, "1", "10.0", 2, "1.0"),
        (BodyRegion.HEAD, "10", "100.0", 6, "10.0"),
        (BodyRegion.UPPER_LIMBS, "1", "5.0", 1, "1.0"),
        (BodyRegion.LOWER_LIMBS, "36", "90.0", 6, "36.0"),
        (BodyRegion.LOWER_LIMBS, "35.9", "89.8", 5, "35.9"),
        (BodyRegion.HEAD, "0", "0.0", 0, "0.0"),
    ],
)
def test_palms_in_one_region_give_its_percent_its_area_score_and_the_bsa(
    region: BodyRegion, palms: str, percent_of_region: str, score: int, bsa: str
) -> None:
    percent = region_percent(region, Decimal(palms))
    assert str(percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)) == percent_of_region
    assert area_score(percent) == score
    assert str(bsa_from_palms({**dict.fromkeys(BodyRegion, Decimal(0)), region: Decimal(palms)})) == bsa


@pytest.mark.parametrize(
    ("percents", "bsa"),
    [
        (("0", "0", "0", "0"), "0.0"),
        (("100", "100", "100", "100"), "100.0"),
        (("100", "0", "0", "0"), "10.0"),
        (("0", "100", "0", "0"), "20.0"),
        (("0", "0", "100", "0"), "30.0"),
        (("0", "0", "0", "100"), "40.0"),
        (("10", "20", "30", "40"), "30.0"),
    ],
)
def test_percent_of_every_region_gives_the_bsa(percents: tuple[str, ...], bsa: str) -> None:
    by_region = {region: Decimal(percent) for region, percent in zip(BodyRegion, percents, strict=True)}
    assert str(bsa_from_region_percent(by_region)) == bsa


@pytest.mark.parametrize(
    ("scores", "interval"),
    [
        ((0, 0, 0, 0), "[0, 0]"),
        ((1, 0, 0, 0), "(0, 1)"),
        ((1, 1, 1, 1), "(0, 10)"),
        ((2, 2, 2, 2), "[10, 30)"),
        ((3, 3, 3, 3), "[30, 50)"),
        ((4, 4, 4, 4), "[50, 70)"),
        ((5, 5, 5, 5), "[70, 90)"),
        ((6, 6, 6, 6), "[90, 100]"),
        ((0, 0, 0, 6), "[36, 40]"),
        ((1, 2, 3, 4), "(31, 50)"),
        ((2, 0, 0, 6), "[37, 43)"),
    ],
)
def test_area_scores_imply_an_interval_of_bsa(scores: tuple[int, ...], interval: str) -> None:
    implied = implied_interval(dict(zip(BodyRegion, scores, strict=True)))
    opening, closing = "(" if implied.low_is_open else "[", ")" if implied.high_is_open else "]"
    assert f"{opening}{implied.low}, {implied.high}{closing}" == interval


@pytest.mark.parametrize(
    ("scores", "bsa", "agrees"),
    [
        ((0, 0, 0, 0), "0", True),
        ((0, 0, 0, 0), "3", False),
        ((0, 0, 0, 0), "0.1", False),
        ((1, 1, 1, 1), "12", False),
        ((1, 1, 1, 1), "10.1", False),
        # A true 9.97 % is recorded as 10.0, so the end itself is not queried.
        ((1, 1, 1, 1), "10.0", True),
        ((1, 1, 1, 1), "9.9", True),
        ((1, 1, 1, 1), "0.1", True),
        # Zero says that no skin is affected, which an area score of 1 contradicts.
        ((1, 1, 1, 1), "0.0", False),
        ((1, 0, 0, 0), "0.0", False),
        ((2, 2, 2, 2), "9.9", False),
        ((2, 2, 2, 2), "10.0", True),
        ((2, 2, 2, 2), "30.0", True),
        ((2, 2, 2, 2), "30.1", False),
        ((6, 6, 6, 6), "89.9", False),
        ((6, 6, 6, 6), "100.0", True),
    ],
)
def test_recorded_bsa_is_queried_when_the_area_scores_do_not_allow_it(
    scores: tuple[int, ...], bsa: str, agrees: bool
) -> None:
    assert agrees_with_areas(Decimal(bsa), dict(zip(BodyRegion, scores, strict=True))) is agrees
