"""Allocation lists: permuted blocks of varying size, one list per stratum, the same for ever from the same seed.

A list has to be made again, to the letter, by whoever checks the trial years later. So the pseudo-random numbers come
from SHA-256 alone: they depend on no library, no version of Python and no machine. Whoever knows the seed knows the
list, so the seed is kept from everybody who recruits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

_DIGEST_BITS = 256


@dataclass(frozen=True, slots=True)
class Place:
    """One place of an allocation list; positions and blocks are counted from 1."""

    position: int
    block: int
    arm: str


class _Stream:
    """Whole numbers that follow from a seed and a stratum; a draw is the SHA-256 of both and the number of the draw.

    Seed and stratum stand in UTF-8 behind their length in bytes and a colon, so that no two pairs are written alike;
    the number of the draw, from 0, follows in decimal digits.
    """

    def __init__(self, seed: str, stratum: str) -> None:
        parts = (part.encode() for part in (seed, stratum))
        self._start = b"".join(b"%d:%b" % (len(part), part) for part in parts)
        self._draws = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 up to but without `limit`, each equally likely.

        The leading bits of a draw are taken, as few as can hold the highest number; a result that is too high is thrown
        away, because bending it into the range would favour some numbers.
        """
        unused_bits = _DIGEST_BITS - (limit - 1).bit_length()
        number = limit
        while number >= limit:
            digest = sha256(self._start + b"%d" % self._draws).digest()
            number = int.from_bytes(digest, "big") >> unused_bits
            self._draws += 1
        return number


def allocation_list(
    *, seed: str, stratum: str, shares: Mapping[str, int], block_sizes: Sequence[int], length: int
) -> tuple[Place, ...]:
    """The allocation list of one stratum: whole blocks, as many as it takes to hold `length` places.

    `shares` says how many places of a block each arm gets in relation to the others: 2 and 1 for two to one. The size
    of each block is drawn among `block_sizes`, its arms are ordered at random (Fisher-Yates). Blocks keep the arms
    balanced; blocks of varying size, drawn one by one and not written in the protocol, keep the end of a block from
    being foreseen (ICH E9, section 2.3.2).

    The same seed and stratum always give the same list. A longer list only adds places at the end. Neither the order
    of the arms and sizes nor a size named twice makes a difference. Raises ValueError for an empty seed, no arm, a
    share below 1, no block size, a block size that is not a positive multiple of the sum of the shares, and a negative
    length.
    """
    _require_sound(seed=seed, shares=shares, block_sizes=block_sizes, length=length)
    # Sorted, because a store may hand the arms back in another order, and the list must not change with it.
    one_round = [arm for arm in sorted(shares) for _ in range(shares[arm])]
    sizes = sorted(set(block_sizes))
    stream = _Stream(seed, stratum)
    places: list[Place] = []
    block = 0
    while len(places) < length:
        block += 1
        size = sizes[stream.below(len(sizes))]
        arms = one_round * (size // len(one_round))
        _shuffle(arms, stream)
        places += [Place(len(places) + number, block, arm) for number, arm in enumerate(arms, start=1)]
    return tuple(places)


def _shuffle(arms: list[str], stream: _Stream) -> None:
    for last in range(len(arms) - 1, 0, -1):
        chosen = stream.below(last + 1)
        arms[last], arms[chosen] = arms[chosen], arms[last]


def _require_sound(*, seed: str, shares: Mapping[str, int], block_sizes: Sequence[int], length: int) -> None:
    if not seed:
        raise ValueError("the seed is empty; anybody could make the list again")
    if not shares:
        raise ValueError("there is no arm to allocate to")
    for arm, share in shares.items():
        if share < 1:
            raise ValueError(f"the share of {arm} is {share}; it must be a whole number from 1")
    if not block_sizes:
        raise ValueError("there is no block size to choose from")
    total = sum(shares.values())
    for size in block_sizes:
        if size < 1 or size % total:
            raise ValueError(
                f"a block of {size} cannot hold the shares, which add up to {total}; give a multiple of it"
            )
    if length < 0:
        raise ValueError(f"the list is to hold {length} places; it must not be fewer than 0")
