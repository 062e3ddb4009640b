"""The scales of Zung, row by row, for a clinician to sign.

The index is the whole part of raw x 1.25; cut-offs as in Chinese use. The exclusion criterion of ClinicalTrials record
NCT03265613 is "SAS > 50 or SDS > 53", both strict.
"""

import pytest

from clinical.scoring.zung import ITEMS, SAS, SDS, Level, ZungScale, index_score, item_score, level, raw_score

#   raw  x 1.25  index  SAS level  SDS level  SAS > 50  SDS > 53
TABLE = """
    20   25.00   25     none       none       no        no
    39   48.75   48     none       none       no        no
    40   50.00   50     mild       none       no        no
    41   51.25   51     mild       none       yes       no
    42   52.50   52     mild       none       yes       no
    43   53.75   53     mild       mild       yes       no
    44   55.00   55     mild       mild       yes       yes
    47   58.75   58     mild       mild       yes       yes
    48   60.00   60     moderate   mild       yes       yes
    50   62.50   62     moderate   mild       yes       yes
    51   63.75   63     moderate   moderate   yes       yes
    55   68.75   68     moderate   moderate   yes       yes
    56   70.00   70     severe     moderate   yes       yes
    58   72.50   72     severe     moderate   yes       yes
    59   73.75   73     severe     severe     yes       yes
    80   100.00  100    severe     severe     yes       yes
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[f"raw_{row[0]}" for row in ROWS])
def test_a_raw_score_gives_index_levels_and_exclusions(row: list[str]) -> None:
    raw, exact, *expected = row
    index = index_score(int(raw))
    assert f"{int(raw) * 1.25:.2f}" == exact
    assert [
        str(index),
        level(SAS, index),
        level(SDS, index),
        "yes" if index > 50 else "no",
        "yes" if index > 53 else "no",
    ] == expected


def test_an_sds_raw_score_of_43_is_cut_off_to_53_and_excludes_nobody() -> None:
    assert index_score(43) == 53


@pytest.mark.parametrize(
    ("scale", "lowest", "highest", "expected"),
    [
        (SAS, 25, 49, Level.NONE),
        (SAS, 50, 59, Level.MILD),
        (SAS, 60, 69, Level.MODERATE),
        (SAS, 70, 100, Level.SEVERE),
        (SDS, 25, 52, Level.NONE),
        (SDS, 53, 62, Level.MILD),
        (SDS, 63, 72, Level.MODERATE),
        (SDS, 73, 100, Level.SEVERE),
    ],
)
def test_a_level_begins_and_ends_at_its_indices(scale: ZungScale, lowest: int, highest: int, expected: Level) -> None:
    assert {level(scale, index) for index in range(lowest, highest + 1)} == {expected}


@pytest.mark.parametrize(
    ("scale", "backwards"),
    [(SAS, [5, 9, 13, 17, 19]), (SDS, [2, 5, 6, 11, 12, 14, 16, 17, 18, 20])],
    ids=["SAS", "SDS"],
)
def test_the_published_items_count_backwards_and_no_others(scale: ZungScale, backwards: list[int]) -> None:
    for item in ITEMS:
        scores = [item_score(scale, item=item, answer=answer) for answer in (1, 2, 3, 4)]
        assert scores == ([4, 3, 2, 1] if item in backwards else [1, 2, 3, 4])


@pytest.mark.parametrize(("scale", "answer", "raw"), [(SAS, 1, 35), (SAS, 4, 65), (SDS, 1, 50), (SDS, 4, 50)], ids=str)
def test_the_same_answer_everywhere_is_no_extreme_because_items_are_turned_round(
    scale: ZungScale, answer: int, raw: int
) -> None:
    assert raw_score(scale, dict.fromkeys(ITEMS, answer)) == raw
