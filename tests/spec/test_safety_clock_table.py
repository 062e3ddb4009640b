"""Until when each report of a serious event is due, row by row, for a safety physician to sign.

Of the site's clock: 24 hours are 24 hours, also in the nights in which clocks change (Europe/Vienna: 29 March and
25 October 2026; America/St_Johns: 8 March and 1 November 2026). Of a SUSAR: calendar days from day 0.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinical.safety.clock_faces import NOTICES, ClockKind, ClockStage, ClockState, DayClock, HourClock
from clinical.safety.clocks import AuthorityReport, ClockFacts, clocks, day_in

#   zone                 aware of seriousness        told by, at the latest
SITE_TABLE = """
    Europe/Vienna        2026-05-20T09:15:00+02:00   2026-05-21T09:15:00+02:00
    Europe/Vienna        2026-05-20T00:00:00+02:00   2026-05-21T00:00:00+02:00
    Europe/Vienna        2026-05-20T23:59:59+02:00   2026-05-21T23:59:59+02:00
    Europe/Vienna        2026-03-28T01:30:00+01:00   2026-03-29T01:30:00+01:00
    Europe/Vienna        2026-03-28T02:30:00+01:00   2026-03-29T03:30:00+02:00
    Europe/Vienna        2026-03-28T12:00:00+01:00   2026-03-29T13:00:00+02:00
    Europe/Vienna        2026-03-29T03:00:00+02:00   2026-03-30T03:00:00+02:00
    Europe/Vienna        2026-10-24T02:30:00+02:00   2026-10-25T02:30:00+02:00
    Europe/Vienna        2026-10-24T03:30:00+02:00   2026-10-25T02:30:00+01:00
    Europe/Vienna        2026-10-24T12:00:00+02:00   2026-10-25T11:00:00+01:00
    Europe/Vienna        2026-10-25T02:30:00+02:00   2026-10-26T01:30:00+01:00
    Europe/Vienna        2026-10-25T02:30:00+01:00   2026-10-26T02:30:00+01:00
    America/St_Johns     2026-03-07T12:00:00-03:30   2026-03-08T13:00:00-02:30
    America/St_Johns     2026-10-31T12:00:00-02:30   2026-11-01T11:00:00-03:30
    America/St_Johns     2026-10-31T01:15:00-02:30   2026-11-01T01:15:00-02:30
    America/St_Johns     2026-10-31T02:15:00-02:30   2026-11-01T01:15:00-03:30
    Asia/Shanghai        2026-05-20T09:15:00+08:00   2026-05-21T09:15:00+08:00
    Asia/Shanghai        2028-02-28T22:00:00+08:00   2028-02-29T22:00:00+08:00
    Asia/Shanghai        2028-02-29T22:00:00+08:00   2028-03-01T22:00:00+08:00
    Asia/Shanghai        2026-12-31T23:30:00+08:00   2027-01-01T23:30:00+08:00
"""

#   day 0        fatal or life-threatening known on
#   |            |            sent to the authority (! complete)
#   |            |            |                        the clocks and their due days
SUSAR_TABLE = """
    2026-05-01 | -          | -                      | other 2026-05-16
    2026-05-01 | 2026-05-01 | -                      | urgent 2026-05-08, complete 2026-05-16
    2026-05-01 | 2026-04-28 | -                      | urgent 2026-05-08, complete 2026-05-16
    2026-05-01 | 2026-05-04 | -                      | urgent 2026-05-11, complete 2026-05-16
    2026-05-01 | 2026-05-09 | -                      | urgent 2026-05-16, complete 2026-05-16
    2026-05-01 | 2026-05-11 | -                      | urgent 2026-05-16, complete 2026-05-16
    2026-05-01 | 2026-05-15 | -                      | urgent 2026-05-16, complete 2026-05-16
    2026-05-01 | 2026-05-20 | -                      | urgent 2026-05-16, complete 2026-05-16
    2026-05-01 | -          | 2026-05-10             | other 2026-05-16 met 2026-05-10
    2026-05-01 | -          | 2026-05-12 2026-05-10! | other 2026-05-16 met 2026-05-10
    2026-05-01 | 2026-05-04 | 2026-05-03             | other 2026-05-16 met 2026-05-03, urgent 2026-05-11, complete 2026-05-19
    2026-05-01 | 2026-05-11 | 2026-05-10!            | other 2026-05-16 met 2026-05-10, urgent 2026-05-18, complete 2026-05-26
    2026-05-01 | 2026-05-15 | 2026-05-10 2026-05-17  | other 2026-05-16 met 2026-05-10, urgent 2026-05-22 met 2026-05-17, complete 2026-05-30
    2026-05-01 | 2026-05-20 | 2026-05-18             | other 2026-05-16 met 2026-05-18, urgent 2026-05-27, complete 2026-06-04
    2026-05-01 | 2026-05-04 | 2026-05-04             | urgent 2026-05-11 met 2026-05-04, complete 2026-05-16
    2026-05-01 | 2026-05-01 | 2026-05-08 2026-05-15! | urgent 2026-05-08 met 2026-05-08, complete 2026-05-16 met 2026-05-15
    2026-05-01 | 2026-05-01 | 2026-05-06!            | urgent 2026-05-08 met 2026-05-06, complete 2026-05-16 met 2026-05-06
    2028-02-22 | 2028-02-22 | -                      | urgent 2028-02-29, complete 2028-03-08
    2028-02-14 | -          | -                      | other 2028-02-29
    2028-02-29 | -          | -                      | other 2028-03-15
    2027-02-22 | 2027-02-22 | -                      | urgent 2027-03-01, complete 2027-03-09
    2026-12-24 | 2026-12-24 | -                      | urgent 2026-12-31, complete 2027-01-08
    2026-12-31 | -          | -                      | other 2027-01-15
"""  # noqa: E501
SHORT = {
    ClockKind.SUSAR_OTHER: "other",
    ClockKind.SUSAR_URGENT: "urgent",
    ClockKind.SUSAR_URGENT_COMPLETE: "complete",
}


def site_clock(known_at: datetime, told_at: datetime | None = None) -> HourClock:
    (clock,) = clocks(ClockFacts(serious_known_at=known_at, told_sponsor_at=told_at))
    assert isinstance(clock, HourClock)
    assert clock.kind is ClockKind.SITE_TO_SPONSOR
    return clock


def susar_clocks(day_zero: str, urgent_on: str = "-", sent: str = "-") -> list[DayClock]:
    reports = (
        [] if sent == "-" else [AuthorityReport(day(word.strip("!")), word.endswith("!")) for word in sent.split()]
    )
    facts = ClockFacts(
        serious_known_at=None,
        is_susar=True,
        day_zero=day(day_zero),
        urgent_known_on=None if urgent_on == "-" else day(urgent_on),
        reports=tuple(reports),
    )
    found = clocks(facts)
    return [clock for clock in found if isinstance(clock, DayClock)]


def day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone))


@pytest.mark.parametrize("row", SITE_TABLE.strip().splitlines())
def test_the_site_has_24_hours_whatever_the_clocks_on_the_wall_do(row: str) -> None:
    zone, known, due = row.split()
    clock = site_clock(moment(known, zone))
    assert clock.started_at.isoformat() == known
    assert clock.due_at.isoformat() == due


@pytest.mark.parametrize("row", SITE_TABLE.strip().splitlines())
def test_the_last_moment_is_in_time_and_the_next_is_late(row: str) -> None:
    zone, known, due = row.split()
    last = moment(due, zone)
    notice = NOTICES[ClockKind.SITE_TO_SPONSOR]
    after = (last.astimezone(UTC) + timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
    assert site_clock(moment(known, zone), last).state_at(after, notice) is ClockState.MET
    assert site_clock(moment(known, zone), after).state_at(after, notice) is ClockState.MET_LATE
    assert site_clock(moment(known, zone)).state_at(last, notice) is ClockState.DUE_SOON
    assert site_clock(moment(known, zone)).state_at(after, notice) is ClockState.OVERDUE


@pytest.mark.parametrize("row", SUSAR_TABLE.strip().splitlines())
def test_the_clocks_of_a_susar_and_the_days_on_which_they_end(row: str) -> None:
    day_zero, urgent_on, sent, expected = (cell.strip() for cell in row.split("|"))
    found = [
        f"{SHORT[clock.kind]} {clock.due_on}" + (f" met {clock.met_on}" if clock.met_on else "")
        for clock in susar_clocks(day_zero, urgent_on, sent)
    ]
    assert ", ".join(found) == expected


@pytest.mark.parametrize(
    ("urgent_on", "started"),
    [("2026-04-28", "2026-05-01"), ("2026-05-01", "2026-05-01"), ("2026-05-04", "2026-05-04")],
)
def test_the_clock_of_a_fatal_event_starts_when_the_sponsor_knows_but_not_before_day_0(
    urgent_on: str, started: str
) -> None:
    assert {clock.started_on for clock in susar_clocks("2026-05-01", urgent_on)} == {day(started)}


#   on           7 days, from 1 May     15 days, from 1 May
STATE_TABLE = """
    2026-05-01 | running   started      | running  started
    2026-05-04 | running   started      | running  started
    2026-05-05 | due_soon  due_soon     | running  started
    2026-05-06 | due_soon  due_soon     | running  started
    2026-05-07 | due_soon  last_warning | running  started
    2026-05-08 | due_soon  last_warning | running  started
    2026-05-09 | overdue   overdue      | running  started
    2026-05-10 | overdue   escalated    | running  started
    2026-05-12 | overdue   escalated    | running  started
    2026-05-13 | overdue   escalated    | due_soon due_soon
    2026-05-15 | overdue   escalated    | due_soon last_warning
    2026-05-16 | overdue   escalated    | due_soon last_warning
    2026-05-17 | overdue   escalated    | overdue  overdue
    2026-05-18 | overdue   escalated    | overdue  escalated
"""


@pytest.mark.parametrize("row", STATE_TABLE.strip().splitlines())
def test_how_the_clocks_of_a_susar_stand_on_a_day(row: str) -> None:
    on, *expected = (cell.strip() for cell in row.split("|"))
    seven, fifteen = susar_clocks("2026-05-01", "2026-05-01")[0], susar_clocks("2026-05-01")[0]
    found = [
        [clock.state_on(day(on), NOTICES[clock.kind]), clock.stage_on(day(on), NOTICES[clock.kind])]
        for clock in (seven, fifteen)
    ]
    assert found == [cell.split() for cell in expected]


#   hours after the site was aware
#   |      state     stage
HOUR_TABLE = """
    -1   | running   -
    0    | running   started
    17.9 | running   started
    18   | due_soon  due_soon
    24   | due_soon  due_soon
    24.1 | overdue   overdue
    35.9 | overdue   overdue
    36   | overdue   escalated
    500  | overdue   escalated
"""


@pytest.mark.parametrize("row", HOUR_TABLE.strip().splitlines())
def test_how_the_clock_of_the_site_stands_at_a_moment(row: str) -> None:
    hours, expected = (cell.strip() for cell in row.split("|"))
    known_at = datetime(2026, 5, 20, 7, 15, tzinfo=UTC)
    clock, now = site_clock(known_at), known_at + timedelta(hours=float(hours))
    notice = NOTICES[clock.kind]
    assert [clock.state_at(now, notice), clock.stage_at(now, notice) or "-"] == expected.split()


#   due        sent         state on 30 May
LATE_TABLE = """
    2026-05-16 2026-05-15   met
    2026-05-16 2026-05-16   met
    2026-05-16 2026-05-17   met_late
    2026-05-16 2026-05-30   met_late
    2026-05-16 2026-05-31   overdue
"""


@pytest.mark.parametrize("row", LATE_TABLE.strip().splitlines())
def test_a_report_on_the_due_day_is_in_time_and_one_of_the_next_day_is_late(row: str) -> None:
    due, sent, expected = row.split()
    (clock,) = susar_clocks("2026-05-01", sent=sent)
    assert clock.due_on == day(due)
    notice = NOTICES[clock.kind]
    assert clock.state_on(day("2026-05-30"), notice) == expected
    assert (clock.stage_on(day("2026-05-30"), notice) is None) == (expected != "overdue")


#   aware that an event of 20 May is serious (-: it is not)
#   |                       told by, at the latest
SERIOUSNESS_TABLE = """
    -                           none
    2026-05-22T16:40:00+02:00   2026-05-23T16:40:00+02:00
    2026-06-03T08:05:00+02:00   2026-06-04T08:05:00+02:00
"""


@pytest.mark.parametrize("row", SERIOUSNESS_TABLE.strip().splitlines())
def test_a_change_of_seriousness_starts_the_clock_at_the_awareness_of_it(row: str) -> None:
    known, due = row.split()
    facts = ClockFacts(serious_known_at=None if known == "-" else moment(known, "Europe/Vienna"))
    found = [clock.due_at.isoformat() for clock in clocks(facts) if isinstance(clock, HourClock)]
    assert found == ([] if due == "none" else [due])


def test_an_event_found_fatal_on_day_14_is_at_its_last_warning_from_the_start() -> None:
    urgent = susar_clocks("2026-05-01", "2026-05-15")[0]
    stages = [urgent.stage_on(day(f"2026-05-{number}"), NOTICES[urgent.kind]) for number in (14, 15, 17)]
    assert stages == [None, ClockStage.LAST_WARNING, ClockStage.OVERDUE]


#   moment                      sponsor in            day
DAY_TABLE = """
    2026-05-20T23:59:59+02:00   Europe/Vienna         2026-05-20
    2026-05-21T00:00:00+02:00   Europe/Vienna         2026-05-21
    2026-05-20T18:00:00+02:00   Asia/Shanghai         2026-05-21
    2026-05-20T17:59:59+02:00   Asia/Shanghai         2026-05-20
    2026-05-21T02:00:00+00:00   America/St_Johns      2026-05-20
    2026-05-21T02:30:00+00:00   America/St_Johns      2026-05-21
    2028-02-29T23:30:00-05:00   Europe/Vienna         2028-03-01
    2026-12-31T23:30:00+00:00   Europe/Vienna         2027-01-01
"""


@pytest.mark.parametrize("row", DAY_TABLE.strip().splitlines())
def test_day_0_is_a_day_of_the_calendar_of_the_sponsor(row: str) -> None:
    at, zone, expected = row.split()
    assert day_in(ZoneInfo(zone), datetime.fromisoformat(at)) == day(expected)
