"""Coordinators are told of opening visit windows: whom, when, once, and in which words."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polib
import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from pytest_django import Settings

from accounts.roles import COORDINATOR
from audit.context import acting
from notifications.models import Notification
from patients.models import Subject, SubjectStatus, Visit
from patients.services.reminders import remind_of_opening_windows
from patients.tasks import remind_of_opening_windows as remind_task
from tests.factories import UserFactory, make_member, make_subject, system, take_place
from trials.models import Delegation, Site, Trial
from trials.selectors import newest_protocol, protocol_of
from trials.services import delegate, end_delegation

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOON.date()
LATER_THAT_DAY = NOON + timedelta(hours=1)
LONG_AGO = date(2026, 1, 5)
"""The day of consent: the windows that are counted from it closed long before today."""
PRIVATE = {"initials": "WXYZ", "phone": "+86 20 5550 1234", "email": "patient@example.org"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def days_before(trial: Trial) -> int:
    return protocol_of(newest_protocol(trial)).reminder_days_before


def set_window(subject: Subject, *, opens_on: date, closes_on: date) -> Visit:
    with acting(by=system(), reason="Window of the test"):
        subject.visits.filter(code="W12").update(
            planned_on=opens_on, window_opens_on=opens_on, window_closes_on=closes_on
        )
    return subject.visits.get(code="W12")


def enrol_without_screening(subject: Subject) -> None:
    with acting(by=system(), reason="Enrolment of the test"):
        Subject.objects.filter(pk=subject.pk).update(
            status="enrolled", arm_code="ADMSC", enrolled_on=LONG_AGO, enrolment_number=subject.pk
        )


def opening(site: Site, *, in_days: int, open_for: int = 6) -> Visit:
    """An enrolled subject at the site whose Week 12 window opens so many days from TODAY and closes `open_for` days
    later."""
    opens_on = TODAY + timedelta(days=in_days)
    subject = make_subject(site, system(), LONG_AGO, **PRIVATE)
    enrol_without_screening(subject)
    return set_window(subject, opens_on=opens_on, closes_on=opens_on + timedelta(days=open_for))


def told() -> list[str]:
    return sorted(Notification.objects.values_list("recipient__username", flat=True))


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beyond_notice", "expected"), [(1, 0), (0, 1), (-1, 1)], ids=["too early", "first day of notice", "a day later"]
)
def test_notice_begins_the_protocols_number_of_days_before_the_window(
    site: Site, days_before: int, beyond_notice: int, expected: int
) -> None:
    make_member("coordinator", site)
    opening(site, in_days=days_before + beyond_notice)
    assert remind_of_opening_windows(LATER_THAT_DAY) == expected


@pytest.mark.parametrize(
    ("opened_days_ago", "open_for", "expected"),
    [(0, 0, 1), (6, 6, 1), (7, 6, 0)],
    ids=["opens and closes today", "last day of the window", "closed yesterday"],
)
def test_a_late_sweep_still_tells_of_a_window_that_is_open(
    site: Site, opened_days_ago: int, open_for: int, expected: int
) -> None:
    make_member("coordinator", site)
    opening(site, in_days=-opened_days_ago, open_for=open_for)
    assert remind_of_opening_windows(LATER_THAT_DAY) == expected


def test_each_site_counts_from_its_own_calendar_day(site: Site, other_site: Site, days_before: int) -> None:
    in_guangzhou, in_vienna = make_member("coordinator", site), make_member("coordinator", other_site)
    for place in (site, other_site):
        opening(place, in_days=days_before + 1)
    late_in_utc = NOON.replace(hour=17)  # 01:00 of the next day in Shanghai, 19:00 of this day in Vienna

    remind_of_opening_windows(late_in_utc)
    assert told() == [in_guangzhou.username]
    remind_of_opening_windows(NOON.replace(hour=22))  # midnight in Vienna
    assert told() == sorted([in_guangzhou.username, in_vienna.username])


def test_a_visit_without_dates_is_not_told(site: Site) -> None:
    make_member("coordinator", site)
    visit = make_subject(site, system(), LONG_AGO).visits.get(code="W12")
    assert visit.window_opens_on is None
    assert remind_of_opening_windows(LATER_THAT_DAY) == 0


# --- once -------------------------------------------------------------------------------------------------------------


def test_sweeping_twice_tells_once(site: Site) -> None:
    coordinator = make_member("coordinator", site)
    opening(site, in_days=1)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 1
    assert remind_of_opening_windows(LATER_THAT_DAY + timedelta(days=2)) == 0
    assert told() == [coordinator.username]


def test_a_moved_window_is_told_again(site: Site) -> None:
    make_member("coordinator", site)
    visit = opening(site, in_days=1)
    remind_of_opening_windows(LATER_THAT_DAY)
    moved_to = TODAY + timedelta(days=2)
    set_window(visit.subject, opens_on=moved_to, closes_on=moved_to)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 1
    assert date_format(moved_to) in Notification.objects.latest("pk").subject


def test_the_task_sends_one_mail_however_often_it_runs(
    site: Site, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    coordinator = make_member("coordinator", site)
    opening(site, in_days=1)
    for _sweep in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            remind_task.delay()
    assert [sent.to for sent in mail.outbox] == [[coordinator.email]]


# --- whom -------------------------------------------------------------------------------------------------------------


def test_every_coordinator_of_the_site_is_told_and_nobody_of_another_site(site: Site, other_site: Site) -> None:
    here = [make_member("coordinator", site), make_member("coordinator", site)]
    make_member("coordinator", other_site)
    opening(site, in_days=1)
    remind_of_opening_windows(LATER_THAT_DAY)
    assert told() == sorted(user.username for user in here)


def test_a_coordinator_of_the_whole_trial_is_told(site: Site) -> None:
    everywhere = make_member("coordinator", trial=site.trial)
    opening(site, in_days=1)
    remind_of_opening_windows(LATER_THAT_DAY)
    assert told() == [everywhere.username]


def test_two_delegations_of_one_coordinator_make_one_message(site: Site) -> None:
    everywhere = make_member("coordinator", trial=site.trial)
    delegate(user=everywhere, trial=site.trial, role=COORDINATOR, site=site, by=system())
    opening(site, in_days=1)
    remind_of_opening_windows(LATER_THAT_DAY)
    assert told() == [everywhere.username]


def test_other_roles_are_not_told(site: Site) -> None:
    make_member("investigator", site)
    opening(site, in_days=1)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 0


def test_whose_delegation_has_ended_is_not_told(site: Site) -> None:
    coordinator = make_member("coordinator", site)
    opening(site, in_days=1)
    with time_machine.travel(NOON + timedelta(minutes=30)):
        end_delegation(delegation=Delegation.objects.get(user=coordinator), reason="Left the team", by=coordinator)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 0


def test_whose_delegation_has_not_begun_is_not_told(site: Site) -> None:
    user = UserFactory()
    tomorrow = NOON + timedelta(days=1)
    delegate(user=user, trial=site.trial, role=COORDINATOR, site=site, by=system(), starts_at=tomorrow)
    opening(site, in_days=1)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 0
    assert remind_of_opening_windows(tomorrow) == 1


# --- which visits -----------------------------------------------------------------------------------------------------


def test_a_visit_that_took_place_is_not_told(site: Site) -> None:
    make_member("coordinator", site)
    subject = make_subject(site, system())
    take_place(subject, "SCR", system())
    enrol_without_screening(subject)
    remind_of_opening_windows(LATER_THAT_DAY)
    keys = Notification.objects.values_list("dedupe_key", flat=True)
    assert [int(key.split(":")[1]) for key in keys] == [subject.visits.get(code="W0").pk]


def test_a_treatment_visit_is_not_told_before_enrolment(site: Site) -> None:
    make_member("coordinator", site)
    subject = make_subject(site, system())
    take_place(subject, "SCR", system())
    assert subject.visits.get(code="W0").window_opens_on <= TODAY + timedelta(days=3)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 0


@pytest.mark.parametrize("status", [SubjectStatus.SCREEN_FAILURE, SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN])
def test_a_subject_whose_participation_has_ended_is_not_told_of(site: Site, status: str) -> None:
    make_member("coordinator", site)
    visit = opening(site, in_days=1)
    with acting(by=system(), reason="Participation ended"):
        Subject.objects.filter(pk=visit.subject_id).update(status=status)
    assert remind_of_opening_windows(LATER_THAT_DAY) == 0


# --- in which words ---------------------------------------------------------------------------------------------------


def test_the_message_names_number_visit_window_and_site_and_nothing_that_identifies(site: Site) -> None:
    make_member("coordinator", site)
    visit = opening(site, in_days=1)
    remind_of_opening_windows(LATER_THAT_DAY)
    message = Notification.objects.get()
    opens, closes = date_format(visit.window_opens_on), date_format(visit.window_closes_on)
    name = protocol_of(visit.subject.protocol_version).visit("W12").name
    assert message.subject == f"{visit.subject.number}, {name}: the window opens on {opens}"
    for fact in (visit.subject.number, name, opens, closes, site.name, site.trial.registration):
        assert fact in message.body
    for private in PRIVATE.values():
        assert private not in message.subject + message.body


@pytest.mark.parametrize(("in_days", "words"), [(0, "opens on"), (-1, "is open since")])
def test_only_a_window_that_opened_before_today_is_said_to_be_open(site: Site, in_days: int, words: str) -> None:
    make_member("coordinator", site)
    visit = opening(site, in_days=in_days)
    remind_of_opening_windows(LATER_THAT_DAY)
    assert f"{words} {date_format(visit.window_opens_on)}" in Notification.objects.get().subject


def test_each_coordinator_reads_the_own_language(site: Site, settings: Settings, tmp_path: Path) -> None:
    english = "%(number)s, %(visit)s: the window opens on %(opens)s"
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid=english, msgstr="%(number)s 窗口 %(opens)s"))
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]
    make_member("coordinator", site)
    chinese = make_member("coordinator", site, language="zh-hans")
    visit = opening(site, in_days=1)
    remind_of_opening_windows(LATER_THAT_DAY)
    with override("zh-hans"):
        opens = date_format(visit.window_opens_on)
    assert Notification.objects.get(recipient=chinese).subject == f"{visit.subject.number} 窗口 {opens}"
    assert "the window opens on" in Notification.objects.exclude(recipient=chinese).get().subject


# --- how much work ----------------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_visits_sites_or_people(site: Site, other_site: Site) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            remind_of_opening_windows(timezone.now())
        return len(captured)

    def another_subject_and_coordinator_at(place: Site) -> None:
        make_member("coordinator", place)
        opening(place, in_days=1)

    another_subject_and_coordinator_at(site)
    protocol_of(newest_protocol(site.trial))  # parsed once per process
    few = statements()
    for place in (site, site, other_site, other_site):
        another_subject_and_coordinator_at(place)
    assert statements() == few
    assert Notification.objects.count() == 3 * 3 + 2 * 2
