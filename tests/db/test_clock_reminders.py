"""People are told of the clocks of serious events: who must act, and who else once nobody has."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications.kinds import line_of
from notifications.models import Reminder
from notifications.services import Outcome, mute, send_mails
from patients.models import Subject
from safety.models import SeriousCase
from safety.services.clock_reminders import sweep_clocks
from tests.factories import make_member, make_subject, system
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

pytestmark = pytest.mark.usefixtures("clock")

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NINTH_OF_JUNE = datetime(2026, 6, 9, 4, tzinfo=UTC)


@pytest.fixture
def subject(site: Site) -> Subject:
    return make_subject(site, system(), date(2026, 5, 1))


@pytest.fixture
def case(subject: Subject) -> SeriousCase:
    """The site knows at this moment that the event is serious."""
    return make_case(make_serious_event(subject, known_at=NOW))


@pytest.fixture
def susar(subject: Subject) -> SeriousCase:
    """Told to the sponsor in time; day 0 is the first of June."""
    case = make_susar(make_serious_event(subject, known_at=NOW - HOUR), date(2026, 6, 1))
    make_submission(case, NOW)
    return case


@pytest.fixture
def safety_monitor(trial: Trial) -> User:
    return make_member("safety_monitor", trial=trial, username="safety.monitor")


@pytest.fixture
def administrator(trial: Trial) -> User:
    return make_member("administrator", trial=trial, username="administrator")


def standing() -> list[tuple[str, str]]:
    """Stage and recipient of what holds now."""
    found = Reminder.objects.filter(kind="safety_clock", withdrawn_at=None)
    return sorted(found.values_list("stage", "recipient__username"))


def to(stage: str, *people: User) -> list[tuple[str, str]]:
    return sorted((stage, person.username) for person in people)


# --- whom and when ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "stage", "is_escalated"),
    [
        (timedelta(0), "started", False),
        (18 * HOUR - SECOND, "started", False),
        (18 * HOUR, "due_soon", False),
        (24 * HOUR, "due_soon", False),
        (24 * HOUR + SECOND, "overdue", True),
        (36 * HOUR - SECOND, "overdue", True),
        (36 * HOUR, "escalated", True),
        (90 * DAY, "escalated", True),
    ],
)
def test_the_site_is_told_of_its_clock_and_others_once_it_is_overdue(
    case: SeriousCase,
    coordinator: User,
    investigator: User,
    safety_monitor: User,
    administrator: User,
    other_site: Site,
    after: timedelta,
    stage: str,
    is_escalated: bool,
) -> None:
    make_member("coordinator", other_site)
    make_member("monitor", case.subject.site)
    make_member("data_manager", trial=case.subject.site.trial)
    others = (safety_monitor, administrator) if is_escalated else ()
    sweep_clocks(NOW + after)
    assert standing() == to(stage, coordinator, investigator, *others)


@pytest.mark.parametrize(
    ("day", "stage", "is_escalated"),
    [
        (1, "started", False),
        (12, "started", False),
        (13, "due_soon", False),
        (15, "last_warning", False),
        (16, "last_warning", False),
        (17, "overdue", True),
        (18, "escalated", True),
    ],
)
def test_safety_monitors_are_told_of_the_clock_of_the_authority_and_administrators_once_it_is_overdue(
    susar: SeriousCase,
    coordinator: User,
    safety_monitor: User,
    administrator: User,
    day: int,
    stage: str,
    is_escalated: bool,
) -> None:
    count_days_in(susar.subject.site.trial, "Europe/Vienna")
    midnight = datetime(2026, 5, 31, 22, tzinfo=UTC) + (day - 1) * DAY
    sweep_clocks(midnight)
    assert standing() == to(stage, safety_monitor, *([administrator] if is_escalated else []))
    sweep_clocks(midnight + DAY - SECOND)
    assert standing() == to(stage, safety_monitor, *([administrator] if is_escalated else []))


@pytest.mark.parametrize(("day", "stages"), [(0, []), (11, []), (12, ["due_soon"]), (14, ["last_warning"])])
def test_safety_monitors_are_told_before_the_days_of_a_report_run_out_that_nobody_has_judged(
    case: SeriousCase, safety_monitor: User, day: int, stages: list[str]
) -> None:
    make_submission(case, NOW)
    change_case(case, state="submitted", day_zero=date(2026, 5, 20))
    sweep_clocks(NOW + day * DAY)
    assert standing() == [(stage, safety_monitor.username) for stage in stages]
    for found in Reminder.objects.all():
        assert "assessment and, if it is a SUSAR, report to the authority" in line_of(found).text


def test_where_nobody_is_at_the_site_safety_monitors_and_administrators_are_told_at_once(
    case: SeriousCase, safety_monitor: User, administrator: User
) -> None:
    sweep_clocks(NOW)
    assert standing() == to("started", safety_monitor, administrator)


def test_an_administrator_reads_of_the_site_and_not_of_the_subject(
    case: SeriousCase, coordinator: User, administrator: User
) -> None:
    sweep_clocks(NOW + 30 * HOUR)
    lines = {each.recipient: line_of(each) for each in Reminder.objects.select_related("recipient")}
    overdue = "overdue, report to the sponsor was due by 2026-05-21 12:00 UTC+08:00"
    assert lines[coordinator].text == f"{case}, {case.subject.number}: {overdue}"
    assert lines[coordinator].url.endswith(f"/subjects/{case.subject.number}/adverse-events/1/case/")
    assert lines[administrator].text == f"{case}, GZ: {overdue}"
    assert lines[administrator].url.endswith("/people/")
    assert case.subject.number not in str(Reminder.objects.get(recipient=administrator).facts)


def test_what_is_told_has_no_words_of_the_event(case: SeriousCase, coordinator: User) -> None:
    sweep_clocks(NOW)
    send_mails(NOW, limit=10)
    (sent,) = mail.outbox
    assert "SAE-0001" in sent.subject
    for words in (case.event.term, "Chills"):
        assert words not in sent.message().as_string()


# --- once -------------------------------------------------------------------------------------------------------------


def test_each_stage_is_told_once_however_often_it_is_swept(case: SeriousCase, coordinator: User) -> None:
    for minutes in range(0, 40 * 60, 20):
        sweep_clocks(NOW + minutes * MINUTE)
        sweep_clocks(NOW + minutes * MINUTE)
    told = Reminder.objects.filter(recipient=coordinator).order_by("pk")
    assert list(told.values_list("stage", flat=True)) == ["started", "due_soon", "overdue", "escalated"]
    assert list(told.filter(withdrawn_at=None).values_list("stage", flat=True)) == ["escalated"]


def test_it_is_mailed_at_once_by_night_and_nobody_can_do_without_it(case: SeriousCase, coordinator: User) -> None:
    with pytest.raises(ValueError, match="cannot be muted: safety_clock"):
        mute(user=coordinator, kinds=["safety_clock"])
    night = NOW + 15 * HOUR
    with time_machine.travel(night, tick=False):
        sweep_clocks(night)
        assert send_mails(night, limit=10) == 1
        assert send_mails(night, limit=10) == 0
    assert sweep_clocks(night + MINUTE) == Outcome()


def test_the_clock_is_withdrawn_when_the_sponsor_has_been_told(case: SeriousCase, coordinator: User) -> None:
    sweep_clocks(NOW)
    make_submission(case, NOW + HOUR)
    assert sweep_clocks(NOW + HOUR) == Outcome(told=0, withdrawn=1)


def test_the_clock_is_withdrawn_when_the_event_is_not_serious_after_all(case: SeriousCase, coordinator: User) -> None:
    sweep_clocks(NOW)
    change_event(case.event, is_serious=False, caused_hospitalisation=False, serious_known_at=None)
    assert sweep_clocks(NOW + HOUR) == Outcome(told=0, withdrawn=1)


def test_the_clock_is_withdrawn_when_the_authority_has_been_told(susar: SeriousCase, safety_monitor: User) -> None:
    sweep_clocks(NINTH_OF_JUNE)
    report_to_authority(susar, date(2026, 6, 9))
    assert sweep_clocks(NINTH_OF_JUNE) == Outcome(told=0, withdrawn=1)


def test_an_event_that_becomes_serious_later_starts_the_clock_then(
    subject: Subject, coordinator: User, investigator: User
) -> None:
    event = make_serious_event(subject, known_at=None, is_serious=False, caused_hospitalisation=False)
    make_case(event)
    assert sweep_clocks(NOW) == Outcome()
    change_event(event, is_serious=True, is_disabling=True, serious_known_at=NOW + HOUR)
    assert sweep_clocks(NOW + HOUR) == Outcome(told=2, withdrawn=0)


def test_a_susar_that_becomes_fatal_is_told_anew_with_its_earlier_day(susar: SeriousCase, safety_monitor: User) -> None:
    sweep_clocks(NINTH_OF_JUNE)
    assert standing() == to("started", safety_monitor)
    change_case(susar, urgent_known_on=date(2026, 6, 9))
    assert sweep_clocks(NINTH_OF_JUNE) == Outcome(told=2, withdrawn=1)
    days = Reminder.objects.filter(withdrawn_at=None).values_list("facts__clock", "facts__due_on")
    assert dict(days) == {"susar_urgent": "2026-06-16", "susar_urgent_complete": "2026-06-16"}


def test_a_clock_that_ends_earlier_after_a_correction_is_told_anew(case: SeriousCase, coordinator: User) -> None:
    sweep_clocks(NOW)
    change_event(case.event, serious_known_at=NOW - 2 * HOUR)
    assert sweep_clocks(NOW) == Outcome(told=1, withdrawn=1)


def test_the_end_of_a_susar_in_vienna_comes_at_midnight_there_in_both_nights_of_the_change(
    susar: SeriousCase, safety_monitor: User
) -> None:
    count_days_in(susar.subject.site.trial, "Europe/Vienna")
    nights = [
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        (date(2028, 2, 29), datetime(2028, 2, 29, 23, tzinfo=UTC)),
    ]
    for due_on, midnight in nights:
        change_case(susar, day_zero=due_on - 15 * DAY)
        sweep_clocks(midnight - SECOND)
        assert standing() == to("last_warning", safety_monitor)
        sweep_clocks(midnight)
        assert standing() == to("overdue", safety_monitor)


# --- late -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "is_late"), [(14, False), (15, True), (300, True)])
def test_what_a_sweep_should_have_told_long_ago_is_late(
    case: SeriousCase, coordinator: User, minutes: int, is_late: bool
) -> None:
    sweep_clocks(NOW + 17 * HOUR)
    sweep_clocks(NOW + 18 * HOUR + minutes * MINUTE)
    assert Reminder.objects.get(stage="due_soon").is_late is is_late


def test_what_was_recorded_late_is_not_told_late(coordinator: User, subject: Subject) -> None:
    sweep_clocks(NOW)
    make_case(make_serious_event(subject, known_at=NOW - 20 * HOUR))
    sweep_clocks(NOW + MINUTE)
    assert [(each.stage, each.is_late) for each in Reminder.objects.all()] == [("due_soon", False)]


def test_nothing_is_late_at_the_first_sweep(case: SeriousCase, coordinator: User) -> None:
    sweep_clocks(NOW + 20 * HOUR)
    assert not Reminder.objects.get().is_late


# --- cost -------------------------------------------------------------------------------------------------------------


def test_more_cases_take_no_more_statements(
    case: SeriousCase, site: Site, other_site: Site, coordinator: User, safety_monitor: User
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as run:
            sweep_clocks(NOW)
        return len(run)

    statements()
    before = statements()
    for place in (site, other_site, other_site):
        subject = make_subject(place, system(), date(2026, 5, 1))
        make_susar(make_serious_event(subject, known_at=NOW - HOUR), date(2026, 5, 18))
    assert statements() == before
    assert Reminder.objects.count() == 7
