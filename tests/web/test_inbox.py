"""The inbox: what a person was told, where it leads, what counts as read, and what is wanted by mail."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import COORDINATOR
from audit.context import acting
from notifications.kinds import KINDS
from notifications.models import Reminder
from notifications.selectors import muted_by
from notifications.services import mute
from tests.factories import make_kind, make_member, make_reminder, make_site, make_trial, system
from tests.web.pages import text, words
from tests.worlds import NOW
from trials.models import Delegation, Site
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")

INBOX = "/inbox/"
CHOICES = "/account/reminders/"


def told(person: User, site: Site, number: str, **values: object) -> Reminder:
    facts = {"names": {"en": "Week 12", "zh": "第12周"}, "opens_on": "2026-05-18", "closes_on": "2026-05-24"}
    facts |= {"registration": site.trial.registration, "number": number, "visit": "W12"}
    return make_reminder(person, site, facts=facts, **values)


def follow(reminder: Reminder) -> str:
    return reverse("notifications:follow", args=[reminder.pk])


def unread_of(person: User) -> int:
    return person.reminders.filter(read_at=None).count()


# --- what is listed ---------------------------------------------------------------------------------------------------


def test_the_inbox_lists_what_holds_the_newest_first_with_site_and_time_there(
    site: Site, other_site: Site, coordinator: User, nurse: Client
) -> None:
    told(coordinator, site, "GZ-001", told_at=NOW - timedelta(hours=1))
    told(coordinator, other_site, "VIE-001", stage="closed", is_late=True)
    told(coordinator, site, "GZ-002", withdrawn_at=NOW)
    page = words(nurse.get(INBOX))
    assert page.index("VIE-001, Week 12: missed") < page.index("GZ-001, Week 12: the window is open from")
    assert "GZ-002" not in page
    assert "2 reminders" in page
    assert "Missed Unread Late NCT03265613 · VIE 2026-05-20 06:00" in page
    assert "Window open Unread NCT03265613 · GZ 2026-05-20 11:00" in page


def test_nobody_sees_what_a_colleague_was_told(site: Site, nurse: Client) -> None:
    reminder = told(make_member("coordinator", site), site, "GZ-001")
    assert "GZ-001" not in text(nurse.get(INBOX))
    assert nurse.get(follow(reminder)).status_code == 404


def test_what_was_told_of_a_trial_that_the_person_left_is_not_shown(
    site: Site, coordinator: User, nurse: Client
) -> None:
    elsewhere = make_site(make_trial("NCT03424629"), "VIE")
    delegate(user=coordinator, trial=elsewhere.trial, role=COORDINATOR, site=elsewhere, by=system())
    left, stays = told(coordinator, site, "GZ-001"), told(coordinator, elsewhere, "VIE-001")
    with acting(by=system(), reason="Was never here"):
        Delegation.objects.filter(trial=site.trial).update(starts_at=NOW + timedelta(days=1))
    page = text(nurse.get(INBOX))
    assert "VIE-001" in page
    assert "GZ-001" not in page
    assert "Inbox: 1 unread reminder<" in page
    assert nurse.get(follow(left)).status_code == 404
    nurse.post(reverse("notifications:read-all"), {"newest": stays.pk})
    left.refresh_from_db()
    assert left.read_at is None


def test_what_is_about_no_site_has_the_time_of_utc(site: Site, coordinator: User, nurse: Client) -> None:
    told(coordinator, site, "GZ-001")
    Reminder.objects.update(site=None)
    assert "NCT03265613 2026-05-20 04:00 UTC" in words(nurse.get(INBOX))


def test_an_empty_inbox_says_what_will_come(nurse: Client) -> None:
    page = text(nurse.get(INBOX))
    assert "Nothing to be reminded of" in page
    assert "Mark all as read" not in page


def test_only_unread_ones_are_listed_when_asked_for(site: Site, coordinator: User, nurse: Client) -> None:
    told(coordinator, site, "GZ-001", read_at=NOW)
    told(coordinator, site, "GZ-002")
    page = text(nurse.get(f"{INBOX}?show=unread"))
    assert "GZ-002" in page
    assert "GZ-001" not in page
    nurse.post(reverse("notifications:read-all"), {"newest": Reminder.objects.latest("pk").pk})
    assert "Nothing unread" in text(nurse.get(f"{INBOX}?show=unread"))


def test_pages_hold_twenty_five_and_keep_the_filter(site: Site, coordinator: User, nurse: Client) -> None:
    for number in range(30):
        told(coordinator, site, f"GZ-{number:03}")
    first = text(nurse.get(f"{INBOX}?show=unread"))
    assert first.count('class="reminder"') == 25
    assert "show=unread&amp;page=2" in first
    assert text(nurse.get(f"{INBOX}?show=unread&page=2")).count('class="reminder"') == 5


def test_the_inbox_is_in_the_language_of_the_page(site: Site, coordinator: User, nurse: Client) -> None:
    told(coordinator, site, "GZ-001")
    assert "第12周" in text(nurse.get(INBOX, headers={"accept-language": "zh-hans"}))


# --- read -------------------------------------------------------------------------------------------------------------


def test_every_page_counts_what_was_not_opened(site: Site, coordinator: User, nurse: Client) -> None:
    today = reverse("workspace:today", args=[site.trial.registration])
    assert "Inbox: 0 unread reminders" in text(nurse.get(today))
    assert "inbox-count" not in text(nurse.get(today))
    for number in range(3):
        told(coordinator, site, f"GZ-00{number}")
    told(coordinator, site, "GZ-009", read_at=NOW)
    told(coordinator, site, "GZ-010", withdrawn_at=NOW)
    for page in (today, INBOX):
        assert "Inbox: 3 unread reminders" in text(nurse.get(page))


def test_counting_takes_no_statement_of_its_own(site: Site, coordinator: User, nurse: Client) -> None:
    told(coordinator, site, "GZ-001")
    with CaptureQueriesContext(connection) as queries:
        nurse.get(reverse("workspace:protocol", args=[site.trial.registration]))
    assert len([query for query in queries if "notifications_reminder" in query["sql"]]) == 1
    (counted,) = (query["sql"] for query in queries if "notifications_reminder" in query["sql"])
    assert 'FROM "trials_trial"' in counted


def test_following_a_reminder_marks_it_read_and_goes_there(site: Site, coordinator: User, nurse: Client) -> None:
    reminder, other = told(coordinator, site, "GZ-001"), told(coordinator, site, "GZ-002")
    answer = nurse.get(follow(reminder))
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/trials/NCT03265613/subjects/GZ-001/visits/W12/"
    for each, read_at in ((reminder, NOW), (other, None)):
        each.refresh_from_db()
        assert each.read_at == read_at


def test_the_first_time_counts(site: Site, coordinator: User, nurse: Client) -> None:
    reminder = told(coordinator, site, "GZ-001", read_at=NOW - timedelta(hours=1))
    nurse.get(follow(reminder))
    reminder.refresh_from_db()
    assert reminder.read_at == NOW - timedelta(hours=1)


def test_the_link_of_a_mail_still_leads_there_when_the_matter_has_been_settled(
    site: Site, coordinator: User, nurse: Client
) -> None:
    answer = nurse.get(follow(told(coordinator, site, "GZ-001", withdrawn_at=NOW)))
    assert answer.headers["Location"] == "/trials/NCT03265613/subjects/GZ-001/visits/W12/"


def test_a_kind_that_only_a_newer_version_knows_is_passed_over(site: Site, coordinator: User, nurse: Client) -> None:
    newer = told(coordinator, site, "GZ-001")
    Reminder.objects.filter(pk=newer.pk).update(kind="of_tomorrow")
    assert "GZ-001" not in text(nurse.get(INBOX))
    assert nurse.get(follow(newer)).status_code == 404


def test_all_are_marked_read_up_to_the_newest_that_the_page_showed(
    site: Site, coordinator: User, nurse: Client
) -> None:
    told(coordinator, site, "GZ-001")
    shown = told(coordinator, site, "GZ-002")
    assert f'name="newest" value="{shown.pk}"' in text(nurse.get(INBOX))
    told(coordinator, site, "GZ-003")
    colleague = make_member("coordinator", site)
    told(colleague, site, "GZ-001")
    answer = nurse.post(reverse("notifications:read-all"), {"newest": shown.pk}, follow=True)
    assert "2 reminders marked as read." in text(answer)
    assert (unread_of(coordinator), unread_of(colleague)) == (1, 1)


# --- what is wanted by mail -------------------------------------------------------------------------------------------


@pytest.fixture
def two_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that can be done without, and one of safety."""
    for code in ("test_ready", "safety_test"):
        monkeypatch.setitem(KINDS, code, make_kind(code))


def boxes(page: HttpResponse) -> dict[str, set[str]]:
    """By code of the kind, whether its box is ticked, disabled or both."""
    found = {}
    for tag in text(page).split("<input ")[1:]:
        box = tag.partition(">")[0]
        if 'type="checkbox"' in box:
            found[box.split('name="')[1].partition('"')[0]] = {"checked", "disabled"} & set(box.split())
    return found


@pytest.mark.usefixtures("two_more")
def test_every_kind_has_a_box_and_that_of_safety_cannot_be_changed(coordinator: User, nurse: Client) -> None:
    mute(user=coordinator, kinds=["visit_window"])
    page = nurse.get(CHOICES)
    assert boxes(page) == {
        "visit_window": set(),
        "consent_renewal": {"checked"},
        "eligibility": {"checked"},
        "test_ready": {"checked"},
        "safety_case": {"checked", "disabled"},
        "safety_test": {"checked", "disabled"},
    }
    assert "nobody can do without it" in text(page)


@pytest.mark.usefixtures("two_more")
@pytest.mark.parametrize(
    ("ticked", "muted"),
    [
        ({"test_ready": "on", "eligibility": "on"}, {"visit_window", "consent_renewal"}),
        ({}, {"visit_window", "consent_renewal", "eligibility", "test_ready"}),
        (dict.fromkeys(("visit_window", "consent_renewal", "eligibility", "test_ready"), "on"), set()),
    ],
)
def test_what_has_no_tick_is_not_mailed(
    coordinator: User, nurse: Client, ticked: dict[str, str], muted: set[str]
) -> None:
    answer = nurse.post(CHOICES, ticked, follow=True)
    assert "All reminders still stand in your inbox." in text(answer)
    assert muted_by(coordinator) == muted


# --- what nobody types on purpose -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["page=x", "page=-1", "page=999", "show=zzz", "show=unread&page=0", "page=" + "9" * 40]
)
def test_odd_addresses_show_the_inbox(site: Site, coordinator: User, nurse: Client, query: str) -> None:
    told(coordinator, site, "GZ-001")
    page = nurse.get(f"{INBOX}?{query}")
    assert page.status_code == 200
    assert "GZ-001" in text(page)


@pytest.mark.parametrize("newest", ["abc", "", "-5", "1.5", "²", "9" * 19, "9" * 5000])
def test_odd_answers_mark_nothing_read(site: Site, coordinator: User, nurse: Client, newest: str) -> None:
    told(coordinator, site, "GZ-001")
    for sent in ({"newest": newest}, {}):
        assert nurse.post(reverse("notifications:read-all"), sent).status_code == 302
    assert unread_of(coordinator) == 1


@pytest.mark.parametrize("path", ["999999999/", "99999999999999999999999/"])
def test_a_reminder_that_does_not_exist_is_not_found(nurse: Client, path: str) -> None:
    assert nurse.get(f"{INBOX}{path}").status_code == 404
