"""What must hold before an infusion, row by row, for an investigator or pharmacist to sign.

Every row changes one thing of an infusion for which all is well: 20 March 2024, 10:00, lot UC-07 thawed until 9:00, to
be started within 180 minutes, expiring at 10:00 of the next day, released on 1 March. "?" stands for "not recorded".
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clinical.infusion_gate import GateFacts, LotFacts, PregnancyResult, gate, is_clear

#   case                        what            is                item                     stands          go_ahead
TABLE = """
    consent_in_force            consent         yes               consent_valid            met             yes
    consent_not_in_force        consent         no                consent_valid            open            no
    consent_not_looked_up       consent         ?                 consent_valid            unknown         no
    treatment_going_on          withdrawn       no                treatment_not_withdrawn  met             yes
    treatment_withdrawn         withdrawn       yes               treatment_not_withdrawn  open            no
    withdrawal_not_looked_up    withdrawn       ?                 treatment_not_withdrawn  unknown         no
    trial_going_on              trial_hold      no                trial_not_on_hold        met             yes
    trial_on_hold               trial_hold      yes               trial_not_on_hold        open            no
    trial_hold_not_looked_up    trial_hold      ?                 trial_not_on_hold        unknown         no
    site_going_on               site_hold       no                site_not_on_hold         met             yes
    site_on_hold                site_hold       yes               site_not_on_hold         open            no
    site_hold_not_looked_up     site_hold       ?                 site_not_on_hold         unknown         no
    inside_the_window           days_outside    0                 inside_window            met             yes
    one_day_early               days_outside    -1                inside_window            open            no
    one_day_late                days_outside    1                 inside_window            open            no
    window_without_days         days_outside    ?                 inside_window            unknown         no
    unscheduled_visit           has_window      no                inside_window            not_applicable  yes
    laboratory_of_the_day       laboratory      2024-03-20        laboratory_recent        met             yes
    laboratory_of_seven_days    laboratory      2024-03-13        laboratory_recent        met             yes
    laboratory_of_eight_days    laboratory      2024-03-12        laboratory_recent        open            no
    no_laboratory               laboratory      ?                 laboratory_recent        unknown         no
    laboratory_not_asked_for    lab_limit       ?                 laboratory_recent        not_applicable  yes
    laboratory_of_the_day_only  lab_limit       0                 laboratory_recent        open            no
    test_of_the_day             test_on         2024-03-20        not_pregnant             met             yes
    test_of_seven_days          test_on         2024-03-13        not_pregnant             met             yes
    test_of_eight_days          test_on         2024-03-12        not_pregnant             open            no
    test_without_a_day          test_on         ?                 not_pregnant             unknown         no
    no_test                     test            ?                 not_pregnant             unknown         no
    pregnant                    test            positive          not_pregnant             open            no
    test_not_needed             needs_test      no                not_pregnant             not_applicable  yes
    need_of_test_not_known      needs_test      ?                 not_pregnant             unknown         no
    vital_signs_taken           vital_signs     yes               vital_signs_complete     met             yes
    vital_signs_in_part         vital_signs     no                vital_signs_complete     open            no
    vital_signs_not_begun       vital_signs     ?                 vital_signs_complete     unknown         no
    lot_in_the_register         lot             UC-07             lot_registered           met             yes
    lot_not_in_the_register     lot             UC-08             lot_registered           open            no
    no_bag_chosen               lot             ?                 lot_registered           unknown         no
    lot_nobody_knows            lot             UC-08             lot_released             unknown         no
    lot_released_that_day       released        2024-03-20        lot_released             met             yes
    lot_released_next_day       released        2024-03-21        lot_released             open            no
    lot_never_released          released        ?                 lot_released             open            no
    lot_nobody_can_recall       lot             UC-08             lot_not_recalled         unknown         no
    lot_not_recalled            recalled        ?                 lot_not_recalled         met             yes
    lot_recalled_just_now       recalled        2024-03-20T10:00  lot_not_recalled         open            no
    lot_recalled_before         recalled        2024-03-15T08:00  lot_not_recalled         open            no
    lot_recalled_afterwards     recalled        2024-03-20T10:01  lot_not_recalled         met             yes
    lot_of_unknown_expiry       lot             UC-08             lot_not_expired          unknown         no
    expires_at_the_start        expires         2024-03-20T10:00  lot_not_expired          met             yes
    expired_a_minute_ago        expires         2024-03-20T09:59  lot_not_expired          open            no
    lot_of_unknown_limit        lot             UC-08             thaw_in_time             unknown         no
    thawed_at_the_limit         thawed          2024-03-20T07:00  thaw_in_time             met             yes
    thawed_too_long_ago         thawed          2024-03-20T06:59  thaw_in_time             open            no
    thawing_not_recorded        thawed          ?                 thaw_in_time             unknown         no
    product_without_a_limit     start_within    ?                 thaw_in_time             not_applicable  yes
    subject_known_to_two        identity        Li+Wang           identity_confirmed       met             yes
    subject_known_to_one        identity        Li                identity_confirmed       open            no
    subject_twice_by_one        identity        Li+li             identity_confirmed       open            no
    subject_asked_by_nobody     identity        ?                 identity_confirmed       open            no
    product_known_to_three      product         Li+Wang+Chen      product_confirmed        met             yes
    product_known_to_one        product         Wang              product_confirmed        open            no
    product_twice_by_one        product         Wang+Wang         product_confirmed        open            no
    product_read_by_nobody      product         ?                 product_confirmed        open            no
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]
ALL_IS_WELL = {
    "consent": "yes",
    "withdrawn": "no",
    "trial_hold": "no",
    "site_hold": "no",
    "has_window": "yes",
    "days_outside": "0",
    "laboratory": "2024-03-18",
    "lab_limit": "7",
    "needs_test": "yes",
    "test": "negative",
    "test_on": "2024-03-18",
    "vital_signs": "yes",
    "lot": "UC-07",
    "released": "2024-03-01",
    "recalled": "?",
    "expires": "2024-03-21T10:00",
    "start_within": "180",
    "thawed": "2024-03-20T09:00",
    "identity": "Li+Wang",
    "product": "Li+Wang",
}
YES_NO = {"yes": True, "no": False, "?": None}


def number(text: str) -> int | None:
    return None if text == "?" else int(text)


def day(text: str) -> date | None:
    return None if text == "?" else date.fromisoformat(text)


def moment(text: str) -> datetime | None:
    return None if text == "?" else datetime.fromisoformat(text).replace(tzinfo=UTC)


def names(text: str) -> tuple[str, ...]:
    return () if text == "?" else tuple(text.split("+"))


def facts_of(words: dict[str, str]) -> GateFacts:
    expires_at = moment(words["expires"])
    assert expires_at is not None
    lot = LotFacts(
        number="UC-07",
        state="released",
        expires_at=expires_at,
        released_on=day(words["released"]),
        recalled_at=moment(words["recalled"]),
        start_within_minutes=number(words["start_within"]),
    )
    return GateFacts(
        at=datetime(2024, 3, 20, 10, 0, tzinfo=UTC),
        on=date(2024, 3, 20),
        consent_is_valid=YES_NO[words["consent"]],
        treatment_is_withdrawn=YES_NO[words["withdrawn"]],
        trial_is_on_hold=YES_NO[words["trial_hold"]],
        site_is_on_hold=YES_NO[words["site_hold"]],
        has_window=words["has_window"] == "yes",
        days_outside_window=number(words["days_outside"]),
        newest_laboratory_on=day(words["laboratory"]),
        laboratory_limit_days=number(words["lab_limit"]),
        needs_pregnancy_test=YES_NO[words["needs_test"]],
        pregnancy_result=None if words["test"] == "?" else PregnancyResult(words["test"]),
        pregnancy_test_on=day(words["test_on"]),
        vital_signs_are_complete=YES_NO[words["vital_signs"]],
        lot_number="" if words["lot"] == "?" else words["lot"],
        lot=lot if words["lot"] == lot.number else None,
        thaw_ended_at=moment(words["thawed"]),
        identity_checkers=names(words["identity"]),
        product_checkers=names(words["product"]),
    )


def test_when_all_is_well_every_item_is_met() -> None:
    items = gate(facts_of(ALL_IS_WELL))
    assert {item.state for item in items} == {"met"}
    assert is_clear(items)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_one_change_does(row: list[str]) -> None:
    _name, what, value, code, state, go_ahead = row
    assert what in ALL_IS_WELL
    items = gate(facts_of({**ALL_IS_WELL, what: value}))
    found: dict[str, Any] = {item.code.value: item.state.value for item in items}
    assert found[code] == state
    assert is_clear(items) is (go_ahead == "yes")


def test_every_item_has_a_row_in_which_it_stops_the_infusion() -> None:
    stopped = {row[3] for row in ROWS if row[5] == "no"}
    assert stopped == {item.code.value for item in gate(facts_of(ALL_IS_WELL))}
