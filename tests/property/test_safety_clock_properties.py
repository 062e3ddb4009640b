"""What holds of every clock of a serious event."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from clinical.safety.clock_faces import NOTICES, ClockKind, ClockStage, ClockState, DayClock, HourClock
from clinical.safety.clocks import AuthorityReport, ClockFacts, clocks

START, DAY = date(2026, 1, 1), timedelta(days=1)
ORDER = [None, *ClockStage]
offsets = st.integers(0, 40)
zones = st.sampled_from(["Europe/Vienna", "America/St_Johns", "Asia/Shanghai", "UTC"]).map(ZoneInfo)
moments = st.builds(
    lambda moment, zone: moment.astimezone(zone),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
    zones,
)
reports = st.lists(st.builds(AuthorityReport, offsets.map(lambda n: START + n * DAY), st.booleans()), max_size=4)
susars = st.builds(
    lambda urgent, sent: ClockFacts(
        serious_known_at=None, is_susar=True, day_zero=START, urgent_known_on=urgent, reports=tuple(sent)
    ),
    st.none() | st.integers(-5, 40).map(lambda n: START + n * DAY),
    reports,
)


def day_clocks(facts: ClockFacts) -> list[DayClock]:
    return [clock for clock in clocks(facts) if isinstance(clock, DayClock)]


@given(moments)
def test_the_site_always_has_24_hours(known_at: datetime) -> None:
    (clock,) = clocks(ClockFacts(serious_known_at=known_at))
    assert isinstance(clock, HourClock)
    assert clock.due_at.astimezone(UTC) - known_at.astimezone(UTC) == timedelta(hours=24)
    assert clock.due_at.tzinfo is known_at.tzinfo


@given(moments, st.integers(-10, 200), st.integers(0, 200))
def test_the_clock_of_the_site_never_goes_back_a_stage(known_at: datetime, quarters: int, more: int) -> None:
    (clock,) = clocks(ClockFacts(serious_known_at=known_at))
    assert isinstance(clock, HourClock)
    earlier = known_at.astimezone(UTC) + quarters * timedelta(minutes=15)
    stages = [
        ORDER.index(clock.stage_at(at, NOTICES[clock.kind])) for at in (earlier, earlier + more * timedelta(minutes=15))
    ]
    assert stages == sorted(stages)


@given(susars, offsets)
def test_the_clock_of_a_susar_never_goes_back_a_stage_while_there_is_no_report(facts: ClockFacts, days: int) -> None:
    for clock in day_clocks(replace(facts, reports=())):
        notice, today = NOTICES[clock.kind], START + days * DAY
        assert ORDER.index(clock.stage_on(today, notice)) <= ORDER.index(clock.stage_on(today + DAY, notice))


@given(susars, offsets)
def test_the_stage_agrees_with_the_state(facts: ClockFacts, days: int) -> None:
    for clock in day_clocks(facts):
        notice, today = NOTICES[clock.kind], START + days * DAY
        state, stage = clock.state_on(today, notice), clock.stage_on(today, notice)
        if state in (ClockState.MET, ClockState.MET_LATE):
            assert stage is None
        elif stage is not None:
            late = (ClockStage.OVERDUE, ClockStage.ESCALATED)
            warned = (ClockStage.DUE_SOON, ClockStage.LAST_WARNING)
            assert (stage in late) == (state is ClockState.OVERDUE)
            assert (stage in warned) == (state is ClockState.DUE_SOON)


@given(susars)
def test_what_is_learnt_of_an_event_not_yet_reported_never_gives_more_time(facts: ClockFacts) -> None:
    found = day_clocks(replace(facts, reports=()))
    assert max(clock.due_on for clock in found) <= START + 15 * DAY


@given(susars)
def test_a_susar_always_has_either_the_clock_of_the_urgent_or_that_of_the_others_to_meet(facts: ClockFacts) -> None:
    kinds = [clock.kind for clock in day_clocks(facts)]
    urgent = [ClockKind.SUSAR_URGENT, ClockKind.SUSAR_URGENT_COMPLETE]
    if facts.urgent_known_on is None:
        assert kinds == [ClockKind.SUSAR_OTHER]
    else:
        assert kinds in (urgent, [ClockKind.SUSAR_OTHER, *urgent])


@given(susars)
def test_a_report_counts_for_a_clock_only_from_its_start(facts: ClockFacts) -> None:
    for clock in day_clocks(facts):
        assert clock.met_on is None or clock.met_on >= clock.started_on
