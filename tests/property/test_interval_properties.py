"""The time since a day: it moves with its days, never runs backwards, and agrees with counting months one by one."""

from datetime import date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from clinical.intervals import IntervalUnit, completed_months, for_rules, interval_code, intervals

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2080, 12, 31))
ends_of_months = st.builds(lambda day: day.replace(day=1) - timedelta(days=1), days)
any_days = days | ends_of_months
shifts = st.integers(-1500, 1500)
day_codes = st.sampled_from(["topical_last_on", "systemic_last_on", "surgery_on", "washout_on_start_on"])
codes_of_days = st.dictionaries(day_codes, any_days)
other_facts = st.dictionaries(
    st.sampled_from(["pasi_total", "sex", "consent_given"]), st.floats(0, 72) | st.booleans() | st.just("F")
)


def months_after(since: date, months: int) -> date:
    """The day on which so many months are completed: that of the same number, or the first of the next month."""
    first = date(since.year + (since.month - 1 + months) // 12, (since.month - 1 + months) % 12 + 1, 1)
    same_number = first + timedelta(days=since.day - 1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return min(same_number, next_month)


@given(codes_of_days, any_days, shifts)
@example({"surgery_on": date(2024, 2, 28)}, date(2024, 3, 1), 365)
def test_moving_both_days_leaves_the_days_between_them(codes: dict[str, date], on: date, shift: int) -> None:
    move = timedelta(days=shift)
    before = intervals(codes, on=on)
    after = intervals({code: day + move for code, day in codes.items()}, on=on + move)
    for code, day in codes.items():
        name = interval_code(code, IntervalUnit.DAYS)
        assert before[name] == after[name] == (on - day).days


@given(any_days, any_days, shifts)
def test_moving_the_second_day_adds_as_many_days(since: date, on: date, shift: int) -> None:
    name = interval_code("surgery_on", IntervalUnit.DAYS)
    before = intervals({"surgery_on": since}, on=on)[name]
    assert intervals({"surgery_on": since}, on=on + timedelta(days=shift))[name] == before + shift


@given(any_days, any_days)
@example(date(2023, 8, 31), date(2024, 2, 29))
@example(date(2022, 8, 31), date(2023, 2, 28))
def test_one_day_more_completes_one_month_at_most_and_takes_none_back(since: date, on: date) -> None:
    step = completed_months(since=since, on=on + timedelta(days=1)) - completed_months(since=since, on=on)
    assert step in {0, 1}


@given(any_days, any_days, any_days)
def test_the_longer_ago_the_more_months(one: date, other: date, on: date) -> None:
    assert completed_months(since=min(one, other), on=on) >= completed_months(since=max(one, other), on=on)


@given(any_days, any_days)
def test_months_are_negative_exactly_before_the_day(since: date, on: date) -> None:
    assert (completed_months(since=since, on=on) < 0) is (on < since)


@given(any_days, st.integers(-600, 600))
@example(date(2023, 8, 31), 6)
@example(date(2024, 2, 29), 12)
def test_months_are_completed_on_their_day_and_not_the_day_before(since: date, months: int) -> None:
    completed_on = months_after(since, months)
    assert completed_months(since=since, on=completed_on) == months
    assert completed_months(since=since, on=completed_on - timedelta(days=1)) == months - 1


@given(codes_of_days, other_facts, any_days)
def test_rules_read_intervals_in_place_of_days_and_all_else_as_it_is(
    codes: dict[str, date], facts: dict[str, float | bool | str], on: date
) -> None:
    read = for_rules({**codes, **facts}, on=on)
    assert read == {**facts, **intervals(codes, on=on)}
    assert not any(isinstance(value, date | datetime) for value in read.values())
