"""Whatever the seed, strata, shares and block sizes: lists are balanced, repeatable and only ever grow at the end."""

from collections import Counter

from hypothesis import assume, given
from hypothesis import strategies as st

from clinical.randomisation import Place, allocation_list

seeds = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
strata = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
all_shares = st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 3), min_size=1)
multiples = st.lists(st.integers(1, 4), min_size=1, max_size=4)
lengths = st.integers(0, 120)


def made(*, seed: str, stratum: str, shares: dict[str, int], multiples: list[int], length: int) -> tuple[Place, ...]:
    sizes = [multiple * sum(shares.values()) for multiple in multiples]
    return allocation_list(seed=seed, stratum=stratum, shares=shares, block_sizes=sizes, length=length)


@given(seeds, strata, all_shares, multiples, lengths)
def test_every_block_holds_each_arm_by_its_share_and_has_an_allowed_size(
    seed: str, stratum: str, shares: dict[str, int], multiples: list[int], length: int
) -> None:
    places = made(seed=seed, stratum=stratum, shares=shares, multiples=multiples, length=length)
    for block in {place.block for place in places}:
        arms = Counter(place.arm for place in places if place.block == block)
        times = arms.total() // sum(shares.values())
        assert times in multiples
        assert arms == {arm: share * times for arm, share in shares.items()}


@given(seeds, strata, all_shares, multiples, lengths)
def test_places_are_counted_without_a_gap_and_blocks_one_after_another(
    seed: str, stratum: str, shares: dict[str, int], multiples: list[int], length: int
) -> None:
    places = made(seed=seed, stratum=stratum, shares=shares, multiples=multiples, length=length)
    blocks = [place.block for place in places]
    assert [place.position for place in places] == list(range(1, len(places) + 1))
    assert blocks == sorted(blocks)
    assert set(blocks) == set(range(1, len(set(blocks)) + 1))


@given(seeds, strata, all_shares, multiples, lengths)
def test_list_reaches_its_length_within_its_last_block(
    seed: str, stratum: str, shares: dict[str, int], multiples: list[int], length: int
) -> None:
    places = made(seed=seed, stratum=stratum, shares=shares, multiples=multiples, length=length)
    assert len(places) >= length
    without_last_block = [place for place in places if place.block != places[-1].block]
    assert len(without_last_block) < max(length, 1)


@given(seeds, strata, all_shares, multiples, lengths, lengths)
def test_a_longer_list_only_adds_places_at_the_end(
    seed: str, stratum: str, shares: dict[str, int], multiples: list[int], one: int, other: int
) -> None:
    shorter = made(seed=seed, stratum=stratum, shares=shares, multiples=multiples, length=min(one, other))
    longer = made(seed=seed, stratum=stratum, shares=shares, multiples=multiples, length=max(one, other))
    assert longer[: len(shorter)] == shorter


@given(seeds, strata, all_shares, multiples, lengths)
def test_same_seed_and_stratum_give_the_same_list(
    seed: str, stratum: str, shares: dict[str, int], multiples: list[int], length: int
) -> None:
    once = made(seed=seed, stratum=stratum, shares=shares, multiples=multiples, length=length)
    turned = dict(reversed(shares.items()))
    again = made(seed=seed, stratum=stratum, shares=turned, multiples=multiples[::-1], length=length)
    assert once == again


@given(seeds, seeds, strata, strata)
def test_another_seed_or_stratum_gives_another_list(seed: str, other: str, stratum: str, elsewhere: str) -> None:
    assume((seed, stratum) != (other, elsewhere))
    # 100 places in blocks of 4 or 6: two unrelated lists are alike about once in 10 to the 20th.
    here = made(seed=seed, stratum=stratum, shares={"A": 1, "B": 1}, multiples=[2, 3], length=100)
    there = made(seed=other, stratum=elsewhere, shares={"A": 1, "B": 1}, multiples=[2, 3], length=100)
    assert here != there
