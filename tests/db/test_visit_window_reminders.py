"""People are told of visit windows: at which stage, whom, once, and what is withdrawn."""

from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.roles import COORDINATOR
from audit.context import acting
from clinical.reminder_stages import ReminderDays, WorkingDays, reach_of, stage_of
from notifications.models import LastRun, Reminder
from notifications.services import Outcome
from patients.models import Subject, SubjectStatus, Visit
from patients.services.reminders import sweep_visit_windows
from tests.factories import UserFactory, make_member, make_subject, system, take_place
from tests.worlds import NOW
from trials.models import Delegation, Site, Trial
from trials.selectors import newest_protocol, protocol_of
from trials.services import delegate, end_delegation

pytestmark = pytest.mark.usefixtures("clock")

WEDNESDAY = date(2026, 5, 20)
"""The day of the clock at the site; `NOW` is its noon."""
LONG_AGO = date(2026, 1, 5)
DAY = timedelta(days=1)
OPENS_SOON, OPEN, CLOSES_SOON, CLOSED = "opens_soon", "open", "closes_soon", "closed"


@pytest.fixture
def notice(trial: Trial) -> int:
    return protocol_of(newest_protocol(trial)).reminder_days_before


def move(subject: Subject, *, opens_on: date, closes_on: date) -> Visit:
    with acting(by=system(), reason="Window of the test"):
        subject.visits.filter(code="W12").update(
            planned_on=opens_on, window_opens_on=opens_on, window_closes_on=closes_on
        )
    return subject.visits.get(code="W12")


def window(site: Site, *, opens_on: date, days: int = 7) -> Visit:
    """The Week 12 visit of an enrolled subject at the site, its window open for so many days."""
    subject = make_subject(site, system(), LONG_AGO)
    with acting(by=system(), reason="Enrolment of the test"):
        Subject.objects.filter(pk=subject.pk).update(
            status="enrolled", arm_code="ADMSC", enrolled_on=LONG_AGO, enrolment_number=subject.pk
        )
        subject.visits.exclude(code="W12").update(planned_on=None, window_opens_on=None, window_closes_on=None)
    return move(subject, opens_on=opens_on, closes_on=opens_on + (days - 1) * DAY)


def standing(visit: Visit | None = None) -> list[tuple[str, str]]:
    """Stage and recipient of what holds now."""
    found = Reminder.objects.filter(withdrawn_at=None)
    if visit is not None:
        found = found.filter(topic=f"visit:{visit.pk}")
    return sorted(found.values_list("stage", "recipient__username"))


def stages(visit: Visit) -> list[str]:
    return [stage for stage, _person in standing(visit)]


def work_every_day(site: Site) -> None:
    with acting(by=system(), reason="Works every day"):
        Site.objects.filter(pk=site.pk).update(working_days=list(range(1, 8)))
    site.refresh_from_db()


# --- which stage ------------------------------------------------------------------------------------------------------


def test_every_window_is_told_at_the_stage_that_the_calendar_says(site: Site, coordinator: Any, notice: int) -> None:
    """The statement agrees with the definition, for windows of all lengths around a week with a day off."""
    with acting(by=system(), reason="A holiday"):
        Site.objects.filter(pk=site.pk).update(days_off=[WEDNESDAY + DAY])
    site.refresh_from_db()
    visits = [
        window(site, opens_on=WEDNESDAY + ahead * DAY, days=days) for ahead, days in product(range(-9, 9), (1, 2, 4, 8))
    ]
    sweep_visit_windows(NOW)
    reach = reach_of(WEDNESDAY, WorkingDays(days_off=frozenset({WEDNESDAY + DAY})))
    for visit in visits:
        opens_on, closes_on = visit.window_opens_on, visit.window_closes_on
        assert opens_on is not None
        assert closes_on is not None
        expected = stage_of(opens_on, closes_on, ReminderDays(notice, notice), reach)
        assert stages(visit) == ([expected] if expected else []), (opens_on, closes_on)


def test_a_visit_without_dates_is_not_told(site: Site, coordinator: Any) -> None:
    visit = make_subject(site, system(), LONG_AGO).visits.get(code="W12")
    assert visit.window_opens_on is None
    sweep_visit_windows(NOW)
    assert stages(visit) == []


@pytest.mark.parametrize(
    ("opens_on", "stage"), [(date(2026, 5, 23), OPEN), (date(2026, 5, 24), OPEN), (date(2026, 5, 25), OPENS_SOON)]
)
def test_what_falls_on_the_weekend_is_told_on_friday(site: Site, coordinator: Any, opens_on: date, stage: str) -> None:
    friday_noon = NOW + 2 * DAY
    visit = window(site, opens_on=opens_on)
    sweep_visit_windows(friday_noon)
    assert stages(visit) == [stage]


def test_a_window_that_closed_on_friday_is_told_as_missed_on_monday(site: Site, coordinator: Any) -> None:
    visit = window(site, opens_on=date(2026, 5, 16), days=7)
    told = []
    for days in (2, 3, 4, 5):
        sweep_visit_windows(NOW + days * DAY)
        told.append(stages(visit))
    assert told == [[CLOSES_SOON], [CLOSES_SOON], [CLOSES_SOON], [CLOSED]]


def test_each_stage_takes_the_place_of_the_one_before(site: Site, coordinator: Any) -> None:
    visit = window(site, opens_on=WEDNESDAY + DAY)
    told = []
    for days in range(10):
        sweep_visit_windows(NOW + days * DAY)
        told.extend(stages(visit))
    assert list(dict.fromkeys(told)) == [OPENS_SOON, OPEN, CLOSES_SOON, CLOSED]
    assert Reminder.objects.filter(topic=f"visit:{visit.pk}").count() == 4


# --- the day at the site ----------------------------------------------------------------------------------------------

# Zone, a day, and the moment at which it begins there. 29 March and 25 October 2026 have 23 and 25 hours in Vienna;
# St John's is half an hour beside the hour, and changes on 8 March and 1 November.
FIRST_MOMENTS = """
Asia/Shanghai     2026-05-20  2026-05-19T16:00Z
Europe/Vienna     2026-03-29  2026-03-28T23:00Z
Europe/Vienna     2026-03-30  2026-03-29T22:00Z
Europe/Vienna     2026-10-25  2026-10-24T22:00Z
Europe/Vienna     2026-10-26  2026-10-25T23:00Z
America/St_Johns  2026-05-20  2026-05-20T02:30Z
America/St_Johns  2026-03-08  2026-03-08T03:30Z
America/St_Johns  2026-03-09  2026-03-09T02:30Z
America/St_Johns  2026-11-01  2026-11-01T02:30Z
America/St_Johns  2026-11-02  2026-11-02T03:30Z
"""
ZONES = [tuple(line.split()) for line in FIRST_MOMENTS.strip().splitlines()]


@pytest.mark.parametrize(("zone", "day", "begins"), ZONES)
def test_a_stage_begins_with_the_day_at_the_site(
    site: Site, coordinator: Any, zone: str, day: str, begins: str
) -> None:
    work_every_day(site)
    today, first = date.fromisoformat(day), datetime.fromisoformat(begins)
    with acting(by=system(), reason="Zone of the test"):
        Site.objects.filter(pk=site.pk).update(time_zone=zone)
        Delegation.objects.update(starts_at=first - 300 * DAY)
    opening = window(site, opens_on=today)
    closing = window(site, opens_on=today - 7 * DAY, days=7)
    second = timedelta(seconds=1)

    sweep_visit_windows(first - second)
    assert (stages(opening), stages(closing)) == ([OPENS_SOON], [CLOSES_SOON])
    sweep_visit_windows(first)
    assert (stages(opening), stages(closing)) == ([OPEN], [CLOSED])


# --- once -------------------------------------------------------------------------------------------------------------


def test_sweeping_again_changes_nothing(site: Site, coordinator: Any) -> None:
    window(site, opens_on=WEDNESDAY)
    assert sweep_visit_windows(NOW).told == 1
    before = list(Reminder.objects.values())
    assert sweep_visit_windows(NOW + timedelta(hours=1)) == Outcome(told=0, withdrawn=0)
    assert list(Reminder.objects.values()) == before


def test_the_database_refuses_to_tell_a_person_the_same_twice(site: Site, coordinator: Any) -> None:
    window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    again = Reminder.objects.get()
    again.pk = None
    with pytest.raises(IntegrityError, match="notifications_told_once"), transaction.atomic():
        again.save(force_insert=True)


def test_a_sweep_that_looks_at_an_earlier_moment_changes_nothing(site: Site, coordinator: Any) -> None:
    visit = window(site, opens_on=WEDNESDAY + DAY)
    sweep_visit_windows(NOW + DAY)
    assert sweep_visit_windows(NOW) == Outcome()
    assert stages(visit) == [OPEN]
    assert LastRun.objects.get(name="visit_window").ran_at == NOW + DAY


# --- withdrawn --------------------------------------------------------------------------------------------------------


def test_a_moved_window_is_told_again_and_the_earlier_reminder_withdrawn(site: Site, coordinator: Any) -> None:
    visit = window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    move(visit.subject, opens_on=WEDNESDAY + DAY, closes_on=WEDNESDAY + 7 * DAY)
    assert sweep_visit_windows(NOW) == Outcome(told=1, withdrawn=1)
    assert Reminder.objects.get(withdrawn_at=None).occasion == "2026-05-21"


def test_a_window_that_closes_on_another_day_than_told_is_told_with_its_new_day(site: Site, coordinator: Any) -> None:
    visit = window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    move(visit.subject, opens_on=WEDNESDAY, closes_on=WEDNESDAY + 9 * DAY)
    assert sweep_visit_windows(NOW).told == 0
    assert Reminder.objects.get().facts["closes_on"] == "2026-05-29"


@pytest.mark.parametrize("outcome", ["done", "missed", "cancelled"])
def test_the_reminder_of_a_visit_that_has_an_outcome_is_withdrawn(site: Site, coordinator: Any, outcome: str) -> None:
    visit = window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    with acting(by=system(), reason="Outcome of the test"):
        Visit.objects.filter(pk=visit.pk).update(outcome=outcome, occurred_on=WEDNESDAY if outcome == "done" else None)
    assert sweep_visit_windows(NOW) == Outcome(told=0, withdrawn=1)
    assert standing() == []


def test_a_reminder_comes_back_unchanged_when_the_outcome_is_taken_back(site: Site, coordinator: Any) -> None:
    visit = window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    (before,) = Reminder.objects.values()
    for outcome in ("cancelled", ""):
        with acting(by=system(), reason="Outcome of the test"):
            Visit.objects.filter(pk=visit.pk).update(outcome=outcome)
        assert sweep_visit_windows(NOW).told == 0
    assert list(Reminder.objects.values()) == [before]


@pytest.mark.parametrize("status", [SubjectStatus.SCREEN_FAILURE, SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN])
def test_nobody_is_told_of_a_subject_whose_participation_has_ended(site: Site, coordinator: Any, status: str) -> None:
    visit = window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    with acting(by=system(), reason="Participation ended"):
        Subject.objects.filter(pk=visit.subject_id).update(status=status)
    assert sweep_visit_windows(NOW).withdrawn == 1


def test_a_treatment_visit_is_not_told_before_enrolment(site: Site, coordinator: Any) -> None:
    subject = make_subject(site, system())
    take_place(subject, "SCR", system())
    visit = subject.visits.get(code="W0")
    assert visit.window_opens_on <= WEDNESDAY + 3 * DAY
    sweep_visit_windows(NOW)
    assert stages(visit) == []


# --- whom -------------------------------------------------------------------------------------------------------------


def test_every_coordinator_of_the_site_is_told_and_nobody_of_another_site(site: Site, other_site: Site) -> None:
    here = [make_member("coordinator", site).username for _one in range(2)]
    make_member("coordinator", other_site)
    make_member("investigator", site)
    window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    assert standing() == sorted((OPEN, name) for name in here)


def test_investigators_are_told_where_there_is_no_coordinator(site: Site, other_site: Site) -> None:
    investigator = make_member("investigator", site)
    make_member("coordinator", other_site)
    make_member("monitor", site)
    window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    assert standing() == [(OPEN, investigator.username)]


def test_a_coordinator_of_the_whole_trial_with_a_second_delegation_is_told_once(site: Site) -> None:
    everywhere = make_member("coordinator", trial=site.trial)
    delegate(user=everywhere, trial=site.trial, role=COORDINATOR, site=site, by=system())
    window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    assert standing() == [(OPEN, everywhere.username)]


def test_who_leaves_is_not_told_any_more_and_who_comes_is(site: Site, coordinator: Any) -> None:
    window(site, opens_on=WEDNESDAY)
    sweep_visit_windows(NOW)
    newcomer, tomorrow = UserFactory(), NOW + DAY
    delegate(user=newcomer, trial=site.trial, role=COORDINATOR, site=site, by=system(), starts_at=tomorrow)
    with time_machine.travel(NOW + timedelta(hours=1)):
        end_delegation(delegation=Delegation.objects.get(user=coordinator), reason="Left the team", by=coordinator)
    sweep_visit_windows(tomorrow - timedelta(seconds=1))
    assert standing() == []
    sweep_visit_windows(tomorrow)
    assert standing() == [(OPEN, newcomer.username)]


# --- late -------------------------------------------------------------------------------------------------------------


def late() -> set[str]:
    return set(Reminder.objects.filter(is_late=True, withdrawn_at=None).values_list("topic", flat=True))


def test_after_an_outage_what_should_have_been_told_on_an_earlier_day_is_late(site: Site, coordinator: Any) -> None:
    sweep_visit_windows(NOW)
    opened_in_between = window(site, opens_on=WEDNESDAY + DAY, days=14)
    opens_today = window(site, opens_on=WEDNESDAY + 2 * DAY, days=14)
    closed_in_between = window(site, opens_on=WEDNESDAY - 6 * DAY, days=7)
    sweep_visit_windows(NOW + 2 * DAY)
    assert late() == {f"visit:{visit.pk}" for visit in (opened_in_between, closed_in_between)}
    assert stages(opens_today) == [OPEN]


def test_nothing_is_late_while_the_sweeps_run_every_day(site: Site, coordinator: Any) -> None:
    for ahead in range(5):
        window(site, opens_on=WEDNESDAY + ahead * DAY, days=3)
    for days in range(12):
        sweep_visit_windows(NOW + days * DAY)
    assert Reminder.objects.count() > 10
    assert late() == set()


def test_the_first_sweep_of_all_calls_nothing_late(site: Site, coordinator: Any) -> None:
    window(site, opens_on=WEDNESDAY - 3 * DAY)
    sweep_visit_windows(NOW)
    assert late() == set()


def test_a_visit_that_was_planned_after_its_window_had_opened_is_not_late(site: Site, coordinator: Any) -> None:
    sweep_visit_windows(NOW)
    window(site, opens_on=WEDNESDAY - 3 * DAY)
    sweep_visit_windows(NOW + 5 * DAY)
    assert late() == set()


def test_a_visit_that_was_planned_after_its_window_had_closed_is_not_late(site: Site, coordinator: Any) -> None:
    sweep_visit_windows(NOW)
    visit = window(site, opens_on=WEDNESDAY - 20 * DAY, days=7)
    sweep_visit_windows(NOW + 5 * DAY)
    assert stages(visit) == [CLOSED]
    assert late() == set()


# --- how much work ----------------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_visits_sites_or_people(site: Site, other_site: Site) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            sweep_visit_windows(NOW)
        return len(captured)

    def another_subject_and_coordinator_at(place: Site) -> None:
        make_member("coordinator", place)
        window(place, opens_on=WEDNESDAY)

    another_subject_and_coordinator_at(site)
    sweep_visit_windows(NOW)  # reads each protocol once per process
    few = statements()
    for place in (site, site, other_site, other_site):
        another_subject_and_coordinator_at(place)
    assert statements() == few
    assert Reminder.objects.count() == 3 * 3 + 2 * 2
