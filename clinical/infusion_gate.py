"""May this infusion go ahead? One item for each thing that must hold before cells are given.

Every item is met, open (it does not hold), unknown (nobody has recorded it) or not applicable. Unknown is never met:
the gate is clear only when each item is met or not applicable. Which items there are, a laboratory and a pregnancy test
at most 7 days old, and two persons for subject and product are defaults. The gate looks at one moment and forgets what
came later: a lot recalled afterwards was not recalled then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from clinical.thaw_clock import minutes_since_thaw

LABORATORY_LIMIT_DAYS = 7
"""How old the newest eligibility laboratory may be, in days, itself allowed (default)."""
PREGNANCY_LIMIT_DAYS = 7
"""How old the newest negative pregnancy test may be, in days, itself allowed (default)."""
CHECKERS = 2
"""How many different persons confirm the subject's identity, and the product (default)."""

Detail = int | str | date | datetime


class GateCode(StrEnum):
    """What must hold before an infusion, in the order in which it is shown."""

    CONSENT_VALID = "consent_valid"
    TREATMENT_NOT_WITHDRAWN = "treatment_not_withdrawn"
    TRIAL_NOT_ON_HOLD = "trial_not_on_hold"
    SITE_NOT_ON_HOLD = "site_not_on_hold"
    INSIDE_WINDOW = "inside_window"
    LABORATORY_RECENT = "laboratory_recent"
    NOT_PREGNANT = "not_pregnant"
    VITAL_SIGNS_COMPLETE = "vital_signs_complete"
    LOT_REGISTERED = "lot_registered"
    LOT_RELEASED = "lot_released"
    LOT_NOT_RECALLED = "lot_not_recalled"
    LOT_NOT_EXPIRED = "lot_not_expired"
    THAW_IN_TIME = "thaw_in_time"
    IDENTITY_CONFIRMED = "identity_confirmed"
    PRODUCT_CONFIRMED = "product_confirmed"


class GateState(StrEnum):
    """How one item stands."""

    MET = "met"
    OPEN = "open"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class PregnancyResult(StrEnum):
    """What a pregnancy test showed."""

    NEGATIVE = "negative"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFacts:
    """The lot on the bag as the register knows it.

    `released_on` and `recalled_at` are None while the lot has not been released or recalled; `state` is the register's
    word for where it stands and is only handed on. `start_within_minutes` counts from the end of thawing and is None
    for a product without such a limit. Raises ValueError for a limit that is not above 0.
    """

    number: str
    state: str
    expires_at: datetime
    released_on: date | None
    recalled_at: datetime | None
    start_within_minutes: int | None = None

    def __post_init__(self) -> None:
        if self.start_within_minutes is not None and self.start_within_minutes <= 0:
            raise ValueError(f"lot {self.number} must start within {self.start_within_minutes} minutes of thawing")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What is recorded at the moment `at`, on the day `on` of the site; None wherever nothing is recorded.

    - `days_outside_window` is 0 inside, negative before, positive after; `has_window` is False where the visit is not
      one of the schedule.
    - `laboratory_limit_days` is None where the protocol asks for no laboratory before this infusion.
    - `needs_pregnancy_test` is None while it is not known whether the subject could be pregnant.
    - `lot_number` is what stands on the bag, "" while no bag is chosen; `lot` is None where the register has none such.
    - `identity_checkers` and `product_checkers` name who confirmed; the same name counts once.

    Raises ValueError for a laboratory or test later than `on`, a negative limit, moments without a time zone, and
    thawing that ended after `at`: hand in what was known at the moment.
    """

    at: datetime
    on: date
    consent_is_valid: bool | None
    treatment_is_withdrawn: bool | None
    trial_is_on_hold: bool | None
    site_is_on_hold: bool | None
    has_window: bool
    days_outside_window: int | None
    newest_laboratory_on: date | None
    laboratory_limit_days: int | None = LABORATORY_LIMIT_DAYS
    needs_pregnancy_test: bool | None
    pregnancy_result: PregnancyResult | None
    pregnancy_test_on: date | None
    pregnancy_limit_days: int = PREGNANCY_LIMIT_DAYS
    vital_signs_are_complete: bool | None
    lot_number: str
    lot: LotFacts | None
    thaw_ended_at: datetime | None
    identity_checkers: tuple[str, ...]
    product_checkers: tuple[str, ...]

    def __post_init__(self) -> None:
        for what, day in (("laboratory", self.newest_laboratory_on), ("pregnancy test", self.pregnancy_test_on)):
            if day is not None and day > self.on:
                raise ValueError(f"the {what} of {day} is later than the infusion on {self.on}")
        for limit in (self.laboratory_limit_days, self.pregnancy_limit_days):
            if limit is not None and limit < 0:
                raise ValueError(f"the limit is {limit} days; it must not be below 0")
        lot_moments = (self.lot.expires_at, self.lot.recalled_at) if self.lot is not None else ()
        for moment in (self.at, self.thaw_ended_at, *lot_moments):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{moment} has no time zone")
        if self.thaw_ended_at is not None:
            minutes_since_thaw(thaw_ended_at=self.thaw_ended_at, at=self.at)


@dataclass(frozen=True, slots=True)
class GateItem:
    """One thing that must hold, how it stands, and the values that it was read from."""

    code: GateCode
    state: GateState
    detail: Mapping[str, Detail] = field(default_factory=dict, hash=False)


def gate(facts: GateFacts) -> tuple[GateItem, ...]:
    """Every item, always all of them and in the order of `GateCode`."""
    return (
        GateItem(GateCode.CONSENT_VALID, _holds(facts.consent_is_valid)),
        GateItem(GateCode.TREATMENT_NOT_WITHDRAWN, _is_ruled_out(facts.treatment_is_withdrawn)),
        GateItem(GateCode.TRIAL_NOT_ON_HOLD, _is_ruled_out(facts.trial_is_on_hold)),
        GateItem(GateCode.SITE_NOT_ON_HOLD, _is_ruled_out(facts.site_is_on_hold)),
        _window(facts),
        _laboratory(facts),
        _pregnancy(facts),
        GateItem(GateCode.VITAL_SIGNS_COMPLETE, _holds(facts.vital_signs_are_complete)),
        _lot_registered(facts),
        _lot_released(facts),
        _lot_not_recalled(facts),
        _lot_not_expired(facts),
        _thaw(facts),
        _confirmed(GateCode.IDENTITY_CONFIRMED, facts.identity_checkers),
        _confirmed(GateCode.PRODUCT_CONFIRMED, facts.product_checkers),
    )


def is_clear(items: Iterable[GateItem]) -> bool:
    """Whether the infusion may go ahead: each item of `gate` is met or not applicable. No items are not clear."""
    states = [item.state for item in items]
    return bool(states) and set(states) <= {GateState.MET, GateState.NOT_APPLICABLE}


def _holds(fact: bool | None) -> GateState:
    if fact is None:
        return GateState.UNKNOWN
    return GateState.MET if fact else GateState.OPEN


def _is_ruled_out(fact: bool | None) -> GateState:
    return _holds(None if fact is None else not fact)


def _window(facts: GateFacts) -> GateItem:
    code, days = GateCode.INSIDE_WINDOW, facts.days_outside_window
    if not facts.has_window:
        return GateItem(code, GateState.NOT_APPLICABLE)
    if days is None:
        return GateItem(code, GateState.UNKNOWN)
    return GateItem(code, _holds(days == 0), {"days_outside": days})


def _laboratory(facts: GateFacts) -> GateItem:
    code, limit = GateCode.LABORATORY_RECENT, facts.laboratory_limit_days
    if limit is None:
        return GateItem(code, GateState.NOT_APPLICABLE)
    return _recent(code, facts.newest_laboratory_on, on=facts.on, limit_days=limit)


def _pregnancy(facts: GateFacts) -> GateItem:
    code, limit = GateCode.NOT_PREGNANT, facts.pregnancy_limit_days
    if facts.pregnancy_result == PregnancyResult.POSITIVE:
        return GateItem(code, GateState.OPEN, {"result": PregnancyResult.POSITIVE})
    if facts.needs_pregnancy_test is False:
        return GateItem(code, GateState.NOT_APPLICABLE)
    if facts.needs_pregnancy_test is None or facts.pregnancy_result is None:
        return GateItem(code, GateState.UNKNOWN, {"limit_days": limit})
    return _recent(code, facts.pregnancy_test_on, on=facts.on, limit_days=limit)


def _recent(code: GateCode, done_on: date | None, *, on: date, limit_days: int) -> GateItem:
    if done_on is None:
        return GateItem(code, GateState.UNKNOWN, {"limit_days": limit_days})
    age = (on - done_on).days
    detail: dict[str, Detail] = {"done_on": done_on, "age_days": age, "limit_days": limit_days}
    return GateItem(code, _holds(age <= limit_days), detail)


def _lot_registered(facts: GateFacts) -> GateItem:
    code = GateCode.LOT_REGISTERED
    if not facts.lot_number:
        return GateItem(code, GateState.UNKNOWN)
    return GateItem(code, _holds(facts.lot is not None), {"lot": facts.lot_number})


def _lot_released(facts: GateFacts) -> GateItem:
    code, lot = GateCode.LOT_RELEASED, facts.lot
    if lot is None:
        return GateItem(code, GateState.UNKNOWN)
    if lot.released_on is None:
        return GateItem(code, GateState.OPEN, {"state": lot.state})
    return GateItem(code, _holds(lot.released_on <= facts.on), {"state": lot.state, "released_on": lot.released_on})


def _lot_not_recalled(facts: GateFacts) -> GateItem:
    code, lot = GateCode.LOT_NOT_RECALLED, facts.lot
    if lot is None:
        return GateItem(code, GateState.UNKNOWN)
    if lot.recalled_at is None:
        return GateItem(code, GateState.MET)
    return GateItem(code, _is_ruled_out(lot.recalled_at <= facts.at), {"recalled_at": lot.recalled_at})


def _lot_not_expired(facts: GateFacts) -> GateItem:
    code, lot = GateCode.LOT_NOT_EXPIRED, facts.lot
    if lot is None:
        return GateItem(code, GateState.UNKNOWN)
    return GateItem(code, _holds(facts.at <= lot.expires_at), {"expires_at": lot.expires_at})


def _thaw(facts: GateFacts) -> GateItem:
    code, lot = GateCode.THAW_IN_TIME, facts.lot
    if lot is None:
        return GateItem(code, GateState.UNKNOWN)
    limit = lot.start_within_minutes
    if limit is None:
        return GateItem(code, GateState.NOT_APPLICABLE)
    if facts.thaw_ended_at is None:
        return GateItem(code, GateState.UNKNOWN, {"limit_minutes": limit})
    waited = minutes_since_thaw(thaw_ended_at=facts.thaw_ended_at, at=facts.at)
    return GateItem(code, _holds(waited <= limit), {"minutes": waited, "limit_minutes": limit})


def _confirmed(code: GateCode, checkers: Iterable[str]) -> GateItem:
    names = {" ".join(name.split()).casefold() for name in checkers} - {""}
    return GateItem(code, _holds(len(names) >= CHECKERS), {"persons": len(names), "needed": CHECKERS})
