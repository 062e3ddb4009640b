from datetime import date, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from clinical.ages import age_on
from clinical.visit_windows import (
    CONSENT,
    VisitState,
    VisitTiming,
    in_window,
    parse_days,
    plan_visits,
    study_day,
    visit_state,
)

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2080, 12, 31))
shifts = st.integers(-1500, 1500)
timings = st.builds(
    VisitTiming,
    code=st.just("V"),
    relative_to=st.just(CONSENT),
    target_days=st.integers(-400, 800),
    days_before=st.integers(0, 60),
    days_after=st.integers(0, 60),
)


@given(timings, days, shifts)
def test_day_is_in_the_window_exactly_when_it_is_near_enough_to_the_target(
    timing: VisitTiming, anchor: date, shift: int
) -> None:
    planned = plan_visits([timing], {CONSENT: anchor})["V"]
    away = shift % 150 - 75
    on = planned.planned_on + timedelta(days=away)
    assert in_window(planned, on) is (-timing.days_before <= away <= timing.days_after)


@given(timings, days, shifts)
@example(VisitTiming("V", CONSENT, 1, 1, 1), date(2024, 2, 28), 365)
def test_moving_the_anchor_moves_the_plan_by_as_many_days(timing: VisitTiming, anchor: date, shift: int) -> None:
    move = timedelta(days=shift)
    before = plan_visits([timing], {CONSENT: anchor})["V"]
    after = plan_visits([timing], {CONSENT: anchor + move})["V"]
    assert after.planned_on - before.planned_on == move
    assert after.opens_on - before.opens_on == move
    assert after.closes_on - before.closes_on == move


@given(timings, days)
@example(VisitTiming("V", CONSENT, 84, 3, 3), date(2024, 2, 29))
def test_window_has_its_declared_length_over_leap_days_too(timing: VisitTiming, anchor: date) -> None:
    planned = plan_visits([timing], {CONSENT: anchor})["V"]
    assert (planned.planned_on - anchor).days == timing.target_days
    assert (planned.closes_on - planned.opens_on).days == timing.days_before + timing.days_after
    assert planned.opens_on <= planned.planned_on <= planned.closes_on


@given(st.lists(timings, max_size=8), days)
def test_visits_are_planned_in_the_order_in_which_they_are_declared(drawn: list[VisitTiming], anchor: date) -> None:
    named = [
        VisitTiming(f"V{number}", CONSENT, timing.target_days, timing.days_before, timing.days_after)
        for number, timing in enumerate(drawn)
    ]
    assert list(plan_visits(named, {CONSENT: anchor})) == [timing.code for timing in named]


@given(days, days)
def test_study_day_is_never_zero_and_tells_before_from_after(on: date, anchor: date) -> None:
    day = study_day(on=on, anchor=anchor)
    assert day != 0
    assert (day >= 1) is (on >= anchor)


@given(days, days)
def test_study_days_of_neighbours_differ_by_one_except_across_the_anchor(on: date, anchor: date) -> None:
    step = study_day(on=on + timedelta(days=1), anchor=anchor) - study_day(on=on, anchor=anchor)
    assert step == (2 if on + timedelta(days=1) == anchor else 1)


@given(st.integers(-9999, 9999))
def test_days_survive_being_written_as_a_duration(number: int) -> None:
    assert parse_days(f"{'-' if number < 0 else ''}P{abs(number)}D") == number


@given(timings, days, days)
def test_visit_without_an_outcome_is_due_exactly_in_its_window(timing: VisitTiming, anchor: date, today: date) -> None:
    planned = plan_visits([timing], {CONSENT: anchor})["V"]
    near = planned.planned_on + timedelta(days=(today - anchor).days % 150 - 75)
    state = visit_state(opens_on=planned.opens_on, closes_on=planned.closes_on, today=near, outcome=None)
    assert (state is VisitState.DUE) is in_window(planned, near)
    assert (state is VisitState.PLANNED) is (near < planned.opens_on)
    assert (state is VisitState.OVERDUE) is (near > planned.closes_on)


@given(days, days)
@example(date(2004, 2, 29), date(2023, 2, 28))
@example(date(2004, 2, 29), date(2023, 3, 1))
def test_age_never_falls_and_rises_by_one_on_one_day_of_the_year(birth_date: date, on: date) -> None:
    assume(on >= birth_date)
    age = age_on(birth_date=birth_date, on=on)
    next_day = on + timedelta(days=1)
    rises = age_on(birth_date=birth_date, on=next_day) - age
    leap_birthday_moves = (birth_date.month, birth_date.day) == (2, 29) and next_day.year % 4 != 0
    birthday = (3, 1) if leap_birthday_moves else (birth_date.month, birth_date.day)
    assert rises == int((next_day.month, next_day.day) == birthday)
