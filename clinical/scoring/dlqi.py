"""Dermatology Life Quality Index (DLQI, Finlay & Khan): ten answers about the last week, scored 0 to 30.

Scored as in the scoring instructions of Cardiff University; bands of the total from Hongbo et al. 2005. The wording of
the questionnaire is licensed and stands nowhere here: items are known by their number, answers by their score.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

WORK_ITEM = 7
DEGREE_ITEMS = (1, 2, 3, 4, 5, 6, 8, 9, 10)
"""Items answered by a degree; item 7 asks first whether, and only then (7a) how much."""
ITEMS_ALWAYS_RELEVANT = (1, 2)
KEPT_FROM_WORK_SCORE = 3
UNANSWERED_ALLOWED = 1
TOTAL_MAXIMUM = 30
EFFECT_CUT_OFFS = (2, 6, 11, 21)
"""Totals at which the effect becomes small, moderate, very large, extremely large; each belongs to the larger one."""


class Degree(StrEnum):
    """An answer of the four-step scale; "not relevant" adds 0 as well, but is another answer than none."""

    NONE = "0"
    SLIGHT = "1"
    STRONG = "2"
    VERY_STRONG = "3"
    NOT_RELEVANT = "NR"


class KeptFromWork(StrEnum):
    """The answer to item 7."""

    YES = "Y"
    NO = "N"
    NOT_RELEVANT = "NR"


TROUBLE_DEGREES = (Degree.NONE, Degree.SLIGHT, Degree.STRONG)
"""The answers of item 7a."""


class Section(StrEnum):
    """The six headings of the questionnaire."""

    SYMPTOMS = "symptoms"
    DAILY = "daily"
    LEISURE = "leisure"
    WORK = "work"
    RELATIONSHIPS = "relationships"
    TREATMENT = "treatment"


SECTION_ITEMS: Mapping[Section, tuple[int, ...]] = {
    Section.SYMPTOMS: (1, 2),
    Section.DAILY: (3, 4),
    Section.LEISURE: (5, 6),
    Section.WORK: (WORK_ITEM,),
    Section.RELATIONSHIPS: (8, 9),
    Section.TREATMENT: (10,),
}


class Effect(StrEnum):
    """Effect on the subject's life (Hongbo et al. 2005)."""

    NONE = "none"
    SMALL = "small"
    MODERATE = "moderate"
    VERY_LARGE = "very_large"
    EXTREMELY_LARGE = "extremely_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One filled questionnaire; None where there is no answer.

    `degrees` holds items 1 to 6 and 8 to 10 by number, `trouble_at_work` is item 7a. Raises ValueError when an item is
    not named, when item 1 or 2 is said to be not relevant, and when 7a is not none, slight or strong: the questionnaire
    does not offer these answers.
    """

    degrees: Mapping[int, Degree | None]
    kept_from_work: KeptFromWork | None
    trouble_at_work: Degree | None

    def __post_init__(self) -> None:
        if set(self.degrees) != set(DEGREE_ITEMS):
            raise ValueError(f"answers are for items {sorted(self.degrees)}; needed are {list(DEGREE_ITEMS)}")
        for item in ITEMS_ALWAYS_RELEVANT:
            if self.degrees[item] == Degree.NOT_RELEVANT:
                raise ValueError(f"item {item} cannot be answered as not relevant")
        if self.trouble_at_work is not None and self.trouble_at_work not in TROUBLE_DEGREES:
            raise ValueError(f"item 7a is {self.trouble_at_work}; allowed are 0, 1 and 2")


def item_scores(answers: Answers) -> dict[int, int | None]:
    """Score of every item 1 to 10, each 0 to 3; None where it has no answer."""
    scores = {item: _degree_score(degree) for item, degree in answers.degrees.items()}
    scores[WORK_ITEM] = work_score(answers)
    return {item: scores[item] for item in sorted(scores)}


def work_score(answers: Answers) -> int | None:
    """Score of item 7 with its branch: yes is 3, whatever 7a says; otherwise the score of 7a.

    After "no" and after "not relevant" a 7a without answer is 0. Without an answer to item 7 itself the item counts as
    unanswered, also beside an answer to 7a (default: the instructions do not say).
    """
    if answers.kept_from_work is None:
        return None
    if answers.kept_from_work == KeptFromWork.YES:
        return KEPT_FROM_WORK_SCORE
    return _degree_score(answers.trouble_at_work) or 0


def section_scores(scores: Mapping[int, int | None]) -> dict[Section, int | None]:
    """Sum of every section, at most 6, 6, 6, 3, 6, 3; None when one of its items has no score."""
    return {section: _sum_or_none([scores[item] for item in items]) for section, items in SECTION_ITEMS.items()}


def dlqi_total(scores: Mapping[int, int | None]) -> int | None:
    """Sum of the ten items, 0 to 30. One item without score counts as 0; with two or more there is no total."""
    known = [score for score in scores.values() if score is not None]
    return sum(known) if len(scores) - len(known) <= UNANSWERED_ALLOWED else None


def effect_of(total: int) -> Effect:
    """What a total means: 0-1 none, 2-5 small, 6-10 moderate, 11-20 very large, 21-30 extremely large effect.

    Raises ValueError for a total outside 0 to 30.
    """
    if not 0 <= total <= TOTAL_MAXIMUM:
        raise ValueError(f"DLQI total is {total}; allowed is 0 to {TOTAL_MAXIMUM}")
    return tuple(Effect)[bisect_right(EFFECT_CUT_OFFS, total)]


def _degree_score(degree: Degree | None) -> int | None:
    if degree is None:
        return None
    return 0 if degree == Degree.NOT_RELEVANT else int(degree)


def _sum_or_none(scores: list[int | None]) -> int | None:
    known = [score for score in scores if score is not None]
    return sum(known) if len(known) == len(scores) else None
