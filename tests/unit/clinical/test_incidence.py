"""Incidence: how exact the interval is, tables without events or subjects, and counts that cannot be."""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

import pytest

from clinical.safety.incidence import LARGEST, CountedEvent, Interval, clopper_pearson, incidence_table

TAIL = Fraction((1 - 0.95) / 2)
TOLERANCE = Fraction(1, 10**10)


def counted(subject: str, arm: str = "cells", *, term: str = "Fever", grade: int = 1) -> CountedEvent:
    return CountedEvent(
        subject=subject,
        arm=arm,
        term=term,
        grade=grade,
        is_related=False,
        is_serious=False,
        is_special_interest=False,
    )


def so_many_or_more(subjects: int, of: int, share: Fraction) -> Fraction:
    """The upper tail of the binomial distribution in whole numbers, without any rounding."""
    with_event, without = share.numerator, share.denominator - share.numerator
    ways = sum(comb(of, n) * with_event**n * without ** (of - n) for n in range(subjects, of + 1))
    return Fraction(ways, share.denominator**of)


def in_fifty_digits(subjects: int, of: int, share: Decimal) -> Decimal:
    """The same with rounding in the fiftieth digit, for numbers too large for fractions."""
    with localcontext(prec=50):
        term = comb(of, subjects) * share**subjects * (1 - share) ** (of - subjects)
        total = Decimal(0)
        for number in range(subjects, of + 1):
            total += term
            term *= (of - number) * share / ((number + 1) * (1 - share))
        return total


def interval(subjects: int, of: int) -> Interval:
    found = clopper_pearson(subjects, of)
    assert found is not None
    return found


@pytest.mark.parametrize("of", [1, 2, 5, 17, 60])
def test_the_limits_are_within_the_tolerance_of_the_exact_ones_for_every_count(of: int) -> None:
    for subjects in range(1, of + 1):
        low = Fraction(interval(subjects, of).low)
        assert so_many_or_more(subjects, of, low - TOLERANCE) < TAIL < so_many_or_more(subjects, of, low + TOLERANCE)
        high = 1 - Fraction(interval(of - subjects, of).high)
        assert so_many_or_more(subjects, of, high - TOLERANCE) < TAIL < so_many_or_more(subjects, of, high + TOLERANCE)


@pytest.mark.parametrize("subjects", [1, 40, 5_000, 9_999, 10_000])
def test_the_limits_are_within_the_tolerance_for_the_largest_number_of_subjects(subjects: int) -> None:
    tolerance = Decimal(1).scaleb(-10)
    low = Decimal(interval(subjects, LARGEST).low)
    below, above = (in_fifty_digits(subjects, LARGEST, low + step) for step in (-tolerance, tolerance))
    assert below < (1 - Decimal("0.95")) / 2 < above


def test_nobody_gives_exactly_0_below_and_everybody_exactly_1_above() -> None:
    for of in (1, 7, 500, LARGEST):
        assert interval(0, of).low == 0.0
        assert interval(of, of).high == 1.0
        assert interval(0, of).high == pytest.approx(1 - 0.025 ** (1 / of), abs=1e-10)


def test_nobody_treated_has_no_interval() -> None:
    assert clopper_pearson(0, 0) is None


def test_another_confidence_can_be_asked_for() -> None:
    found = clopper_pearson(0, 7, confidence=0.9)
    assert found is not None
    assert found.high == pytest.approx(1 - 0.05 ** (1 / 7), abs=1e-10)


@pytest.mark.parametrize(("subjects", "of"), [(-1, 7), (8, 7), (0, -1), (0, LARGEST + 1)])
def test_a_count_that_cannot_be_is_refused(subjects: int, of: int) -> None:
    with pytest.raises(ValueError, match="is no count of subjects"):
        clopper_pearson(subjects, of)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, float("nan")])
def test_a_confidence_is_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        clopper_pearson(0, 7, confidence=confidence)


@pytest.mark.parametrize("grade", [0, 6])
def test_a_grade_is_from_1_to_5(grade: int) -> None:
    with pytest.raises(ValueError, match="grades are 1 to 5"):
        counted("A1", grade=grade)


def test_a_trial_without_events_has_every_category_with_nobody_in_it() -> None:
    found = incidence_table([], treated={"cells": ["A1", "A2"]})
    assert [(line.in_all.subjects, line.in_all.treated, line.in_all.share) for line in found.categories] == [
        (0, 2, 0.0)
    ] * 6
    assert found.terms == found.not_counted == ()


def test_an_arm_without_treated_subjects_has_neither_share_nor_interval() -> None:
    found = incidence_table([counted("A1")], treated={"cells": ["A1"], "methotrexate": []})
    empty = found.categories[0].by_arm["methotrexate"]
    assert (empty.share, empty.interval) == (None, None)
    assert found.categories[0].by_arm["cells"].share == 1.0


def test_no_arms_are_nobody() -> None:
    found = incidence_table([counted("A1")], treated={})
    assert (found.categories[0].in_all.treated, found.not_counted) == (0, (counted("A1"),))


def test_a_subject_treated_in_two_arms_counts_in_each_and_once_in_all() -> None:
    treated = {"cells": ["A1", "A2"], "methotrexate": ["A1"]}
    found = incidence_table([counted("A1"), counted("A1", "methotrexate", grade=3)], treated=treated)
    line = found.terms[0]
    assert [count.subjects for count in line.by_arm.values()] == [1, 1]
    assert (line.in_all.subjects, line.in_all.treated, line.in_all.events) == (1, 2, 2)
    assert line.in_all.by_grade == (0, 0, 1, 0, 0)


def test_a_subject_named_twice_as_treated_counts_once() -> None:
    found = incidence_table([], treated={"cells": ["A1", "A1"]})
    assert found.categories[0].in_all.treated == found.categories[0].by_arm["cells"].treated == 1


def test_an_interval_in_the_table_has_the_confidence_asked_for() -> None:
    found = incidence_table([], treated={"cells": ["A1"] * 3}, confidence=0.8)
    assert found.categories[0].in_all.interval == clopper_pearson(0, 1, confidence=0.8)
    assert found.categories[0].by_arm["cells"].interval == clopper_pearson(0, 1, confidence=0.8)
