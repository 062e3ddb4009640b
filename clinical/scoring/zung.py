"""Zung's self-rating scales for anxiety (SAS) and depression (SDS): twenty items, raw score, index, severity.

The index is the whole part of raw x 1.25, and severity is read from the index by the cut-offs in Chinese use: 50 for
the SAS, 53 for the SDS. The index is never rounded: an SDS raw score of 43 is 53.75 and has the index 53, which does
not meet an exclusion of "SDS > 53" (ClinicalTrials record NCT03265613). The wording of the items stands nowhere here.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ITEMS = tuple(range(1, 21))
ANSWER_MINIMUM, ANSWER_MAXIMUM = 1, 4
RAW_MINIMUM, RAW_MAXIMUM = len(ITEMS) * ANSWER_MINIMUM, len(ITEMS) * ANSWER_MAXIMUM
INDEX_MINIMUM, INDEX_MAXIMUM = 25, 100


class Level(StrEnum):
    """How severe the complaints are."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZungScale:
    """What distinguishes the two scales: the items that count backwards, and the indices at which a level begins.

    `cut_offs` are the lowest indices that are mild, moderate and severe; each belongs to the more severe level.
    """

    reversed_items: frozenset[int]
    cut_offs: tuple[int, int, int]


SAS = ZungScale(reversed_items=frozenset({5, 9, 13, 17, 19}), cut_offs=(50, 60, 70))
SDS = ZungScale(reversed_items=frozenset({2, 5, 6, 11, 12, 14, 16, 17, 18, 20}), cut_offs=(53, 63, 73))


def item_score(scale: ZungScale, *, item: int, answer: int) -> int:
    """What one answer adds, 1 to 4: the answer itself, or 5 minus the answer for a reversed item.

    Raises ValueError for an item outside 1 to 20 or an answer outside 1 to 4.
    """
    if item not in ITEMS:
        raise ValueError(f"item is {item}; allowed are 1 to {len(ITEMS)}")
    if answer not in range(ANSWER_MINIMUM, ANSWER_MAXIMUM + 1):
        raise ValueError(f"item {item} is {answer}; allowed are {ANSWER_MINIMUM} to {ANSWER_MAXIMUM}")
    return ANSWER_MINIMUM + ANSWER_MAXIMUM - answer if item in scale.reversed_items else answer


def raw_score(scale: ZungScale, answers: Mapping[int, int | None]) -> int | None:
    """Sum of the twenty item scores, 20 to 80; None as soon as one item has no answer (default: no rule is published).

    `answers` are as the subject gave them, before any item is turned round. Raises ValueError as `item_score` does.
    """
    scores = [item_score(scale, item=item, answer=answer) for item, answer in answers.items() if answer is not None]
    return sum(scores) if len(scores) == len(ITEMS) else None


def index_score(raw: int) -> int:
    """Whole part of raw x 1.25, 25 to 100. Raises ValueError for a raw score outside 20 to 80."""
    if not RAW_MINIMUM <= raw <= RAW_MAXIMUM:
        raise ValueError(f"raw score is {raw}; allowed is {RAW_MINIMUM} to {RAW_MAXIMUM}")
    return raw * 5 // 4


def level(scale: ZungScale, index: int) -> Level:
    """Level of an index. Raises ValueError for an index outside 25 to 100.

    SAS: 50-59 mild, 60-69 moderate, from 70 severe. SDS: 53-62 mild, 63-72 moderate, from 73 severe. The lowest mild
    index does not yet meet an exclusion criterion that says "above" it.
    """
    if not INDEX_MINIMUM <= index <= INDEX_MAXIMUM:
        raise ValueError(f"index is {index}; allowed is {INDEX_MINIMUM} to {INDEX_MAXIMUM}")
    return tuple(Level)[bisect_right(scale.cut_offs, index)]
