"""How many subjects had an event: counts, shares and exact intervals, by category and by term.

A subject counts once in a line, with the highest grade of his or her events there. The denominator is the subjects
treated: at least one infusion, of any volume. Events are counted beside subjects and never put in their place.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LARGEST: Final = 10_000
"""The most subjects for which the accuracy of the interval has been shown."""
CONFIDENCE: Final = 0.95
GRADES: Final = (1, 2, 3, 4, 5)
SEVERE: Final = 3
_NEAR_ENOUGH: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A share from 0 to 1, between two limits that both belong to it."""

    low: float
    high: float


def clopper_pearson(subjects: int, of: int, *, confidence: float = CONFIDENCE) -> Interval | None:
    """The exact two-sided interval of a share (Clopper & Pearson 1934); None where there is nobody to count.

    The lower limit is the share at which so many or more are as improbable as (1 - confidence) / 2, the upper limit
    that at which so many or fewer are; none of them gives exactly 0 below, all of them exactly 1 above. Each other
    limit is found by bisection of the tail of the binomial distribution and is right to within 1e-10. Raises
    ValueError for a count outside 0 to `of`, for more than LARGEST and for a confidence that is not between 0 and 1.
    """
    if not 0 <= subjects <= of <= LARGEST:
        raise ValueError(f"{subjects} of {of} is no count of subjects, up to {LARGEST}")
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence is {confidence}; it must be between 0 and 1")
    if of == 0:
        return None
    tail = (1 - confidence) / 2
    # Too few with an event is too many without one: the upper limit is the lower one of the others.
    return Interval(_lower_limit(subjects, of, tail), 1 - _lower_limit(of - subjects, of, tail))


class Category(StrEnum):
    """The lines above the terms. Related and serious means one event that is both."""

    ANY = "any"
    RELATED = "related"
    SERIOUS = "serious"
    SERIOUS_RELATED = "serious_related"
    SEVERE = "severe"
    SPECIAL_INTEREST = "special_interest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedEvent:
    """One event of one subject, in the arm to which it belongs. Terms are compared as they are written.

    Raises ValueError for a grade outside 1 to 5.
    """

    subject: str
    arm: str
    term: str
    grade: int
    is_related: bool
    is_serious: bool
    is_special_interest: bool

    def __post_init__(self) -> None:
        if self.grade not in GRADES:
            raise ValueError(f"{self.term} of {self.subject} has grade {self.grade}; grades are 1 to 5")


IN_CATEGORY: Final[Mapping[Category, Callable[[CountedEvent], bool]]] = {
    Category.ANY: lambda event: True,
    Category.RELATED: lambda event: event.is_related,
    Category.SERIOUS: lambda event: event.is_serious,
    Category.SERIOUS_RELATED: lambda event: event.is_serious and event.is_related,
    Category.SEVERE: lambda event: event.grade >= SEVERE,
    Category.SPECIAL_INTEREST: lambda event: event.is_special_interest,
}
"""Which events belong to a category; severe is grade 3 or more."""


@dataclass(frozen=True, slots=True)
class Count:
    """One cell: subjects with at least one event, of those treated, and the number of their events.

    `by_grade` says how many of the subjects have 1, 2, 3, 4 and 5 as their highest grade. `interval` is None where
    nobody was treated.
    """

    subjects: int
    treated: int
    events: int
    by_grade: tuple[int, int, int, int, int]
    interval: Interval | None

    @property
    def share(self) -> float | None:
        """Subjects with an event of those treated, from 0 to 1; None where nobody was treated."""
        return self.subjects / self.treated if self.treated else None


@dataclass(frozen=True, slots=True)
class Line:
    """One category or term: a cell for each arm, in the order of the arms, and one for all arms together."""

    name: str
    by_arm: Mapping[str, Count]
    in_all: Count


@dataclass(frozen=True, slots=True)
class IncidenceTable:
    """Every category in the order of `Category`, every term that occurred, the most frequent first and then by name.

    `not_counted` are the events of subjects who were not treated in the arm that is named, in the order given.
    """

    categories: tuple[Line, ...]
    terms: tuple[Line, ...]
    not_counted: tuple[CountedEvent, ...]


def incidence_table(
    events: Iterable[CountedEvent], *, treated: Mapping[str, Collection[str]], confidence: float = CONFIDENCE
) -> IncidenceTable:
    """Count events by category and by term; `treated` names, for each arm, the subjects who were treated in it.

    A subject treated in two arms, one after the other, counts in each and once in all. Raises ValueError as
    `clopper_pearson` does.
    """
    sets = {arm: frozenset(subjects) for arm, subjects in treated.items()}
    counted: list[CountedEvent] = []
    not_counted: list[CountedEvent] = []
    for event in events:
        (counted if event.subject in sets.get(event.arm, frozenset()) else not_counted).append(event)
    categories = [
        _line(category, [event for event in counted if belongs(event)], sets, confidence)
        for category, belongs in IN_CATEGORY.items()
    ]
    terms = [
        _line(term, [event for event in counted if event.term == term], sets, confidence)
        for term in sorted({event.term for event in counted})
    ]
    terms.sort(key=lambda line: -line.in_all.subjects)
    return IncidenceTable(tuple(categories), tuple(terms), tuple(not_counted))


def _line(
    name: str, events: Collection[CountedEvent], treated: Mapping[str, AbstractSet[str]], confidence: float
) -> Line:
    by_arm = {
        arm: _count([event for event in events if event.arm == arm], len(subjects), confidence)
        for arm, subjects in treated.items()
    }
    return Line(name, by_arm, _count(events, len(frozenset().union(*treated.values())), confidence))


def _count(events: Collection[CountedEvent], treated: int, confidence: float) -> Count:
    highest: dict[str, int] = {}
    for event in events:
        highest[event.subject] = max(event.grade, highest.get(event.subject, 0))
    grades = list(highest.values())
    one, two, three, four, five = (grades.count(grade) for grade in GRADES)
    interval = clopper_pearson(len(highest), treated, confidence=confidence)
    return Count(len(highest), treated, len(events), (one, two, three, four, five), interval)


def _lower_limit(subjects: int, of: int, tail: float) -> float:
    if subjects == 0:
        return 0.0
    # At the observed share, so many or more have a probability of at least one half: the limit lies below it.
    low, high = 0.0, subjects / of
    log_ways = math.log(math.comb(of, subjects))
    while high - low > _NEAR_ENOUGH:
        middle = (low + high) / 2
        if _so_many_or_more(subjects, of, middle, log_ways) < tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _so_many_or_more(subjects: int, of: int, share: float, log_ways: float) -> float:
    """The upper tail of the binomial distribution, for a share below `subjects / of`: each term is then smaller than
    the one before, so that adding up may stop when a term no longer changes the sum."""
    odds = share / (1 - share)
    term = math.exp(log_ways + subjects * math.log(share) + (of - subjects) * math.log1p(-share))
    total = 0.0
    for number in range(subjects, of + 1):
        if total + term == total:
            break
        total += term
        term *= (of - number) / (number + 1) * odds
    return total
