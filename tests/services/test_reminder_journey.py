"""Reminders from the scheduler to the mail, by real processes: queue, worker, scheduler, web server and mail server.

They live in the real time, so windows open today; where the site is, it is noon.
"""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import pytest
from django.core import mail
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from audit.context import acting
from notifications.models import LastRun, Mail, Reminder
from notifications.selectors import inbox
from notifications.services import MAILS, TICK, Outcome, send_mails
from patients.models import Visit
from patients.services.reminders import VISIT_WINDOW, sweep_visit_windows
from patients.services.visits import record_visit
from tests.background import Background, mail_server, until, zone_of_noon
from tests.database import owner_connection
from tests.factories import make_member, make_subject, make_trial, system
from trials.services import open_site, set_working_days

Result = TypeVar("Result")
NURSES = ("nurse.anna", "nurse.bai", "nurse.chen")
SUBJECTS = 4
"""The last one waits: none of its windows is known."""
OPEN = "open"
AT_ONCE_SECONDS = 3


def three_open_windows() -> None:
    """At a site with three coordinators, the screening visit of three subjects opens today; that of a fourth is
    not planned."""
    site = open_site(
        trial=make_trial(), code="NOW", name="Hospital", country="CHN", time_zone=zone_of_noon(), by=system()
    )
    set_working_days(site=site, working_days=range(1, 8), days_off=[], by=system(), reason="Reads every day")
    for name in NURSES:
        make_member("coordinator", site, username=name)
    for _n in range(SUBJECTS):
        subject = make_subject(site, system())
        with acting(by=system(), reason="Windows of the test"):
            subject.visits.update(planned_on=None, window_opens_on=None, window_closes_on=None)
    for visit in visits()[:-1]:
        plan(visit)


def visits() -> list[Visit]:
    """The screening visits of the subjects, in order."""
    return list(Visit.objects.filter(code="SCR").select_related("subject__site__trial").order_by("subject__number"))


def plan(visit: Visit) -> None:
    """The window of the visit opens today and is open for long."""
    today = visit.subject.site.today()
    with acting(by=system(), reason="Window of the test"):
        Visit.objects.filter(pk=visit.pk).update(
            planned_on=today, window_opens_on=today, window_closes_on=today + timedelta(days=40)
        )


@pytest.fixture
def start() -> Callable[[], None]:
    return three_open_windows


@pytest.fixture
def background(committed_db: None) -> Iterator[Background]:
    # Not pytest's own folder, the path of which may be too long for a socket.
    with tempfile.TemporaryDirectory(prefix="dermis-") as folder:
        running = Background(Path(folder))
        try:
            running.start_queue()
            yield running
        finally:
            running.stop()


def told(*, standing: bool = True) -> list[tuple[str, str, str]]:
    """Subject, stage and recipient of what holds now, or of what has been withdrawn."""
    numbers = {f"visit:{visit.pk}": visit.subject.number for visit in visits()}
    found = Reminder.objects.filter(withdrawn_at__isnull=standing).select_related("recipient")
    return sorted((numbers[each.topic], each.stage, each.recipient.username) for each in found)


def to_everybody(*planned: Visit) -> list[tuple[str, str, str]]:
    """That the window is open, told to each coordinator once."""
    return sorted((visit.subject.number, OPEN, nurse) for visit in planned for nurse in NURSES)


def addresses() -> list[str]:
    return sorted(User.objects.filter(username__in=NURSES).values_list("email", flat=True))


def test_a_window_that_opens_is_told_and_mailed_once_and_withdrawn_after_the_visit(background: Background) -> None:
    began = timezone.now()
    beat = background.start_beat()
    background.start_worker()
    background.run(VISIT_WINDOW, MAILS)
    first, *others, _unplanned = visits()
    assert told() == to_everybody(first, *others)

    mails = background.mails()
    assert sorted(each["To"] for each in mails) == addresses()
    for each in mails:
        for part in ("plain", "html"):
            body = each.get_body(preferencelist=(part,))
            assert body is not None
            assert all(visit.subject.number in body.get_content() for visit in (first, *others))

    background.run(VISIT_WINDOW, MAILS, VISIT_WINDOW, MAILS)
    assert told() == to_everybody(first, *others)
    assert len(background.mails()) == len(NURSES)

    nurse = User.objects.get(username=NURSES[0])
    assert inbox(nurse).filter(topic=f"visit:{first.pk}").exists()
    record_visit(visit=first, occurred_on=first.subject.site.today(), by=nurse)
    background.run(VISIT_WINDOW, MAILS)
    assert told(standing=False) == to_everybody(first)
    assert not inbox(nurse).filter(topic=f"visit:{first.pk}").exists()
    assert len(background.mails()) == len(NURSES)

    until(lambda: background.has_run(TICK, since=began), "a tick of the scheduler has arrived")
    beat.require_alive()


def test_a_sweep_killed_in_the_middle_leaves_nothing_and_the_next_one_tells_all_once(background: Background) -> None:
    worker = background.start_worker()
    *planned, _unplanned = visits()
    last_nurse = User.objects.filter(username__in=NURSES).latest("pk")
    numbers_used = last_number_of_reminders()
    try:
        # Whoever inserts the same reminder waits until this one is committed or rolled back.
        with transaction.atomic():
            Reminder.objects.create(
                kind=VISIT_WINDOW,
                topic=f"visit:{planned[-1].pk}",
                stage=OPEN,
                occasion=planned[-1].window_opens_on.isoformat(),
                recipient=last_nurse,
                trial=planned[-1].subject.site.trial,
                site=planned[-1].subject.site,
            )
            background.send(VISIT_WINDOW)
            until(lambda: background.sessions(waiting_for_a_row=True), "the sweep waits in the middle")
            inserted_before = last_number_of_reminders() - numbers_used - 2
            background.kill(worker)
            raise RolledBack
    except RolledBack:
        pass
    background.wait_for_no_session()
    assert inserted_before >= len(planned)  # all of the first nurse at least
    assert not Reminder.objects.exists()
    assert not LastRun.objects.exists()

    background.start_worker()
    background.run(VISIT_WINDOW, MAILS)
    assert told() == to_everybody(*planned)
    assert sorted(each["To"] for each in background.mails()) == addresses()


class RolledBack(Exception):
    """Ends a transaction without keeping anything."""


def last_number_of_reminders() -> int:
    """The primary key given last; numbers are given whether or not the row is kept."""
    with owner_connection(connections["default"].settings_dict["NAME"]) as owner:
        row = owner.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM notifications_reminder_id_seq"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_mails_cut_off_by_a_kill_all_arrive_and_only_the_one_on_its_way_twice(background: Background) -> None:
    sweep_visit_windows(timezone.now())
    with mail_server(silent_after=2) as server:
        production = {
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "ALLOWED_HOSTS": "dermis.invalid",
            "EMAIL_URL": server.url,
            "DEFAULT_FROM_EMAIL": "dermis@dermis.invalid",
            "DOCUMENTS_FOLDER": "/var/lib/dermis-documents",
        }
        worker = background.start_worker(**production)
        background.send(MAILS)
        until(server.is_silent.is_set, "the second mail has been taken")
        background.kill(worker)
        background.wait_for_no_session()
        assert Mail.objects.filter(sent_at=None).count() == len(NURSES) - 1

        server.may_answer.set()
        background.start_worker(**production)
        background.run(MAILS)
        arrived = Counter((each["To"], each["Message-ID"]) for each in server.mails)
        on_its_way = (server.mails[1]["To"], server.mails[1]["Message-ID"])
    assert sorted(address for address, _id in arrived) == addresses()
    assert {key: count for key, count in arrived.items() if count > 1} == {on_its_way: 2}
    assert not Mail.objects.filter(sent_at=None).exists()


def test_a_visit_recorded_on_its_page_withdraws_what_was_told_without_the_scheduler(background: Background) -> None:
    background.start_worker()
    page = background.page_of(visits()[0], User.objects.get(username=NURSES[0]))
    background.run(VISIT_WINDOW)
    first, *others, _unplanned = visits()
    assert told() == to_everybody(first, *others)

    assert page.post(occurred_on=first.subject.site.today().isoformat()) == HTTPStatus.OK
    until(lambda: told(standing=False) == to_everybody(first), "the reminders of the visit were withdrawn")
    assert told() == to_everybody(*others)


def test_a_visit_is_recorded_while_the_queue_is_away_and_the_worker_finds_it_again(background: Background) -> None:
    worker = background.start_worker()
    first, *others, unplanned = visits()
    page = background.page_of(first, User.objects.get(username=NURSES[0]))
    background.run(VISIT_WINDOW)
    assert told() == to_everybody(first, *others)

    background.stop_queue()
    began = time.monotonic()
    status = page.post(occurred_on=first.subject.site.today().isoformat())
    took_seconds = time.monotonic() - began
    assert status == HTTPStatus.OK
    assert took_seconds < AT_ONCE_SECONDS
    first.refresh_from_db()
    assert first.outcome == "done"
    plan(unplanned)

    background.start_queue()
    background.run(VISIT_WINDOW, MAILS)
    worker.require_alive()
    assert told() == to_everybody(*others, unplanned)
    assert told(standing=False) == to_everybody(first)
    assert sorted(each["To"] for each in background.mails()) == addresses()


@override_settings(DERMIS_DIGEST_FROM_HOUR=None)
def test_four_workers_at_once_tell_and_mail_what_one_would(committed_db: None) -> None:
    now = timezone.now()
    *planned, _unplanned = visits()

    outcomes = four_at_once(lambda: sweep_visit_windows(now))
    assert Counter(outcomes) == {Outcome(told=len(planned) * len(NURSES)): 1, Outcome(): 3}
    assert told() == to_everybody(*planned)

    sent = four_at_once(lambda: send_mails(now, limit=100))
    assert sum(sent) == len(NURSES)
    assert sorted(each.to[0] for each in mail.outbox) == addresses()
    assert sweep_visit_windows(now) == Outcome()
    assert send_mails(now, limit=100) == 0


def four_at_once(work: Callable[[], Result]) -> list[Result]:
    """What each of four threads, which begin together on connections of their own, returns."""
    barrier = threading.Barrier(4)

    def one(_n: int) -> Result:
        try:
            barrier.wait(timeout=30)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(one, range(4)))
