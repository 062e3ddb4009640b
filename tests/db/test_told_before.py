"""What people were told before reminders had stages stands in the inbox after the migration, and is not told again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection

from accounts.models import User
from audit.context import acting
from notifications.models import Mail, Reminder
from notifications.services import Outcome, send_mails
from patients.models import Subject, Visit
from patients.services.reminders import sweep_visit_windows
from tests import database
from tests.factories import make_site, make_subject, make_trial, member_of, system
from tests.worlds import NOW, at_noon
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock", "committed_db")

DAY = timedelta(days=1)
WEDNESDAY = date(2026, 5, 20)
LONG_AGO = date(2026, 1, 5)
NOTIFICATION = """
INSERT INTO notifications_notification
    (recipient_id, kind, dedupe_key, subject, body, created_at, sent_at, attempts, last_error)
VALUES (%s, 'visit_window', %s, %s, %s, %s, %s, %s, %s)
"""
# By subject: days from Wednesday to the opening of the window, days since it was told, tries, whether it was sent.
TOLD = {
    "GZ-001": (2, 1, 1, True),
    "GZ-002": (0, 2, 1, True),
    "GZ-003": (-2, 1, 3, False),
    "GZ-004": (2, 1, 1, True),
    "GZ-005": (0, 9 / 24, 1, True),  # at three in the morning in Guangzhou, when it was still Tuesday in UTC
}
ENDED = "GZ-004"


@at_noon
def told_before() -> None:
    """A coordinator of the site GZ who was told of five windows by an earlier version; one subject has since left."""
    site = make_site(make_trial(), "GZ")
    by = member_of(site, "coordinator")
    visits = {number: _window(site, WEDNESDAY + TOLD[number][0] * DAY) for number in TOLD}
    with acting(by=system(), reason="Withdrew"):
        Subject.objects.filter(number=ENDED).update(status="withdrawn")
    name = connection.settings_dict["NAME"]
    connection.close()
    database.migrate(name, "patients", "0005")
    with database.owner_connection(name) as owner:
        for number, visit in visits.items():
            ahead, days_ago, tries, is_sent = TOLD[number]
            told_at = NOW - days_ago * DAY
            key = f"visit-window:{visit.pk}:{by.pk}:{WEDNESDAY + ahead * DAY}"
            words = (f"{number}: the window opens", "As it was written then")
            sent_at, error = (told_at, "") if is_sent else (None, "ConnectionRefusedError: 111")
            owner.execute(NOTIFICATION, (by.pk, key, *words, told_at, sent_at, tries, error))
    database.migrate(name)


def _window(site: Site, opens_on: date) -> Visit:
    subject = make_subject(site, system(), LONG_AGO)
    with acting(by=system(), reason="Enrolment of the test"):
        Subject.objects.filter(pk=subject.pk).update(
            status="enrolled", arm_code="ADMSC", enrolled_on=LONG_AGO, enrolment_number=subject.pk
        )
        subject.visits.exclude(code="W12").update(planned_on=None, window_opens_on=None, window_closes_on=None)
        subject.visits.filter(code="W12").update(
            planned_on=opens_on, window_opens_on=opens_on, window_closes_on=opens_on + 6 * DAY
        )
    return subject.visits.get(code="W12")


@pytest.fixture
def start() -> Callable[[], None]:
    return told_before


def standing() -> list[tuple[str, str]]:
    """Subject and stage of what holds now."""
    found = Reminder.objects.filter(withdrawn_at=None).order_by("facts__number", "pk")
    return list(found.values_list("facts__number", "stage"))


def test_what_was_told_stands_with_its_stage_and_its_moment() -> None:
    assert standing() == [
        ("GZ-001", "opens_soon"),
        ("GZ-002", "opens_soon"),
        ("GZ-003", "open"),
        ("GZ-004", "opens_soon"),
        ("GZ-005", "open"),
    ]
    told = Reminder.objects.get(facts__number="GZ-003")
    visit = Visit.objects.get(subject__number="GZ-003", code="W12")
    assert (told.kind, told.topic, told.occasion) == ("visit_window", f"visit:{visit.pk}", "2026-05-18")
    assert (told.recipient, told.site, told.trial) == (User.objects.get(username="coordinator.of.gz"), *place(visit))
    assert (told.told_at, told.read_at, told.is_late) == (NOW - DAY, None, False)
    assert (told.facts["opens_on"], told.facts["closes_on"]) == ("2026-05-18", "2026-05-24")


def place(visit: Visit) -> tuple[object, object]:
    return visit.subject.site, visit.subject.site.trial


def test_each_has_the_mail_that_carried_it_as_it_was() -> None:
    sent = Reminder.objects.get(facts__number="GZ-001").mail
    assert (sent.subject, sent.text) == ("GZ-001: the window opens", "As it was written then")
    assert (sent.created_at, sent.sent_at, sent.attempts) == (NOW - DAY, NOW - DAY, 1)
    waits = Reminder.objects.get(facts__number="GZ-003").mail
    assert waits.send_after == NOW - DAY
    assert (waits.sent_at, waits.attempts, waits.last_error) == (None, 3, "ConnectionRefusedError: 111")
    assert Mail.objects.count() == len(TOLD)


def test_the_first_sweep_tells_nobody_the_same_stage_again() -> None:
    assert sweep_visit_windows(NOW) == Outcome(told=1, withdrawn=2)
    assert standing() == [("GZ-001", "opens_soon"), ("GZ-002", "open"), ("GZ-003", "open"), ("GZ-005", "open")]
    assert Reminder.objects.get(facts__number="GZ-001").facts["names"]["en"].startswith("Week 12")
    assert not Reminder.objects.filter(is_late=True).exists()


@pytest.mark.parametrize("swept_before", [False, True])
def test_a_mail_that_waited_is_sent_and_no_other_goes_out_again(swept_before: bool) -> None:
    expected = [["GZ-003"]]
    if swept_before:
        sweep_visit_windows(NOW)
        expected.append(["GZ-002"])  # has opened since it was told, which is news
    assert send_mails(NOW, limit=10) == len(expected)
    numbers = [sorted(number for number in TOLD if number in str(sent.body)) for sent in mail.outbox]
    assert sorted(numbers) == sorted(expected)
    assert send_mails(NOW + timedelta(hours=1), limit=10) == 0


def test_nothing_is_left_of_the_earlier_table() -> None:
    assert "notifications_notification" not in connection.introspection.table_names()
