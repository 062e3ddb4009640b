"""Reminders go into mails: one for each person and day, in the morning of a working day, and urgent ones at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.roles import COORDINATOR
from audit.context import acting
from notifications.kinds import KINDS
from notifications.models import LastRun, Mail, Reminder
from notifications.mornings import mornings
from notifications.services import gather_mails, mark_read, mute, send_mails
from tests.factories import make_kind, make_member, make_reminder, make_site, make_trial, system
from tests.worlds import NOW
from trials.models import Delegation, Site
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
SATURDAY = NOW + 3 * DAY
SEVEN = 7


@pytest.fixture
def urgent(monkeypatch: pytest.MonkeyPatch) -> str:
    """The code of a kind that cannot wait for the morning."""
    monkeypatch.setitem(KINDS, "test_urgent", make_kind("test_urgent", is_urgent=True))
    return "test_urgent"


def change(site: Site, **values: Any) -> None:
    with acting(by=system(), reason="Set up by the test"):
        Site.objects.filter(pk=site.pk).update(**values)


def keys() -> list[str]:
    return sorted(Mail.objects.values_list("key", flat=True))


# --- one mail a day ---------------------------------------------------------------------------------------------------


def test_everything_of_a_day_goes_into_one_mail(site: Site, coordinator: User) -> None:
    reminders = [make_reminder(coordinator, site) for _n in range(3)]
    assert gather_mails(NOW) == 3
    assert keys() == ["digest:2026-05-20"]
    assert set(Mail.objects.get().reminders.all()) == set(reminders)


def test_each_person_gets_a_mail_of_the_own(site: Site, coordinator: User) -> None:
    colleague = make_member("coordinator", site)
    for person in (coordinator, colleague):
        make_reminder(person, site, topic="visit:1")
    assert send_mails(NOW, limit=10) == 2
    assert sorted(sent.to for sent in mail.outbox) == sorted([[coordinator.email], [colleague.email]])


def test_what_comes_after_the_mail_of_today_waits_for_tomorrow(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    send_mails(NOW, limit=10)
    later = make_reminder(coordinator, site)
    assert gather_mails(NOW + timedelta(hours=3)) == 0
    assert gather_mails(NOW + DAY) == 1
    later.refresh_from_db()
    assert later.mail.key == "digest:2026-05-21"


def test_gathering_and_sending_again_sends_nothing_again(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    assert [send_mails(NOW + hours * timedelta(hours=5), limit=10) for hours in range(20)] == [1] + [0] * 19
    assert len(mail.outbox) == 1


def test_the_database_refuses_a_second_mail_of_the_day(coordinator: User) -> None:
    Mail.objects.create(recipient=coordinator, key="digest:2026-05-20")
    with pytest.raises(IntegrityError, match="notifications_mail_once"), transaction.atomic():
        Mail.objects.create(recipient=coordinator, key="digest:2026-05-20")


def test_two_that_gather_at_once_make_one_mail(committed_db: None) -> None:
    site = make_site(make_trial())
    person = make_member("coordinator", site)
    for _n in range(3):
        make_reminder(person, site)

    def gather() -> int:
        try:
            return gather_mails(NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert gather_mails(NOW) == 3
            second = pool.submit(gather)
            wait_until_somebody_waits()
        assert second.result(timeout=30) == 0
    assert Reminder.objects.filter(mail=Mail.objects.get()).count() == 3


def wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _try in range(3000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody came to the same row")


# --- in the morning ---------------------------------------------------------------------------------------------------

# Zone, and the moment at which it is seven there. In Vienna the clock leaves out an hour in the night to 29 March and
# repeats one in the night to 25 October; St John's is half an hour beside the hour.
SEVEN_O_CLOCK = """
Asia/Shanghai     2026-05-20  2026-05-19T23:00Z
Europe/Vienna     2026-03-28  2026-03-28T06:00Z
Europe/Vienna     2026-03-29  2026-03-29T05:00Z
Europe/Vienna     2026-10-24  2026-10-24T05:00Z
Europe/Vienna     2026-10-25  2026-10-25T06:00Z
America/St_Johns  2026-01-14  2026-01-14T10:30Z
America/St_Johns  2026-05-20  2026-05-20T09:30Z
"""


@pytest.mark.parametrize(("zone", "day", "seven"), [tuple(line.split()) for line in SEVEN_O_CLOCK.strip().splitlines()])
def test_the_mail_of_the_day_goes_out_from_seven_at_the_site_until_midnight(
    site: Site, coordinator: User, zone: str, day: str, seven: str
) -> None:
    change(site, time_zone=zone, working_days=list(range(1, 8)))
    moment, second = datetime.fromisoformat(seven), timedelta(seconds=1)
    with acting(by=system(), reason="Worked there before"):
        Delegation.objects.update(starts_at=moment - 300 * DAY)
    make_reminder(coordinator, site)

    assert mornings(moment - second, from_hour=SEVEN) == {}
    assert gather_mails(moment - second) == 0
    midnight = moment + timedelta(hours=17)
    for now in (moment, midnight - second):
        assert mornings(now, from_hour=SEVEN) == {coordinator.pk: date.fromisoformat(day)}
    assert mornings(midnight, from_hour=SEVEN) == {}
    assert gather_mails(moment) == 1
    assert keys() == [f"digest:{day}"]


def test_nothing_goes_out_at_the_weekend_and_everything_on_monday(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    make_reminder(coordinator, site)
    assert [gather_mails(SATURDAY), gather_mails(SATURDAY + DAY)] == [0, 0]
    assert gather_mails(SATURDAY + 2 * DAY) == 2


def test_nothing_goes_out_on_a_day_off(site: Site, coordinator: User) -> None:
    change(site, days_off=[TODAY])
    make_reminder(coordinator, site)
    assert gather_mails(NOW) == 0
    assert gather_mails(NOW + DAY) == 1


def test_who_works_in_two_zones_gets_one_mail_a_day(site: Site, other_site: Site, coordinator: User) -> None:
    delegate(user=coordinator, trial=site.trial, role=COORDINATOR, site=other_site, by=system())
    told = 0
    for half_hours in range(48):
        make_reminder(coordinator, other_site)
        told += gather_mails(NOW + half_hours * timedelta(minutes=30)) > 0
    assert keys() == ["digest:2026-05-20", "digest:2026-05-21"]
    assert told == 2


def test_who_works_in_two_zones_is_told_where_it_is_a_working_day(
    site: Site, other_site: Site, coordinator: User
) -> None:
    delegate(user=coordinator, trial=site.trial, role=COORDINATOR, site=other_site, by=system())
    change(site, days_off=[TODAY])
    seven_in_vienna = datetime.fromisoformat("2026-05-20T05:00Z")
    assert mornings(seven_in_vienna - timedelta(seconds=1), from_hour=SEVEN) == {}
    assert mornings(seven_in_vienna, from_hour=SEVEN) == {coordinator.pk: TODAY}


def test_where_two_sites_have_different_days_that_of_the_first_counts(site: Site, coordinator: User) -> None:
    in_st_johns = make_site(site.trial, "STJ")
    delegate(user=coordinator, trial=site.trial, role=COORDINATOR, site=in_st_johns, by=system())
    evening_there = datetime.fromisoformat("2026-05-20T23:30Z")
    assert in_st_johns.today(evening_there) == TODAY
    assert mornings(evening_there, from_hour=SEVEN) == {coordinator.pk: TODAY + DAY}


def test_without_an_hour_the_mail_goes_out_at_any_time(site: Site, coordinator: User, settings: Settings) -> None:
    settings.DERMIS_DIGEST_FROM_HOUR = None
    make_reminder(coordinator, site)
    night_of_saturday = SATURDAY - timedelta(hours=11)
    assert mornings(night_of_saturday, from_hour=None) == {coordinator.pk: date(2026, 5, 23)}
    assert gather_mails(night_of_saturday) == 1


# --- what cannot wait -------------------------------------------------------------------------------------------------


def test_an_urgent_reminder_goes_out_alone_and_at_once(site: Site, coordinator: User, urgent: str) -> None:
    make_reminder(coordinator, site)
    first, second = (make_reminder(coordinator, site, kind=urgent) for _n in range(2))
    assert gather_mails(SATURDAY) == 2
    assert keys() == sorted(f"urgent:{reminder.pk}" for reminder in (first, second))
    assert gather_mails(SATURDAY) == 0


def test_an_urgent_reminder_takes_nothing_from_the_mail_of_the_day(site: Site, coordinator: User, urgent: str) -> None:
    make_reminder(coordinator, site)
    make_reminder(coordinator, site, kind=urgent)
    send_mails(NOW, limit=10)
    assert Reminder.objects.values("mail").distinct().count() == 2
    assert sorted("Only in tests" in sent.body for sent in mail.outbox) == [False, True]


# --- what is left out -------------------------------------------------------------------------------------------------


def test_kinds_that_a_person_does_not_want_are_not_mailed_and_stay_in_the_inbox(
    site: Site, coordinator: User, urgent: str
) -> None:
    colleague = make_member("coordinator", site)
    for person in (coordinator, colleague):
        make_reminder(person, site)
        make_reminder(person, site, kind=urgent)
    mute(user=coordinator, kinds=["visit_window", urgent])
    assert gather_mails(NOW) == 2
    assert set(Mail.objects.values_list("recipient", flat=True)) == {colleague.pk}
    assert coordinator.reminders.filter(withdrawn_at=None).count() == 2


def test_what_was_read_is_not_mailed(site: Site, coordinator: User) -> None:
    mark_read(make_reminder(coordinator, site))
    assert gather_mails(NOW) == 0


def test_an_account_that_may_not_sign_in_gets_nothing(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    deactivate(coordinator)
    assert gather_mails(NOW) == 0


def test_an_account_that_was_closed_in_the_meantime_gets_nothing_until_it_is_opened_again(
    site: Site, coordinator: User
) -> None:
    make_reminder(coordinator, site)
    gather_mails(NOW)
    deactivate(coordinator)
    assert send_mails(NOW, limit=10) == 0
    assert mail.outbox == []
    deactivate(coordinator, is_active=True)
    assert gather_mails(NOW) == 0
    assert send_mails(NOW, limit=10) == 1


def deactivate(user: User, is_active: bool = False) -> None:
    with acting(by=system(), reason="Set up by the test"):
        User.objects.filter(pk=user.pk).update(is_active=is_active)


@pytest.mark.parametrize("gathered_before", [False, True])
def test_nobody_gets_mail_of_a_trial_that_the_person_has_left(
    site: Site, coordinator: User, urgent: str, gathered_before: bool
) -> None:
    elsewhere = make_site(make_trial("NCT03424629"), "VIE")
    delegate(user=coordinator, trial=elsewhere.trial, role=COORDINATOR, site=elsewhere, by=system())
    make_reminder(coordinator, site)
    make_reminder(coordinator, site, kind=urgent)
    if gathered_before:
        gather_mails(NOW)
    with acting(by=system(), reason="Left the team"):
        Delegation.objects.filter(trial=site.trial).update(ends_at=NOW + timedelta(hours=1))
    with time_machine.travel(later := NOW + timedelta(hours=2), tick=False):
        assert send_mails(later, limit=10) == 0
    assert Mail.objects.count() == 0


# --- the run ----------------------------------------------------------------------------------------------------------


def test_a_run_that_came_to_its_end_is_kept(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    send_mails(NOW, limit=10)
    (run,) = LastRun.objects.all()
    assert (run.name, run.ran_at, run.told) == ("mails", timezone.now(), 1)
