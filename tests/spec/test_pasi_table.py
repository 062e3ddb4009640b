"""PASI, row by row, for a clinician to sign.

Source: Feldman & Krueger 2005, Table 1. A region is written erythema, induration, desquamation, area score.
"""

from decimal import Decimal

import pytest

from clinical.body_regions import BodyRegion
from clinical.scoring.pasi import RegionScore, area_score, pasi_total, regional_pasi

#   name                    head     upper limbs  trunk    lower limbs   part of each region               PASI
TABLE = """
    clear                   0,0,0,0  0,0,0,0      0,0,0,0  0,0,0,0       0.0    0.0    0.0    0.0          0.0
    worst_possible          4,4,4,6  4,4,4,6      4,4,4,6  4,4,4,6       7.2   14.4   21.6   28.8         72.0
    smallest_above_clear    1,0,0,1  0,0,0,0      0,0,0,0  0,0,0,0       0.1    0.0    0.0    0.0          0.1
    worst_head_only         4,4,4,6  0,0,0,0      0,0,0,0  0,0,0,0       7.2    0.0    0.0    0.0          7.2
    worst_upper_limbs_only  0,0,0,0  4,4,4,6      0,0,0,0  0,0,0,0       0.0   14.4    0.0    0.0         14.4
    worst_trunk_only        0,0,0,0  0,0,0,0      4,4,4,6  0,0,0,0       0.0    0.0   21.6    0.0         21.6
    worst_lower_limbs_only  0,0,0,0  0,0,0,0      0,0,0,0  4,4,4,6       0.0    0.0    0.0   28.8         28.8
    slight_and_small        1,1,1,1  1,1,1,1      1,1,1,1  1,1,1,1       0.3    0.6    0.9    1.2          3.0
    moderate_and_large      3,3,3,3  3,3,3,3      3,3,3,3  3,3,3,3       2.7    5.4    8.1   10.8         27.0
    moderate_but_small      3,3,3,1  3,3,3,1      3,3,3,1  3,3,3,1       0.9    1.8    2.7    3.6          9.0
    slight_but_large        1,1,1,3  1,1,1,3      1,1,1,3  1,1,1,3       0.9    1.8    2.7    3.6          9.0
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]


def scores_of(cells: list[str]) -> dict[BodyRegion, RegionScore]:
    return {
        region: RegionScore(*(int(step) for step in cell.split(",")))
        for region, cell in zip(BodyRegion, cells, strict=True)
    }


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_pasi_and_its_regional_parts_are_as_published(row: list[str]) -> None:
    scores = scores_of(row[1:5])
    assert [str(regional_pasi(region, scores[region])) for region in BodyRegion] == row[5:9]
    assert str(pasi_total(scores)) == row[9]


@pytest.mark.parametrize(
    ("percent_of_region", "score"),
    [
        ("0", 0),
        ("0.1", 1),
        ("0.5", 1),
        ("9.5", 1),
        ("9.9", 1),
        ("10", 2),
        ("29.9", 2),
        ("30", 3),
        ("49.9", 3),
        ("50", 4),
        ("69.9", 4),
        ("70", 5),
        ("89.9", 5),
        ("90", 6),
        ("100", 6),
    ],
)
def test_affected_percent_of_a_region_becomes_the_published_area_score(percent_of_region: str, score: int) -> None:
    assert area_score(Decimal(percent_of_region)) == score


def test_ninety_percent_area_scores_six() -> None:
    assert area_score(Decimal(90)) == 6
