"""Allocation lists: known to the letter, refused when they could not be balanced, and fair over many seeds."""

from collections import Counter
from dataclasses import FrozenInstanceError
from itertools import permutations

import pytest

from clinical.randomisation import Place, allocation_list

SOUND = {"seed": "seed", "stratum": "S", "shares": {"A": 1, "B": 1}, "block_sizes": (2, 4), "length": 10}


def arms_of(**changed: object) -> str:
    return "".join(place.arm for place in allocation_list(**{**SOUND, **changed}))


def chi_square(counted: Counter, outcomes: int) -> float:
    expected = counted.total() / outcomes
    unseen = (outcomes - len(counted)) * expected
    return unseen + sum((count - expected) ** 2 / expected for count in counted.values())


def test_a_known_seed_gives_the_list_that_it_has_always_given() -> None:
    places = allocation_list(
        seed="dermis golden list",
        stratum="site 01",
        shares={"CELLS": 2, "PLACEBO": 1},
        block_sizes=(3, 6),
        length=16,
    )
    blocks = ["".join(place.arm[0] for place in places if place.block == block) for block in range(1, 6)]
    assert blocks == ["PCC", "PCCCCP", "CPC", "CPC", "PCCCPC"]
    assert [place.position for place in places] == list(range(1, len(places) + 1))


@pytest.mark.parametrize(
    ("seed", "stratum", "arms"),
    [("1", "", "ABABBABABAAB"), ("1", "site 02", "ABBABAAABB"), ("种子", "上海", "BABAABBABA")],
)
def test_known_seeds_of_other_kinds_give_what_they_have_always_given(seed: str, stratum: str, arms: str) -> None:
    assert arms_of(seed=seed, stratum=stratum) == arms


@pytest.mark.parametrize(("one", "other"), [(("ab", "c"), ("a", "bc")), (("a:b", "c"), ("a", "b:c"))])
def test_seed_and_stratum_are_told_apart_where_one_ends_as_the_other_begins(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    here = arms_of(seed=one[0], stratum=one[1], length=60)
    assert here != arms_of(seed=other[0], stratum=other[1], length=60)


def test_order_in_which_arms_and_sizes_are_given_makes_no_difference() -> None:
    turned = arms_of(shares={"B": 1, "A": 1}, block_sizes=[4, 2, 4], length=60)
    assert turned == arms_of(length=60)


@pytest.mark.parametrize(("length", "places"), [(0, 0), (1, 4), (4, 4), (5, 8), (8, 8)])
def test_the_last_block_is_always_whole(length: int, places: int) -> None:
    assert len(arms_of(block_sizes=[4], length=length)) == places


def test_a_place_cannot_be_changed() -> None:
    place = Place(position=1, block=1, arm="A")
    with pytest.raises(FrozenInstanceError):
        place.arm = "B"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": ""}, "the seed is empty"),
        ({"shares": {}}, "there is no arm to allocate to"),
        ({"shares": {"A": 1, "B": 0}}, "the share of B is 0; it must be a whole number from 1"),
        ({"shares": {"A": 3, "B": -1}}, "the share of B is -1"),
        ({"block_sizes": ()}, "there is no block size to choose from"),
        ({"block_sizes": (4, 5)}, "a block of 5 cannot hold the shares, which add up to 2"),
        ({"block_sizes": (0,)}, "a block of 0 cannot hold the shares"),
        ({"block_sizes": (-2,)}, "a block of -2 cannot hold the shares"),
        ({"shares": {"A": 2, "B": 1}, "block_sizes": (4,)}, "a block of 4 cannot hold the shares, which add up to 3"),
        ({"length": -1}, "the list is to hold -1 places"),
    ],
)
def test_a_list_that_cannot_be_made_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        allocation_list(**{**SOUND, **changed})


# The limits are the 0.9999 quantiles of chi-square with 5, 19 and 2 degrees of freedom, rounded up. The seeds are
# fixed, so these tests give the same numbers on every run; they fail when the draws become visibly lopsided.


def test_every_order_of_a_block_is_about_equally_frequent() -> None:
    blocks = Counter(arms_of(seed=f"order {number}", block_sizes=[4], length=4) for number in range(6000))
    assert set(blocks) == {"".join(order) for order in permutations("AABB")}
    assert chi_square(blocks, 6) < 26


def test_every_order_of_a_block_of_six_is_about_equally_frequent() -> None:
    blocks = Counter(arms_of(seed=f"order {number}", block_sizes=[6], length=6) for number in range(6000))
    assert len(blocks) == 20
    assert chi_square(blocks, 20) < 51


def test_every_block_size_is_about_equally_frequent() -> None:
    places = allocation_list(**{**SOUND, "block_sizes": (2, 4, 6), "length": 12_000})
    sizes = Counter(Counter(place.block for place in places).values())
    assert set(sizes) == {2, 4, 6}
    assert chi_square(sizes, 3) < 19


def test_first_place_is_as_often_one_arm_as_the_other_whatever_the_stratum() -> None:
    firsts = Counter(arms_of(stratum=f"site {number}", length=1)[0] for number in range(4000))
    assert abs(firsts["A"] - firsts["B"]) < 250
