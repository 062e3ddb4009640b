"""The gate before an infusion: what its items tell, and facts that cannot be."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clinical.infusion_gate import (
    GateCode,
    GateFacts,
    GateItem,
    GateState,
    LotFacts,
    PregnancyResult,
    gate,
    is_clear,
)

AT, ON, DAY = datetime(2026, 5, 20, 4, tzinfo=UTC), date(2026, 5, 20), timedelta(days=1)
LOT = LotFacts(
    number="UC-07",
    state="released",
    expires_at=AT + DAY,
    released_on=ON - DAY,
    recalled_at=None,
    start_within_minutes=90,
)
NOTHING_KNOWN = GateFacts(
    at=AT,
    on=ON,
    consent_is_valid=None,
    treatment_is_withdrawn=None,
    trial_is_on_hold=None,
    site_is_on_hold=None,
    has_window=True,
    days_outside_window=None,
    newest_laboratory_on=None,
    needs_pregnancy_test=None,
    pregnancy_result=None,
    pregnancy_test_on=None,
    vital_signs_are_complete=None,
    lot_number="",
    lot=None,
    thaw_ended_at=None,
    identity_checkers=(),
    product_checkers=(),
)


def item(code: GateCode, **facts: Any) -> GateItem:
    return next(found for found in gate(replace(NOTHING_KNOWN, **facts)) if found.code == code)


def test_nothing_that_is_not_recorded_counts_as_met() -> None:
    items = gate(NOTHING_KNOWN)
    assert [found.code for found in items] == list(GateCode)
    assert {found.state for found in items} == {GateState.UNKNOWN, GateState.OPEN}
    open_items = {found.code for found in items if found.state == GateState.OPEN}
    assert open_items == {GateCode.IDENTITY_CONFIRMED, GateCode.PRODUCT_CONFIRMED}


@pytest.mark.parametrize(
    ("states", "clear"),
    [
        ((), False),
        ((GateState.MET,), True),
        ((GateState.MET, GateState.NOT_APPLICABLE), True),
        ((GateState.MET, GateState.UNKNOWN), False),
        ((GateState.MET, GateState.OPEN), False),
    ],
)
def test_the_gate_is_clear_when_nothing_is_open_or_unknown(states: tuple[GateState, ...], clear: bool) -> None:
    assert is_clear(GateItem(GateCode.CONSENT_VALID, state) for state in states) is clear


@pytest.mark.parametrize(
    ("code", "facts", "detail"),
    [
        (GateCode.CONSENT_VALID, {"consent_is_valid": True}, {}),
        (GateCode.INSIDE_WINDOW, {"days_outside_window": -2}, {"days_outside": -2}),
        (
            GateCode.LABORATORY_RECENT,
            {"newest_laboratory_on": ON - 9 * DAY},
            {"done_on": ON - 9 * DAY, "age_days": 9, "limit_days": 7},
        ),
        (GateCode.LABORATORY_RECENT, {"laboratory_limit_days": 28}, {"limit_days": 28}),
        (GateCode.NOT_PREGNANT, {"pregnancy_result": PregnancyResult.POSITIVE}, {"result": "positive"}),
        (GateCode.NOT_PREGNANT, {"needs_pregnancy_test": True}, {"limit_days": 7}),
        (
            GateCode.NOT_PREGNANT,
            {
                "needs_pregnancy_test": True,
                "pregnancy_result": PregnancyResult.NEGATIVE,
                "pregnancy_test_on": ON,
                "pregnancy_limit_days": 3,
            },
            {"done_on": ON, "age_days": 0, "limit_days": 3},
        ),
        (GateCode.LOT_REGISTERED, {"lot_number": "UC-09"}, {"lot": "UC-09"}),
        (GateCode.LOT_RELEASED, {"lot": LOT}, {"state": "released", "released_on": ON - DAY}),
        (GateCode.LOT_RELEASED, {"lot": replace(LOT, state="rejected", released_on=None)}, {"state": "rejected"}),
        (GateCode.LOT_NOT_RECALLED, {"lot": replace(LOT, recalled_at=AT - DAY)}, {"recalled_at": AT - DAY}),
        (GateCode.LOT_NOT_EXPIRED, {"lot": LOT}, {"expires_at": AT + DAY}),
        (GateCode.THAW_IN_TIME, {"lot": LOT}, {"limit_minutes": 90}),
        (
            GateCode.THAW_IN_TIME,
            {"lot": LOT, "thaw_ended_at": AT - timedelta(minutes=91)},
            {"minutes": 91, "limit_minutes": 90},
        ),
        (GateCode.PRODUCT_CONFIRMED, {"product_checkers": ("Li Na", " li  NA", " ")}, {"persons": 1, "needed": 2}),
    ],
)
def test_an_item_tells_what_it_was_read_from(code: GateCode, facts: dict[str, Any], detail: dict[str, Any]) -> None:
    assert item(code, **facts).detail == detail


def test_a_positive_test_stops_the_infusion_even_where_none_was_needed() -> None:
    found = item(GateCode.NOT_PREGNANT, needs_pregnancy_test=False, pregnancy_result=PregnancyResult.POSITIVE)
    assert found.state == GateState.OPEN


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"newest_laboratory_on": ON + DAY}, "the laboratory of 2026-05-21 is later than the infusion"),
        ({"pregnancy_test_on": ON + DAY}, "the pregnancy test of 2026-05-21 is later"),
        ({"laboratory_limit_days": -1}, "the limit is -1 days"),
        ({"pregnancy_limit_days": -1}, "the limit is -1 days"),
        ({"at": AT.replace(tzinfo=None)}, "has no time zone"),
        ({"thaw_ended_at": AT.replace(tzinfo=None)}, "has no time zone"),
        ({"lot": replace(LOT, expires_at=AT.replace(tzinfo=None))}, "has no time zone"),
        ({"lot": replace(LOT, recalled_at=AT.replace(tzinfo=None))}, "has no time zone"),
        ({"thaw_ended_at": AT + DAY}, "before the end of thawing"),
    ],
)
def test_facts_that_cannot_be_are_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(NOTHING_KNOWN, **facts)


def test_a_lot_must_leave_time_to_start() -> None:
    with pytest.raises(ValueError, match="lot UC-07 must start within 0 minutes"):
        replace(LOT, start_within_minutes=0)


def test_items_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        gate(NOTHING_KNOWN)[0].state = GateState.MET  # type: ignore[misc]
