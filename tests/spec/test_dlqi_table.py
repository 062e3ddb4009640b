"""DLQI, row by row, for a clinician to sign.

Sources: scoring instructions of Cardiff University; bands of the total from Hongbo et al. 2005. Answers stand in the
order of the items 1 to 10, as scores; NR is not relevant, a dash no answer. Item 7 is Y, N or NR, with 7a after a
stroke: N/2.
"""

import pytest

from clinical.scoring.dlqi import (
    DEGREE_ITEMS,
    WORK_ITEM,
    Answers,
    Degree,
    Effect,
    KeptFromWork,
    dlqi_total,
    effect_of,
    item_scores,
    section_scores,
)

#   name                    1 2  3  4  5  6  7     8  9  10    sections (symptoms to treatment)   total  effect
TABLE = """
    nothing                 0 0  0  0  0  0  N/0   0  0  0     0 0 0 0 0 0                        0      none
    everything              3 3  3  3  3  3  Y/-   3  3  3     6 6 6 3 6 3                        30     extremely_large
    seven_a_left_blank      1 1  0  0  0  0  N/-   0  0  0     2 0 0 0 0 0                        2      small
    lowest_very_large       2 1  1  1  1  0  Y/-   1  0  1     3 2 1 3 1 1                        11     very_large
    lowest_extremely_large  3 3  2  2  2  2  Y/-   2  1  1     6 4 4 3 3 1                        21     extremely_large
    two_without_answer      2 -  -  1  1  1  N/0   1  0  1     - - 2 0 1 1                        -      -
    one_without_answer      2 -  1  1  1  1  N/0   1  0  1     - 2 2 0 1 1                        8      moderate
    work_without_answer     2 1  1  1  1  1  -/-   1  0  1     3 2 2 - 1 1                        9      moderate
    work_and_one_more       2 1  1  1  1  1  -/-   1  0  -     3 2 2 - 1 -                        -      -
    seven_a_without_seven   2 1  1  1  1  1  -/2   1  0  1     3 2 2 - 1 1                        9      moderate
    yes_ignores_seven_a     0 0  0  0  0  0  Y/1   0  0  0     0 0 0 3 0 0                        3      small
    no_but_strong_trouble   0 0  0  0  0  0  N/2   0  0  0     0 0 0 2 0 0                        2      small
    no_but_slight_trouble   0 0  0  0  0  0  N/1   0  0  0     0 0 0 1 0 0                        1      none
    nr_but_strong_trouble   0 0  0  0  0  0  NR/2  0  0  0     0 0 0 2 0 0                        2      small
    nr_but_slight_trouble   0 0  0  0  0  0  NR/1  0  0  0     0 0 0 1 0 0                        1      none
    not_relevant_is_zero    0 0  NR NR NR NR NR/-  NR NR NR    0 0 0 0 0 0                        0      none
    not_relevant_is_answer  3 3  NR NR NR NR NR/-  NR NR 3     6 0 0 0 0 3                        9      moderate
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]


def answers_of(cells: list[str]) -> Answers:
    kept, trouble = cells[WORK_ITEM - 1].split("/")
    return Answers(
        degrees={item: None if cells[item - 1] == "-" else Degree(cells[item - 1]) for item in DEGREE_ITEMS},
        kept_from_work=None if kept == "-" else KeptFromWork(kept),
        trouble_at_work=None if trouble == "-" else Degree(trouble),
    )


def shown(value: object) -> str:
    return "-" if value is None else str(value)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_answers_give_the_sections_the_total_and_its_meaning(row: list[str]) -> None:
    scores = item_scores(answers_of(row[1:11]))
    total = dlqi_total(scores)
    assert [shown(score) for score in section_scores(scores).values()] == row[11:17]
    assert shown(total) == row[17]
    assert ("-" if total is None else effect_of(total)) == row[18]


@pytest.mark.parametrize(
    ("lowest", "highest", "effect"),
    [
        (0, 1, Effect.NONE),
        (2, 5, Effect.SMALL),
        (6, 10, Effect.MODERATE),
        (11, 20, Effect.VERY_LARGE),
        (21, 30, Effect.EXTREMELY_LARGE),
    ],
)
def test_a_band_begins_and_ends_at_the_published_totals(lowest: int, highest: int, effect: Effect) -> None:
    assert {effect_of(total) for total in range(lowest, highest + 1)} == {effect}
