"""The clocks of a serious event as the record says: whose clock, until when, and what is left."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from clinical.safety.clock_faces import ClockKind, ClockState
from patients.models import Subject
from safety.models import SeriousCase
from safety.selectors.clocks import ClockRow, cases_to_watch, clocks_by_case, clocks_of, facts_of, next_due
from tests.factories import make_site, make_subject, system
from tests.factories.serious import (
    change_case,
    change_event,
    count_days_in,
    make_case,
    make_serious_event,
    make_submission,
    make_susar,
    report_to_authority,
)
from tests.worlds import NOW
from trials.models import Site, Trial

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def today(clock: None) -> None:
    """Noon in Guangzhou."""


@pytest.fixture
def subject(site: Site) -> Subject:
    return make_subject(site, system(), date(2026, 5, 1))


@pytest.fixture
def case(subject: Subject) -> SeriousCase:
    return make_case(make_serious_event(subject, known_at=NOW - HOUR))


@pytest.fixture
def susar(subject: Subject) -> SeriousCase:
    """Day 0 is the first of May."""
    return make_susar(make_serious_event(subject, known_at=NOW - HOUR), date(2026, 5, 1))


def only(case: SeriousCase, now: datetime = NOW, kind: ClockKind = ClockKind.SITE_TO_SPONSOR) -> ClockRow:
    (found,) = (row for row in clocks_of(SeriousCase.objects.get(pk=case.pk), now) if row.kind is kind)
    return found


def kinds(case: SeriousCase) -> list[str]:
    return [row.kind.value for row in clocks_of(SeriousCase.objects.get(pk=case.pk), NOW)]


# --- 24 hours of the site ---------------------------------------------------------------------------------------------

# Zone of the site, awareness, due: moments on the wall there. The rows are nights in which clocks change, midnight, and
# the leap day.
TWENTY_FOUR_HOURS = """
    GZ   2026-05-20T09:15+08:00 | 2026-05-20 09:15 UTC+08:00 | 2026-05-21 09:15 UTC+08:00
    GZ   2026-05-20T00:00+08:00 | 2026-05-20 00:00 UTC+08:00 | 2026-05-21 00:00 UTC+08:00
    GZ   2028-02-28T22:00+08:00 | 2028-02-28 22:00 UTC+08:00 | 2028-02-29 22:00 UTC+08:00
    GZ   2028-02-29T22:00+08:00 | 2028-02-29 22:00 UTC+08:00 | 2028-03-01 22:00 UTC+08:00
    VIE  2026-03-28T02:30+01:00 | 2026-03-28 02:30 UTC+01:00 | 2026-03-29 03:30 UTC+02:00
    VIE  2026-03-28T12:00+01:00 | 2026-03-28 12:00 UTC+01:00 | 2026-03-29 13:00 UTC+02:00
    VIE  2026-10-24T12:00+02:00 | 2026-10-24 12:00 UTC+02:00 | 2026-10-25 11:00 UTC+01:00
    VIE  2026-10-25T02:30+02:00 | 2026-10-25 02:30 UTC+02:00 | 2026-10-26 01:30 UTC+01:00
    VIE  2026-10-25T02:30+01:00 | 2026-10-25 02:30 UTC+01:00 | 2026-10-26 02:30 UTC+01:00
    STJ  2026-03-07T12:00-03:30 | 2026-03-07 12:00 UTC-03:30 | 2026-03-08 13:00 UTC-02:30
    STJ  2026-10-31T12:00-02:30 | 2026-10-31 12:00 UTC-02:30 | 2026-11-01 11:00 UTC-03:30
"""


@pytest.mark.parametrize("row", TWENTY_FOUR_HOURS.strip().splitlines())
def test_the_site_has_24_hours_by_the_clock_on_its_own_wall(trial: Trial, row: str) -> None:
    before, started, due = (cell.strip() for cell in row.split("|"))
    code, known = before.split()
    known_at = datetime.fromisoformat(known)
    site = trial.sites.filter(code=code).first() or make_site(trial, code)
    with time_machine.travel(known_at + HOUR, tick=False):
        subject = make_subject(site, system(), date(2026, 1, 5))
        case = make_case(make_serious_event(subject, known_at=known_at, onset="2026-02"))
    assert (only(case, known_at).started, only(case, known_at).due) == (started, due)
    last = known_at.astimezone(UTC) + 24 * HOUR
    assert only(case, last).state is ClockState.DUE_SOON
    assert only(case, last + SECOND).state is ClockState.OVERDUE


@pytest.mark.parametrize(
    ("after", "state", "left"),
    [
        (0 * HOUR, "running", "24 h 0 min left"),
        (17.5 * HOUR, "running", "6 h 30 min left"),
        (18 * HOUR, "due_soon", "6 h 0 min left"),
        (23.25 * HOUR, "due_soon", "45 min left"),
        (24 * HOUR, "due_soon", "0 min left"),
        (24 * HOUR + SECOND, "overdue", "overdue for 0 min"),
        (27.5 * HOUR, "overdue", "overdue for 3 h 30 min"),
        (24 * HOUR + 50 * HOUR, "overdue", "overdue for 2 days"),
    ],
)
def test_what_is_left_is_said_in_words(case: SeriousCase, after: timedelta, state: str, left: str) -> None:
    row = only(case, NOW - HOUR + after)
    assert (row.state, row.left, row.met) == (state, left, "")


def test_the_first_report_to_the_sponsor_meets_the_clock(case: SeriousCase) -> None:
    make_submission(case, NOW + HOUR)
    make_submission(case, NOW + 40 * HOUR)
    row = only(case, NOW + 50 * HOUR)
    assert (row.state, row.met, row.left) == (ClockState.MET, "2026-05-20 13:00 UTC+08:00", "")


def test_a_report_a_second_too_late_is_late_for_ever(case: SeriousCase) -> None:
    make_submission(case, NOW + 23 * HOUR + SECOND)
    assert only(case, NOW + 99 * HOUR).state is ClockState.MET_LATE


def test_a_draft_meets_no_clock(case: SeriousCase) -> None:
    assert facts_of(case).told_sponsor_at is None


def test_an_event_that_is_not_serious_any_more_has_no_clock_at_the_site(case: SeriousCase) -> None:
    change_event(case.event, is_serious=False, caused_hospitalisation=False, serious_known_at=None)
    assert kinds(case) == []


def test_an_event_that_becomes_serious_later_starts_the_clock_at_the_awareness_of_that(subject: Subject) -> None:
    event = make_serious_event(subject, known_at=None, is_serious=False, caused_hospitalisation=False)
    assert kinds(make_case(event)) == []
    change_event(event, is_serious=True, is_disabling=True, serious_known_at=NOW + 30 * HOUR)
    assert only(event.case, NOW + 31 * HOUR).left == "23 h 0 min left"


def test_an_event_that_becomes_serious_again_after_its_report_starts_the_clock_again(case: SeriousCase) -> None:
    make_submission(case, NOW)
    change_event(case.event, serious_known_at=NOW + 10 * HOUR)
    assert only(case, NOW + 11 * HOUR).state is ClockState.RUNNING
    make_submission(case, NOW + 12 * HOUR)
    assert only(case, NOW + 12 * HOUR).state is ClockState.MET


# --- days of the sponsor ----------------------------------------------------------------------------------------------


def test_a_susar_has_15_days_and_an_event_that_is_none_has_no_clock_of_days(case: SeriousCase) -> None:
    assert kinds(case) == ["site_to_sponsor"]
    change_case(case, state="assessed", day_zero=date(2026, 5, 1), related_by_sponsor=True, is_susar=True)
    row = only(case, kind=ClockKind.SUSAR_OTHER)
    assert (row.started, row.due) == ("2026-05-01", "2026-05-16")
    assert not row.label.startswith("If it is")
    change_case(case, is_susar=False)
    assert kinds(case) == ["site_to_sponsor"]


def test_the_days_of_the_authority_run_from_day_0_on_until_somebody_has_judged(case: SeriousCase) -> None:
    change_case(case, state="submitted", day_zero=date(2026, 5, 16))
    row = only(case, kind=ClockKind.SUSAR_OTHER)
    assert (row.due, row.state) == ("2026-05-31", ClockState.RUNNING)
    assert row.label == "If it is a SUSAR: Report of the SUSAR to the authority, 15 days"
    change_case(case, urgent_known_on=date(2026, 5, 16))
    assert only(case, kind=ClockKind.SUSAR_URGENT).due == "2026-05-23"


@pytest.mark.parametrize("day_zero", [date(2028, 2, 14), date(2028, 2, 29)])
def test_the_leap_day_is_a_day(susar: SeriousCase, day_zero: date) -> None:
    change_case(susar, day_zero=day_zero)
    due = {date(2028, 2, 14): "2028-02-29", date(2028, 2, 29): "2028-03-15"}
    assert only(susar, kind=ClockKind.SUSAR_OTHER).due == due[day_zero]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Asia/Shanghai", datetime(2026, 5, 16, 16, tzinfo=UTC)),
        ("Europe/Vienna", datetime(2026, 5, 16, 22, tzinfo=UTC)),
        ("America/St_Johns", datetime(2026, 5, 17, 2, 30, tzinfo=UTC)),
        ("", datetime(2026, 5, 16, 16, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_of_the_sponsor(
    susar: SeriousCase, other_site: Site, zone: str, midnight: datetime
) -> None:
    count_days_in(other_site.trial, zone)
    last = only(susar, midnight - SECOND, ClockKind.SUSAR_OTHER)
    assert (last.state, last.left, last.ends_at) == (ClockState.DUE_SOON, "due today", midnight)
    after = only(susar, midnight, ClockKind.SUSAR_OTHER)
    assert (after.state, after.left) == (ClockState.OVERDUE, "overdue for 1 day")


@pytest.mark.parametrize(
    ("due_on", "midnight"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_the_days_on_which_clocks_change_in_vienna_are_of_23_and_25_hours(
    susar: SeriousCase, due_on: date, midnight: datetime
) -> None:
    count_days_in(susar.subject.site.trial, "Europe/Vienna")
    change_case(susar, day_zero=due_on - timedelta(days=15))
    assert only(susar, midnight - SECOND, ClockKind.SUSAR_OTHER).state is ClockState.DUE_SOON
    assert only(susar, midnight, ClockKind.SUSAR_OTHER).state is ClockState.OVERDUE


def test_days_left_are_counted_in_words(susar: SeriousCase) -> None:
    noon = datetime(2026, 5, 14, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    day = timedelta(days=1)
    left = [only(susar, noon + number * day, ClockKind.SUSAR_OTHER).left for number in range(5)]
    assert left == ["2 days left", "1 day left", "due today", "overdue for 1 day", "overdue for 2 days"]


def test_a_susar_that_becomes_fatal_has_less_time_and_never_more(susar: SeriousCase) -> None:
    assert kinds(susar) == ["site_to_sponsor", "susar_other"]
    change_case(susar, urgent_known_on=date(2026, 5, 4))
    assert kinds(susar) == ["site_to_sponsor", "susar_urgent", "susar_urgent_complete"]
    assert only(susar, kind=ClockKind.SUSAR_URGENT).due == "2026-05-11"
    change_case(susar, urgent_known_on=date(2026, 5, 15))
    assert only(susar, kind=ClockKind.SUSAR_URGENT).due == "2026-05-16"


def test_a_susar_that_turns_out_not_to_be_fatal_has_the_15_days_of_the_others(susar: SeriousCase) -> None:
    change_case(susar, urgent_known_on=date(2026, 5, 1))
    assert only(susar, kind=ClockKind.SUSAR_URGENT).due == "2026-05-08"
    change_case(susar, urgent_known_on=None)
    assert only(susar, kind=ClockKind.SUSAR_OTHER).due == "2026-05-16"


def test_a_correction_gives_no_more_time_before_the_sponsor_has_judged_it(susar: SeriousCase) -> None:
    change_case(susar, urgent_known_on=date(2026, 5, 1))
    change_event(susar.event, is_serious=False, caused_hospitalisation=False, serious_known_at=None)
    assert kinds(susar) == ["susar_urgent", "susar_urgent_complete"]
    change_case(susar, is_susar=False)
    assert kinds(susar) == []


def test_the_report_to_the_authority_meets_the_clock_but_only_a_complete_one_the_last(susar: SeriousCase) -> None:
    change_case(susar, urgent_known_on=date(2026, 5, 1))
    report_to_authority(susar, date(2026, 5, 8))
    assert only(susar, kind=ClockKind.SUSAR_URGENT).state is ClockState.MET
    assert only(susar, kind=ClockKind.SUSAR_URGENT_COMPLETE).state is ClockState.OVERDUE
    report_to_authority(susar, date(2026, 5, 17), is_complete=True)
    assert only(susar, kind=ClockKind.SUSAR_URGENT_COMPLETE).state is ClockState.MET_LATE


def test_a_report_to_the_authority_before_day_0_counts_for_none(susar: SeriousCase) -> None:
    report_to_authority(susar, date(2026, 4, 30))
    assert only(susar, kind=ClockKind.SUSAR_OTHER).state is ClockState.OVERDUE


# --- many cases -------------------------------------------------------------------------------------------------------


def test_the_clock_that_ends_first_is_the_next_one(susar: SeriousCase) -> None:
    rows = clocks_of(susar, NOW)
    assert next_due(rows) is rows[1]
    report_to_authority(susar, date(2026, 5, 10))
    assert next_due(clocks_of(susar, NOW)) == only(susar)
    make_submission(susar, NOW)
    assert next_due(clocks_of(susar, NOW)) is None


def test_the_clocks_of_many_cases_take_as_many_statements_as_those_of_one(
    site: Site, other_site: Site, case: SeriousCase
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as run:
            clocks_by_case(list(SeriousCase.objects.all()), NOW)
        return len(run)

    before = statements()
    for place in (site, other_site, other_site):
        subject = make_subject(place, system(), date(2026, 5, 1))
        made = make_susar(make_serious_event(subject, known_at=NOW - HOUR), date(2026, 5, 1))
        make_submission(made, NOW)
        report_to_authority(made, date(2026, 5, 9))
    assert statements() == before
    assert len(clocks_by_case(list(SeriousCase.objects.all()), NOW)) == 4


def test_only_cases_of_which_a_clock_may_run_are_watched(subject: Subject) -> None:
    def case(**values: object) -> SeriousCase:
        return make_case(make_serious_event(subject, known_at=NOW - HOUR), **values)

    judged = {"day_zero": NOW.date(), "related_by_sponsor": True}
    waiting, told, again = case(), case(is_susar=False, **judged), case(is_susar=False, **judged)
    susar, unjudged = case(is_susar=True, **judged), case(day_zero=NOW.date())
    for each in (told, again, susar, unjudged):
        make_submission(each, NOW)
    change_event(again.event, serious_known_at=NOW + HOUR)
    assert set(cases_to_watch()) == {waiting, again, susar, unjudged}


def test_the_clocks_are_shown_as_word_icon_and_colour(susar: SeriousCase) -> None:
    make_submission(susar, NOW)
    shown = render_to_string("safety/_clocks.html", {"clocks": clocks_of(susar, NOW)})
    for words in ("In time", "Overdue", "2026-05-21 11:00 UTC+08:00", "2026-05-16", "overdue for 4 days"):
        assert words in shown
    assert "No clock runs" in render_to_string("safety/_clocks.html", {"clocks": []})


def test_a_list_shows_when_the_next_report_is_due(case: SeriousCase) -> None:
    shown = render_to_string("safety/_clock.html", {"clock": next_due(clocks_of(case, NOW))})
    for words in ("Clock runs", "2026-05-21 11:00 UTC+08:00", "23 h 0 min left"):
        assert words in shown
    assert "–" in render_to_string("safety/_clock.html", {"clock": None})
