"""Whatever happened: inside the window is never off it, a visit is off its window once, and asking twice is safe."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinical.deviations import (
    DeviationKind,
    VisitFacts,
    VisitMode,
    days_outside_window,
    expected_deviations,
)
from clinical.visit_windows import PlannedVisit, VisitState, in_window

OFF_WINDOW = {DeviationKind.VISIT_OUTSIDE_WINDOW, DeviationKind.TREATMENT_OFF_SCHEDULE}
BASE = date(2024, 2, 20)


@st.composite
def visits(draw: st.DrawFn, outcomes: Sequence[VisitState | None] = (None, *VisitState)) -> VisitFacts[int]:
    opens_on = BASE + timedelta(days=draw(st.integers(0, 20)))
    outcome = draw(st.sampled_from(outcomes))
    is_done = outcome is VisitState.DONE
    has_window = outcome is VisitState.MISSED or draw(st.booleans())
    return VisitFacts(
        key=draw(st.integers(0, 1000)),
        is_scheduled=draw(st.booleans()),
        is_treatment_visit=draw(st.booleans()),
        outcome=outcome,
        opens_on=opens_on if has_window else None,
        closes_on=opens_on + timedelta(days=draw(st.integers(0, 10))) if has_window else None,
        occurred_on=BASE + timedelta(days=draw(st.integers(-10, 40))) if is_done else None,
        was_treated=is_done and draw(st.booleans()),
        mode=draw(st.sampled_from(VisitMode)) if is_done else "",
        may_be_by_phone=draw(st.booleans()),
    )


schedules = st.lists(visits(), max_size=6, unique_by=lambda visit: visit.key)
keys = st.lists(st.integers(0, 1000), max_size=6)
maybe_days = st.none() | st.just(BASE)


@given(schedules, keys, maybe_days)
def test_a_scheduled_visit_inside_its_window_is_never_off_it(
    schedule: list[VisitFacts[int]], unconsented: list[int], ineligible_on: date | None
) -> None:
    found = expected_deviations(schedule, unconsented=unconsented, treated_ineligible_on=ineligible_on)
    off_window = {each.key for each in found if each.kind in OFF_WINDOW}
    for visit in schedule:
        if visit.is_scheduled and visit.occurred_on and visit.opens_on and visit.closes_on:
            window = PlannedVisit("V", visit.opens_on, visit.opens_on, visit.closes_on)
            assert (visit.key in off_window) is not in_window(window, visit.occurred_on)


@given(schedules, keys, maybe_days)
def test_no_visit_has_more_than_one_deviation_of_its_window_or_twice_the_same(
    schedule: list[VisitFacts[int]], unconsented: list[int], ineligible_on: date | None
) -> None:
    found = expected_deviations(schedule, unconsented=unconsented, treated_ineligible_on=ineligible_on)
    per_visit = Counter(each.key for each in found if each.kind in OFF_WINDOW)
    assert all(count == 1 for count in per_visit.values())
    assert len({(each.kind, each.key) for each in found}) == len(found)


@given(schedules, keys, maybe_days)
def test_asking_again_gives_the_same_whichever_way_consents_are_listed(
    schedule: list[VisitFacts[int]], unconsented: list[int], ineligible_on: date | None
) -> None:
    once = expected_deviations(schedule, unconsented=unconsented, treated_ineligible_on=ineligible_on)
    doubled = [*reversed(unconsented), *unconsented]
    assert expected_deviations(iter(schedule), unconsented=doubled, treated_ineligible_on=ineligible_on) == once


@given(schedules, keys)
def test_only_visits_that_were_done_or_missed_give_deviations(
    schedule: list[VisitFacts[int]], unconsented: list[int]
) -> None:
    found = expected_deviations(schedule, unconsented=unconsented, treated_ineligible_on=None)
    settled = {visit.key for visit in schedule if visit.outcome in {VisitState.DONE, VisitState.MISSED}}
    assert {each.key for each in found} <= settled


@given(schedules, keys, st.integers(-800, 800))
def test_moving_everything_by_some_days_moves_the_deviations_and_changes_nothing_else(
    schedule: list[VisitFacts[int]], unconsented: list[int], shift: int
) -> None:
    move = timedelta(days=shift)
    moved = [
        replace(
            visit,
            opens_on=visit.opens_on and visit.opens_on + move,
            closes_on=visit.closes_on and visit.closes_on + move,
            occurred_on=visit.occurred_on and visit.occurred_on + move,
        )
        for visit in schedule
    ]
    before = expected_deviations(schedule, unconsented=unconsented, treated_ineligible_on=None)
    after = expected_deviations(moved, unconsented=unconsented, treated_ineligible_on=None)
    assert after == tuple(replace(each, occurred_on=each.occurred_on + move) for each in before)


@given(visits(outcomes=[VisitState.DONE]).filter(lambda visit: visit.is_scheduled))
def test_treatment_only_renames_the_deviation_of_the_window(visit: VisitFacts[int]) -> None:
    plain, treated = (
        expected_deviations([replace(visit, was_treated=given)], unconsented=[], treated_ineligible_on=None)
        for given in (False, True)
    )
    renamed = {DeviationKind.VISIT_OUTSIDE_WINDOW: DeviationKind.TREATMENT_OFF_SCHEDULE}
    assert treated == tuple(replace(each, kind=renamed.get(each.kind, each.kind)) for each in plain)


@given(st.integers(-50, 50), st.integers(0, 30))
def test_going_back_by_the_days_outside_leads_just_into_the_window(away: int, length: int) -> None:
    window = {"opens_on": BASE, "closes_on": BASE + timedelta(days=length)}
    on = BASE + timedelta(days=away)
    off = days_outside_window(on=on, **window)
    back = on - timedelta(days=off)
    assert days_outside_window(on=back, **window) == 0
    if off:
        assert back in window.values()
        assert days_outside_window(on=back + timedelta(days=1 if off > 0 else -1), **window) != 0
