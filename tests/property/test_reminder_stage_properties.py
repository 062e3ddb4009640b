"""What holds of every window, notice and calendar of working days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinical.reminder_stages import ReminderDays, ReminderStage, WorkingDays, reach_of, stage_of

START = date(2026, 1, 1)
DAY = timedelta(days=1)
ORDER = [None, *ReminderStage]
days = st.integers(0, 400).map(lambda number: START + number * DAY)
working_days = st.builds(
    WorkingDays,
    st.sets(st.integers(1, 7), min_size=1).map(frozenset),
    st.sets(st.integers(-10, 460), max_size=20).map(lambda numbers: frozenset(START + n * DAY for n in numbers)),
)
notices = st.builds(ReminderDays, st.integers(0, 14), st.integers(0, 14))
windows = st.tuples(days, st.integers(0, 30)).map(lambda window: (window[0], window[0] + window[1] * DAY))


@given(windows, notices, working_days, days)
def test_a_window_never_goes_back_a_stage(
    window: tuple[date, date], notice: ReminderDays, working: WorkingDays, day: date
) -> None:
    today, tomorrow = (ORDER.index(stage_of(*window, notice, reach_of(on, working))) for on in (day, day + DAY))
    assert today <= tomorrow


@given(windows, notices, working_days, days)
def test_nothing_new_is_told_on_a_day_off(
    window: tuple[date, date], notice: ReminderDays, working: WorkingDays, day: date
) -> None:
    if not working.includes(day):
        assert reach_of(day, working) == reach_of(day - DAY, working)
        told = [stage_of(*window, notice, reach_of(on, working)) for on in (day - DAY, day)]
        assert told[0] == told[1]


@given(windows, notices, working_days)
def test_an_opening_is_told_by_the_day_it_opens_and_a_closing_not_before_it_is_over(
    window: tuple[date, date], notice: ReminderDays, working: WorkingDays
) -> None:
    opens_on, closes_on = window
    assert stage_of(*window, notice, reach_of(opens_on, working)) in (ReminderStage.OPEN, ReminderStage.CLOSES_SOON)
    assert stage_of(*window, notice, reach_of(closes_on, working)) is not ReminderStage.CLOSED
    assert stage_of(*window, notice, reach_of(working.first_from(closes_on + DAY), working)) is ReminderStage.CLOSED


@given(windows, notices, days)
def test_without_days_off_every_stage_begins_on_its_own_day(
    window: tuple[date, date], notice: ReminderDays, day: date
) -> None:
    opens_on, closes_on = window
    told = stage_of(*window, notice, reach_of(day, WorkingDays(frozenset(range(1, 8)))))
    assert (told is ReminderStage.CLOSED) == (day > closes_on)
    assert (told in (None, ReminderStage.OPENS_SOON)) == (day < opens_on)
    if told is ReminderStage.OPENS_SOON:
        assert opens_on - day <= notice.before_opening * DAY
    if told is ReminderStage.CLOSES_SOON:
        assert closes_on - day <= notice.before_closing * DAY
