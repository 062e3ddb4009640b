"""Clocks of serious events from the scheduler to the mail, by real processes; they live in the real time."""

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from accounts.models import User
from notifications.models import Reminder
from notifications.services import MAILS, Outcome, send_mails
from safety.models import SeriousCase
from safety.services.clock_reminders import sweep_clocks
from tests.background import Background, zone_of_noon
from tests.factories import make_member, make_subject, make_trial, system
from tests.factories.serious import change_event, make_case, make_serious_event, make_submission
from trials.services import open_site

Result = TypeVar("Result")
CLOCK = "safety_clock"
SITE = ("doctor.anna", "nurse.bai")
ABOVE = ("administrator.chen", "safety.dong")
CASES = 3
HOUR = timedelta(hours=1)


def three_clocks_that_end_soon() -> None:
    """Of three events the site has known for 19 hours that they are serious; the sponsor has not been told."""
    trial = make_trial()
    site = open_site(trial=trial, code="NOW", name="Hospital", country="CHN", time_zone=zone_of_noon(), by=system())
    for name, role in zip(SITE, ("investigator", "coordinator"), strict=True):
        make_member(role, site, username=name)
    for name, role in zip(ABOVE, ("administrator", "safety_monitor"), strict=True):
        make_member(role, trial=trial, username=name)
    for _n in range(CASES):
        subject = make_subject(site, system(), site.today() - timedelta(days=20))
        known_at = timezone.now() - 19 * HOUR
        make_case(make_serious_event(subject, known_at=known_at, onset=str(site.today() - timedelta(days=2))))


@pytest.fixture
def start() -> Callable[[], None]:
    return three_clocks_that_end_soon


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


def told(*, standing: bool = True) -> list[tuple[int, str, str]]:
    """Case, stage and recipient of what holds now, or of what has been withdrawn."""
    numbers = {f"clock:{case.pk}:site_to_sponsor": case.number for case in SeriousCase.objects.all()}
    found = Reminder.objects.filter(withdrawn_at__isnull=standing).select_related("recipient")
    return sorted((numbers[each.topic], each.stage, each.recipient.username) for each in found)


def everybody(stage: str, *people: str) -> list[tuple[int, str, str]]:
    return sorted((number, stage, name) for number in range(1, CASES + 1) for name in people)


def addresses(*people: str, mails_each: int = CASES) -> list[str]:
    found = User.objects.filter(username__in=people).values_list("email", flat=True)
    return sorted(address for address in found for _n in range(mails_each))


def test_a_queue_that_is_away_delays_what_is_told_and_loses_nothing(background: Background) -> None:
    worker = background.start_worker()
    background.run(CLOCK, MAILS)
    assert told() == everybody("due_soon", *SITE)
    assert sorted(each["To"] for each in background.mails()) == addresses(*SITE)

    background.stop_queue()
    first, *others = SeriousCase.objects.order_by("number")
    make_submission(first, timezone.now())
    for case in others:
        change_event(case.event, serious_known_at=timezone.now() - 30 * HOUR)

    background.start_queue()
    background.run(CLOCK, MAILS, CLOCK, MAILS)
    worker.require_alive()
    late = [row for row in everybody("overdue", *SITE, *ABOVE) if row[0] != first.number]
    assert told() == late
    assert told(standing=False) == everybody("due_soon", *SITE)
    sent = Counter(each["To"] for each in background.mails())
    assert sent == Counter(addresses(*SITE, mails_each=5)) + Counter(addresses(*ABOVE, mails_each=2))


def test_two_workers_at_once_tell_and_mail_each_person_once(committed_db: None) -> None:
    now = timezone.now()
    outcomes = two_at_once(lambda: sweep_clocks(now))
    assert Counter(outcomes) == {Outcome(told=CASES * len(SITE)): 1, Outcome(): 1}
    assert told() == everybody("due_soon", *SITE)

    assert sum(two_at_once(lambda: send_mails(now, limit=100))) == CASES * len(SITE)
    assert sorted(each.to[0] for each in mail.outbox) == addresses(*SITE)
    assert two_at_once(lambda: sweep_clocks(now)) == [Outcome(), Outcome()]
    assert send_mails(now, limit=100) == 0


def two_at_once(work: Callable[[], Result]) -> list[Result]:
    """What each of two threads, which begin together on connections of their own, returns."""
    barrier = threading.Barrier(2)

    def one(_n: int) -> Result:
        try:
            barrier.wait(timeout=30)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2)))
