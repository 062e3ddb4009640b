from dataclasses import replace
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


@given(timings, days, shifts, shifts)
@example(VisitTiming("V", CONSENT, 1, 1, 1), date(2024, 2, 28), 365, 1)
def test_moving_the_anchor_and_a_day_together_keeps_the_day_in_or_out_and_its_study_day(
    timing: VisitTiming, anchor: date, shift: int, away: int
) -> None:
    move = timedelta(days=shift)
    before = plan_visits([timing], {CONSENT: anchor})["V"]
    after = plan_visits([timing], {CONSENT: anchor + move})["V"]
    on = before.planned_on + timedelta(days=away % 150 - 75)
    assert in_window(after, on + move) is in_window(before, on)
    assert study_day(on=on + move, anchor=anchor + move) == study_day(on=on, anchor=anchor)


@given(timings, days, st.integers(0, 30), st.integers(0, 30))
def test_a_wider_window_keeps_every_day_of_the_narrower_one(
    timing: VisitTiming, anchor: date, more_before: int, more_after: int
) -> None:
    wide = replace(timing, days_before=timing.days_before + more_before, days_after=timing.days_after + more_after)
    narrow_plan, wide_plan = (plan_visits([each], {CONSENT: anchor})["V"] for each in (timing, wide))
    assert in_window(wide_plan, narrow_plan.opens_on)
    assert in_window(wide_plan, narrow_plan.closes_on)
    assert in_window(narrow_plan, wide_plan.opens_on) is (more_before == 0)
    assert in_window(narrow_plan, wide_plan.closes_on) is (more_after == 0)


@given(st.integers(-60, 110), days)
@example(12, date(2024, 1, 30))
@example(12, date(2023, 12, 11))
def test_a_visit_whole_weeks_away_falls_on_the_weekday_of_its_anchor_over_leap_days_too(
    weeks: int, anchor: date
) -> None:
    text = f"{'-' if weeks < 0 else ''}P{abs(weeks)}W"
    planned = plan_visits([VisitTiming("V", CONSENT, parse_days(text), 3, 3)], {CONSENT: anchor})["V"]
    assert planned.planned_on.weekday() == anchor.weekday()


@given(timings, timings, days, days)
def test_a_visit_that_happened_plans_what_waits_for_it_and_moves_nothing_else(
    first: VisitTiming, second: VisitTiming, consent_on: date, happened_on: date
) -> None:
    chain = [first, replace(second, code="NEXT", relative_to="V")]
    before = plan_visits(chain, {CONSENT: consent_on})
    after = plan_visits(chain, {CONSENT: consent_on, "V": happened_on})
    assert before == {"V": after["V"]}
    assert after["NEXT"].planned_on - happened_on == timedelta(days=second.target_days)


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


@given(timings, days, st.integers(-80, 80))
def test_a_day_later_a_visit_is_never_less_far_along(timing: VisitTiming, anchor: date, away: int) -> None:
    planned = plan_visits([timing], {CONSENT: anchor})["V"]
    course = [VisitState.PLANNED, VisitState.DUE, VisitState.OVERDUE]
    today = planned.planned_on + timedelta(days=away)
    now, tomorrow = (
        visit_state(opens_on=planned.opens_on, closes_on=planned.closes_on, today=day, outcome=None)
        for day in (today, today + timedelta(days=1))
    )
    assert course.index(tomorrow) - course.index(now) in {0, 1}


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
