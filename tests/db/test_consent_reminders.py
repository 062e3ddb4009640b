"""People are told of consent to renew."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from audit.context import acting
from notifications.models import Reminder
from notifications.services import Outcome
from patients.models import Subject
from patients.services.consent import record_consent
from patients.services.reminders import sweep_consent
from tests.factories import make_member, make_sheet, make_subject, system
from tests.worlds import NOW
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def renewed(site: Site, version: str = "2.0", valid_from: date = TODAY) -> None:
    make_sheet(site.trial, version, valid_from=valid_from, must_be_signed_again=True)


def signed(site: Site, days_ago: int = 10) -> Subject:
    return make_subject(site, system(), TODAY - days_ago * DAY)


def standing() -> list[tuple[str, str, str]]:
    found = Reminder.objects.filter(withdrawn_at=None, kind="consent_renewal")
    return sorted(found.values_list("facts__number", "occasion", "recipient__username"))


def test_the_coordinators_of_the_site_are_told_once_of_each_subject_who_signs_again(
    site: Site, other_site: Site, coordinator: User
) -> None:
    elsewhere = make_member("coordinator", other_site)
    here, there = signed(site), signed(other_site)
    renewed(site)
    assert sweep_consent(NOW) == Outcome(told=2, withdrawn=0)
    assert sweep_consent(NOW + timedelta(hours=1)) == Outcome(told=0, withdrawn=0)
    expected = [(here.number, "2.0", coordinator.username), (there.number, "2.0", elsewhere.username)]
    assert standing() == sorted(expected)


def test_a_sheet_is_told_on_the_day_it_takes_effect_at_the_site(site: Site, coordinator: User) -> None:
    signed(site)
    renewed(site, valid_from=TODAY + DAY)
    midnight = NOW.replace(hour=16)  # in Shanghai
    sweep_consent(midnight - timedelta(seconds=1))
    assert standing() == []
    sweep_consent(midnight)
    assert len(standing()) == 1


def test_the_reminder_is_withdrawn_when_the_sheet_has_been_signed(site: Site, coordinator: User) -> None:
    subject = signed(site)
    renewed(site)
    sweep_consent(NOW)
    record_consent(subject=subject, sheet_version="2.0", signed_on=TODAY, by=coordinator, language="zh")
    assert sweep_consent(NOW) == Outcome(told=0, withdrawn=1)


def test_the_next_sheet_is_told_again_and_takes_the_place_of_the_one_before(site: Site, coordinator: User) -> None:
    subject = signed(site)
    renewed(site)
    sweep_consent(NOW)
    renewed(site, "3.0", TODAY + DAY)
    assert sweep_consent(NOW + DAY) == Outcome(told=1, withdrawn=1)
    assert standing() == [(subject.number, "3.0", coordinator.username)]


def test_nobody_is_told_after_the_end_of_participation(site: Site, coordinator: User) -> None:
    subject = signed(site)
    renewed(site)
    with acting(by=system(), reason="Participation ended"):
        Subject.objects.filter(pk=subject.pk).update(status="withdrawn")
    assert sweep_consent(NOW) == Outcome()


@pytest.mark.parametrize(("valid_from", "is_late"), [(TODAY, False), (TODAY + DAY, True), (TODAY + 2 * DAY, False)])
def test_after_an_outage_a_sheet_of_an_earlier_day_is_late(
    site: Site, coordinator: User, valid_from: date, is_late: bool
) -> None:
    signed(site)
    sweep_consent(NOW)
    renewed(site, valid_from=valid_from)
    sweep_consent(NOW + 2 * DAY)
    assert Reminder.objects.get().is_late is is_late
