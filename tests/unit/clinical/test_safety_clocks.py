"""The clocks of a serious event: facts that cannot be, other limits and other notice."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clinical.safety.clock_faces import NOTICES, ClockKind, ClockStage, ClockState, DayClock, HourClock, Notice
from clinical.safety.clocks import AuthorityReport, ClockFacts, ClockLimits, clocks, day_in

KNOWN_AT, HOUR = datetime(2026, 5, 20, 8, tzinfo=UTC), timedelta(hours=1)
DAY_ZERO, DAY = date(2026, 5, 1), timedelta(days=1)
NOTHING = ClockFacts(serious_known_at=None)
SUSAR = replace(NOTHING, is_susar=True, day_zero=DAY_ZERO)


def test_an_event_that_is_not_serious_has_no_clock() -> None:
    assert clocks(NOTHING) == ()


def test_a_susar_has_no_clock_before_day_0_is_known_and_day_0_none_without_a_susar() -> None:
    assert clocks(replace(SUSAR, day_zero=None)) == ()
    assert clocks(replace(SUSAR, is_susar=False)) == ()


def test_the_clock_of_the_site_comes_first_and_runs_beside_those_of_the_sponsor() -> None:
    found = clocks(replace(SUSAR, serious_known_at=KNOWN_AT, urgent_known_on=DAY_ZERO))
    assert [clock.kind for clock in found] == [
        ClockKind.SITE_TO_SPONSOR,
        ClockKind.SUSAR_URGENT,
        ClockKind.SUSAR_URGENT_COMPLETE,
    ]


def test_every_kind_of_clock_has_its_notice() -> None:
    assert set(NOTICES) == set(ClockKind)


def test_other_limits_can_be_handed_in() -> None:
    limits = ClockLimits(site_hours=48, urgent_days=3, complete_days=4, other_days=10)
    site, urgent, complete = clocks(replace(SUSAR, serious_known_at=KNOWN_AT, urgent_known_on=DAY_ZERO), limits)
    (other,) = clocks(SUSAR, limits)
    assert isinstance(site, HourClock)
    assert site.due_at == KNOWN_AT + 48 * HOUR
    assert [clock.due_on - DAY_ZERO for clock in (urgent, complete, other) if isinstance(clock, DayClock)] == [
        3 * DAY,
        7 * DAY,
        10 * DAY,
    ]


@pytest.mark.parametrize("limit", ["site_hours", "urgent_days", "complete_days", "other_days"])
def test_a_limit_is_above_0(limit: str) -> None:
    with pytest.raises(ValueError, match="each must be above 0"):
        ClockLimits(**{limit: 0})


@pytest.mark.parametrize("field", ["serious_known_at", "told_sponsor_at"])
def test_a_moment_has_a_time_zone(field: str) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        replace(NOTHING, **{field: KNOWN_AT.replace(tzinfo=None)})


def test_the_moment_asked_about_has_a_time_zone() -> None:
    (clock,) = clocks(replace(NOTHING, serious_known_at=KNOWN_AT))
    assert isinstance(clock, HourClock)
    for ask in (clock.state_at, clock.stage_at):
        with pytest.raises(ValueError, match="has no time zone"):
            ask(KNOWN_AT.replace(tzinfo=None), NOTICES[clock.kind])
    with pytest.raises(ValueError, match="has no time zone"):
        day_in(UTC, KNOWN_AT.replace(tzinfo=None))


def test_nobody_is_told_before_somebody_is_aware() -> None:
    with pytest.raises(ValueError, match="before anybody at the site was aware"):
        replace(NOTHING, serious_known_at=KNOWN_AT, told_sponsor_at=KNOWN_AT - timedelta(microseconds=1))
    assert clocks(replace(NOTHING, serious_known_at=KNOWN_AT, told_sponsor_at=KNOWN_AT))


def test_a_report_of_an_event_that_is_no_longer_serious_starts_no_clock() -> None:
    assert clocks(replace(NOTHING, told_sponsor_at=KNOWN_AT)) == ()


@pytest.mark.parametrize(
    "facts",
    [{"day_zero": KNOWN_AT}, {"urgent_known_on": KNOWN_AT}, {"reports": (AuthorityReport(KNOWN_AT),)}],
    ids=["day_zero", "urgent_known_on", "reports"],
)
def test_a_day_has_no_time_of_day(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has a time of day"):
        replace(SUSAR, **facts)


def test_nothing_is_sent_to_the_authority_before_day_0() -> None:
    with pytest.raises(ValueError, match="on 2026-04-30, before day 0, 2026-05-01"):
        replace(SUSAR, reports=(AuthorityReport(DAY_ZERO), AuthorityReport(DAY_ZERO - DAY)))


def test_a_report_made_after_the_moment_asked_about_has_not_been_made_yet() -> None:
    (clock,) = clocks(replace(NOTHING, serious_known_at=KNOWN_AT, told_sponsor_at=KNOWN_AT + 2 * HOUR))
    assert isinstance(clock, HourClock)
    notice = NOTICES[clock.kind]
    assert clock.state_at(KNOWN_AT + HOUR, notice) is ClockState.RUNNING
    assert clock.stage_at(KNOWN_AT + HOUR, notice) is ClockStage.STARTED
    assert clock.state_at(KNOWN_AT + 2 * HOUR, notice) is ClockState.MET
    assert clock.stage_at(KNOWN_AT + 2 * HOUR, notice) is None


def test_other_notice_can_be_handed_in() -> None:
    (clock,) = clocks(SUSAR)
    assert isinstance(clock, DayClock)
    early = Notice(due_soon=10 * DAY, last_warning=None, escalated_after=0 * DAY)
    assert clock.state_on(DAY_ZERO + 5 * DAY, early) is ClockState.DUE_SOON
    assert clock.stage_on(DAY_ZERO + 15 * DAY, early) is ClockStage.DUE_SOON
    assert clock.stage_on(DAY_ZERO + 16 * DAY, early) is ClockStage.ESCALATED


@pytest.mark.parametrize("days", [0, 3])
def test_the_last_warning_may_fall_on_the_end_or_on_the_first_one(days: int) -> None:
    (clock,) = clocks(SUSAR)
    assert isinstance(clock, DayClock)
    notice = replace(NOTICES[clock.kind], last_warning=days * DAY)
    stages = [clock.stage_on(clock.due_on - (days + more) * DAY, notice) for more in (0, 1)]
    assert stages[0] is ClockStage.LAST_WARNING
    assert stages[1] is (ClockStage.STARTED if days else ClockStage.DUE_SOON)


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        ({"due_soon": -HOUR}, "neither may be negative"),
        ({"escalated_after": -HOUR}, "neither may be negative"),
        ({"last_warning": -HOUR}, "not between the first and the end"),
        ({"last_warning": 7 * HOUR}, "not between the first and the end"),
    ],
)
def test_notice_that_cannot_be_is_refused(notice: dict[str, timedelta], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(NOTICES[ClockKind.SITE_TO_SPONSOR], **notice)


def test_clocks_and_facts_cannot_be_changed() -> None:
    (clock,) = clocks(SUSAR)
    for thing, field in ((clock, "due_on"), (SUSAR, "day_zero")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, field, DAY_ZERO)
