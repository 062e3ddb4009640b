"""Which protocol deviations follow from what happened to one subject.

Only what can be read off the record is found here; whoever calls stores what is new and takes back what no longer
follows. Whether a treatment was left out at a visit that took place is not decided: its form may still be to come.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from clinical.visit_windows import VisitState

KeyT = TypeVar("KeyT", bound=Hashable)


class VisitMode(StrEnum):
    """How a visit took place; its values are what `VisitFacts.mode` may say."""

    ON_SITE = "on_site"
    PARTLY_BY_PHONE = "partly_by_phone"
    BY_PHONE = "by_phone"


class DeviationKind(StrEnum):
    """In which way a subject's course departs from the protocol."""

    VISIT_OUTSIDE_WINDOW = "visit_outside_window"
    TREATMENT_OFF_SCHEDULE = "treatment_off_schedule"
    VISIT_MISSED = "visit_missed"
    TREATMENT_MISSED = "treatment_missed"
    VISIT_BY_PHONE = "visit_by_phone"
    VISIT_WITHOUT_CONSENT = "visit_without_consent"
    TREATED_NOT_ELIGIBLE = "treated_not_eligible"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts(Generic[KeyT]):
    """What is recorded of one visit; `key` is the caller's own name for it.

    `opens_on` and `closes_on` are both inside the window, and both None while the window has no days. `was_treated`
    says whether a treatment was recorded at the visit, `is_treatment_visit` whether the protocol plans one there for
    this subject. Raises ValueError for half a window, a window that ends before it begins, a visit that is done
    without a day or in a mode that is not a `VisitMode`, and a scheduled visit that was missed without a window.
    """

    key: KeyT
    is_scheduled: bool
    is_treatment_visit: bool
    outcome: VisitState | None
    opens_on: date | None
    closes_on: date | None
    occurred_on: date | None
    was_treated: bool
    mode: str
    may_be_by_phone: bool

    def __post_init__(self) -> None:
        if (self.opens_on is None) is not (self.closes_on is None):
            raise ValueError(f"the window of visit {self.key} has one end only")
        if self.opens_on is not None and self.closes_on is not None and self.closes_on < self.opens_on:
            raise ValueError(f"the window of visit {self.key} ends on {self.closes_on}, before it begins")
        if self.outcome == VisitState.DONE and self.occurred_on is None:
            raise ValueError(f"visit {self.key} is done, but on no day")
        if self.outcome == VisitState.DONE and self.mode not in set(VisitMode):
            raise ValueError(f'visit {self.key} took place "{self.mode}"; allowed are {", ".join(VisitMode)}')
        if self.outcome == VisitState.MISSED and self.is_scheduled and self.closes_on is None:
            raise ValueError(f"visit {self.key} is missed, but had no window to be missed in")


@dataclass(frozen=True, slots=True)
class Expected(Generic[KeyT]):
    """A deviation that follows from the record.

    `key` is the visit's, None where the deviation belongs to the subject. `days_off` tells how far outside the window
    the visit lies, negative before it and positive after it; None where no window is concerned.
    """

    kind: DeviationKind
    key: KeyT | None
    occurred_on: date
    days_off: int | None = None


def days_outside_window(*, on: date, opens_on: date, closes_on: date) -> int:
    """Days from the nearest day of the window: 0 inside, both its ends included, negative before, positive after."""
    if on < opens_on:
        return (on - opens_on).days
    return max((on - closes_on).days, 0)


def expected_deviations(
    visits: Iterable[VisitFacts[KeyT]], *, unconsented: Iterable[KeyT], treated_ineligible_on: date | None
) -> tuple[Expected[KeyT], ...]:
    """All deviations that follow from these visits, in their order; the same facts always give the same ones.

    - Done outside its window: TREATMENT_OFF_SCHEDULE if treated there, otherwise VISIT_OUTSIDE_WINDOW; never both.
    - Treated at an unscheduled visit: TREATMENT_OFF_SCHEDULE, without days.
    - Scheduled and missed: TREATMENT_MISSED at a treatment visit, otherwise VISIT_MISSED; on the day the window closes.
    - Done entirely by phone where that is not allowed: VISIT_BY_PHONE.
    - Done, and its key in `unconsented` (visits from the day on which a new information sheet had to be signed, held
      without that consent): VISIT_WITHOUT_CONSENT. Keys of other visits are ignored.
    - Treated while not eligible, on `treated_ineligible_on`: TREATED_NOT_ELIGIBLE, once for the subject, at the end.

    A cancelled visit and one without an outcome give nothing.
    """
    without_consent = frozenset(unconsented)
    found = [each for visit in visits for each in _of_visit(visit, has_consent=visit.key not in without_consent)]
    if treated_ineligible_on is not None:
        found.append(Expected(DeviationKind.TREATED_NOT_ELIGIBLE, None, treated_ineligible_on))
    return tuple(found)


def _of_visit(visit: VisitFacts[KeyT], *, has_consent: bool) -> Iterator[Expected[KeyT]]:
    if visit.outcome == VisitState.MISSED and visit.is_scheduled and visit.closes_on is not None:
        kind = DeviationKind.TREATMENT_MISSED if visit.is_treatment_visit else DeviationKind.VISIT_MISSED
        yield Expected(kind, visit.key, visit.closes_on)
    if visit.outcome == VisitState.DONE and visit.occurred_on is not None:
        yield from _of_timing(visit, visit.occurred_on)
        if visit.mode == VisitMode.BY_PHONE and not visit.may_be_by_phone:
            yield Expected(DeviationKind.VISIT_BY_PHONE, visit.key, visit.occurred_on)
        if not has_consent:
            yield Expected(DeviationKind.VISIT_WITHOUT_CONSENT, visit.key, visit.occurred_on)


def _of_timing(visit: VisitFacts[KeyT], on: date) -> Iterator[Expected[KeyT]]:
    if not visit.is_scheduled:
        if visit.was_treated:
            yield Expected(DeviationKind.TREATMENT_OFF_SCHEDULE, visit.key, on)
    elif visit.opens_on is not None and visit.closes_on is not None:
        days_off = days_outside_window(on=on, opens_on=visit.opens_on, closes_on=visit.closes_on)
        if days_off:
            treated, untreated = DeviationKind.TREATMENT_OFF_SCHEDULE, DeviationKind.VISIT_OUTSIDE_WINDOW
            yield Expected(treated if visit.was_treated else untreated, visit.key, on, days_off)
