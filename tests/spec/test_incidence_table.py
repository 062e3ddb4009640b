"""Exact intervals and a worked table of adverse events, row by row, for a statistician to sign.

Intervals are 95 % in per cent. Sources: Yao 2021 for 0 of 7; Newcombe 1998 (Statistics in Medicine 17:857), table I,
method 5, for 81 of 263, 15 of 148, 0 of 20 and 1 of 29; 8 of 17 and 0 of 17 as quantiles of the Beta distribution; all
others by hand: the upper limit is 1 - 0.025^(1/n) where nobody has an event, the lower 0.025^(1/n) where all have.
"""

import pytest

from clinical.safety.incidence import Category, Count, CountedEvent, clopper_pearson, incidence_table

INTERVAL_TABLE = """
    subjects  of     low      high     source
    0         7      0.00     40.96    Yao 2021
    0         17     0.00     19.51    Beta
    8         17     22.98    72.19    Beta
    81        263    25.27    36.76    Newcombe 1998
    15        148    5.78     16.17    Newcombe 1998
    0         20     0.00     16.84    Newcombe 1998
    1         29     0.09     17.76    Newcombe 1998
    0         1      0.00     97.50    by hand
    1         1      2.50     100.00   by hand
    0         2      0.00     84.19    by hand
    2         2      15.81    100.00   by hand
    10        10     69.15    100.00   by hand
    0         10     0.00     30.85    by hand
    10000     10000  99.96    100.00   by hand
"""


@pytest.mark.parametrize("row", INTERVAL_TABLE.strip().splitlines()[1:])
def test_the_exact_interval_is_the_published_one(row: str) -> None:
    subjects, of, low, high, *_ = row.split()
    found = clopper_pearson(int(subjects), int(of))
    assert found is not None
    assert f"{100 * found.low:.2f} {100 * found.high:.2f}" == f"{low} {high}"


def test_one_of_ten_solves_the_two_equations_of_its_limits() -> None:
    """Independent of the code: one or more of ten at the lower limit, one or fewer at the upper, each 0.025.

    1 - (1 - p)^10 = 0.025 gives 0.0025286 in closed form; (1 - p)^9 (1 + 9 p) = 0.025 holds at 0.4450161.
    """
    found = clopper_pearson(1, 10)
    assert found is not None
    assert found.low == pytest.approx(1 - 0.975 ** (1 / 10), abs=1e-10)
    assert (1 - found.high) ** 9 * (1 + 9 * found.high) == pytest.approx(0.025, abs=1e-9)
    assert f"{found.low:.4f} {found.high:.4f}" == "0.0025 0.4450"


TREATED = {"cells": ["A1", "A2", "A3", "A4"], "methotrexate": ["B1", "B2", "B3"]}
#   subject  arm            term       grade  marks: r related, s serious, i of special interest
EVENTS = """
    A1       cells          Fever        1    ri
    A1       cells          Fever        2    ri
    A1       cells          Headache     1    -
    A2       cells          Fever        3    rsi
    A2       cells          Headache     1    -
    A3       cells          Thrombosis   4    s
    A3       cells          Chills       1    r
    B1       methotrexate   Headache     1    r
    B1       methotrexate   Nausea       2    r
    B2       methotrexate   Headache     5    s
    A9       cells          Fever        3    rs
    B1       cells          Fever        3    rs
    C1       placebo        Fever        3    rs
"""
#   line              cells                 methotrexate          in all
#                     subjects/treated events: highest grades 1 to 5
TABLE = """
    any             | 3/4 7: 0 1 1 1 0    | 2/3 3: 0 1 0 0 1    | 5/7 10: 0 2 1 1 1
    related         | 3/4 4: 1 1 1 0 0    | 1/3 2: 0 1 0 0 0    | 4/7 6: 1 2 1 0 0
    serious         | 2/4 2: 0 0 1 1 0    | 1/3 1: 0 0 0 0 1    | 3/7 3: 0 0 1 1 1
    serious_related | 1/4 1: 0 0 1 0 0    | 0/3 0: 0 0 0 0 0    | 1/7 1: 0 0 1 0 0
    severe          | 2/4 2: 0 0 1 1 0    | 1/3 1: 0 0 0 0 1    | 3/7 3: 0 0 1 1 1
    special_interest| 2/4 3: 0 1 1 0 0    | 0/3 0: 0 0 0 0 0    | 2/7 3: 0 1 1 0 0
    Headache        | 2/4 2: 2 0 0 0 0    | 2/3 2: 1 0 0 0 1    | 4/7 4: 3 0 0 0 1
    Fever           | 2/4 3: 0 1 1 0 0    | 0/3 0: 0 0 0 0 0    | 2/7 3: 0 1 1 0 0
    Chills          | 1/4 1: 1 0 0 0 0    | 0/3 0: 0 0 0 0 0    | 1/7 1: 1 0 0 0 0
    Nausea          | 0/4 0: 0 0 0 0 0    | 1/3 1: 0 1 0 0 0    | 1/7 1: 0 1 0 0 0
    Thrombosis      | 1/4 1: 0 0 0 1 0    | 0/3 0: 0 0 0 0 0    | 1/7 1: 0 0 0 1 0
"""


def event(row: str) -> CountedEvent:
    subject, arm, term, grade, marks = row.split()
    return CountedEvent(
        subject=subject,
        arm=arm,
        term=term,
        grade=int(grade),
        is_related="r" in marks,
        is_serious="s" in marks,
        is_special_interest="i" in marks,
    )


def shown(count: Count) -> str:
    return f"{count.subjects}/{count.treated} {count.events}: {' '.join(map(str, count.by_grade))}"


def test_every_subject_counts_once_in_a_line_with_the_highest_grade() -> None:
    found = incidence_table([event(row) for row in EVENTS.strip().splitlines()], treated=TREATED)
    lines = [
        [line.name, *(shown(line.by_arm[arm]) for arm in TREATED), shown(line.in_all)]
        for line in (*found.categories, *found.terms)
    ]
    assert lines == [[cell.strip() for cell in row.split("|")] for row in TABLE.strip().splitlines()]
    assert [line.name for line in found.categories] == list(Category)


def test_events_of_subjects_who_were_not_treated_in_the_arm_are_left_out_and_named() -> None:
    found = incidence_table([event(row) for row in EVENTS.strip().splitlines()], treated=TREATED)
    assert [(left.subject, left.arm) for left in found.not_counted] == [
        ("A9", "cells"),
        ("B1", "cells"),
        ("C1", "placebo"),
    ]
