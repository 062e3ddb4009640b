"""The calendar of a site, the addresses that calendar programs read, and the schedule for the subject."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from icalendar import Calendar

from accounts.models import User
from audit.context import acting
from patients.models import CalendarFeed, Subject, Visit
from patients.selectors.calendar import CalendarDay, month_of, week_of
from patients.selectors.calendar_feeds import feed_by_token, feed_calendar
from patients.selectors.schedule import schedule_of, sheet_language
from patients.services.calendar_feeds import make_feed, revoke_feed
from patients.services.enrolment import end_participation
from tests.factories import infused_subject, make_member, make_subject, system, take_place
from tests.worlds import subject_in_week_four
from trials.models import Delegation, Site
from trials.services import end_delegation

pytestmark = pytest.mark.usefixtures("clock")

WORLDS = {"treated": subject_in_week_four}
TODAY = date(2026, 5, 20)


@pytest.fixture
def treated(site: Site) -> Subject:
    """First infusion 28 days ago: W4 is planned for today, its window is open from three days ago to three days on."""
    return Subject.objects.get(site=site)


def shown(days: list[CalendarDay]) -> dict[str, list[str]]:
    return {
        day.on.isoformat(): [
            f"{entry.visit.code} {'closes' if entry.only_closes else entry.state}" for entry in day.entries
        ]
        for day in days
        if day.entries
    }


def test_a_week_shows_what_is_planned_and_which_window_closes(site: Site, treated: Subject, investigator: User) -> None:
    week = week_of(investigator, site, TODAY, today=TODAY)
    assert [day.on.isoformat() for day in week] == [f"2026-05-{day}" for day in range(18, 25)]
    assert shown(week) == {"2026-05-20": ["W4 due"], "2026-05-23": ["W4 closes"]}
    assert [day.on for day in week if day.is_today] == [TODAY]


def test_a_visit_that_took_place_stands_on_its_day_and_its_window_closes_no_more(
    site: Site, treated: Subject, investigator: User
) -> None:
    take_place(treated, "W4", investigator, on=TODAY - timedelta(days=1))
    assert shown(week_of(investigator, site, TODAY, today=TODAY)) == {"2026-05-19": ["W4 done"]}


def test_a_month_begins_on_monday_and_its_neighbours_days_stay_empty(
    site: Site, treated: Subject, investigator: User
) -> None:
    weeks = month_of(investigator, site, date(2026, 6, 10), today=TODAY)
    assert {week[0].on.weekday() for week in weeks} == {0}
    assert {len(week) for week in weeks} == {7}
    outside = [day.on for week in weeks for day in week if day.is_outside]
    assert [day.isoformat() for day in outside] == [f"2026-07-0{n}" for n in range(1, 6)]
    assert shown([day for week in weeks for day in week]) == {"2026-06-17": ["W8 planned"], "2026-06-20": ["W8 closes"]}


def test_visits_of_a_subject_who_has_left_wait_no_more(site: Site, treated: Subject, investigator: User) -> None:
    end_participation(subject=treated, status="withdrawn", ended_on=TODAY, by=investigator, reason="Moved away")
    assert shown(week_of(investigator, site, TODAY, today=TODAY)) == {}


def test_a_full_day_of_a_month_shows_six_visits_and_counts_the_others(site: Site, investigator: User) -> None:
    for _n in range(5):
        infused_subject(site, investigator, days_ago=28)
    for _n in range(3):
        infused_subject(site, investigator)
    weeks = month_of(investigator, site, TODAY, today=TODAY)
    (today,) = [day for week in weeks for day in week if day.is_today]
    assert [entry.visit.code for entry in today.entries] == ["W4"] * 5 + ["SCR"]
    done_today = Visit.objects.filter(occurred_on=TODAY).count()
    assert today.more == 5 + done_today - 6
    (in_week,) = [day for day in week_of(investigator, site, TODAY, today=TODAY) if day.is_today]
    assert (len(in_week.entries), in_week.more) == (5 + done_today, 0)


def test_a_calendar_reads_no_more_rows_of_a_crowded_day(
    site: Site, investigator: User, django_assert_num_queries: object
) -> None:
    infused_subject(site, investigator, days_ago=28)
    with django_assert_num_queries(3):  # type: ignore[operator]
        month_of(investigator, site, TODAY, today=TODAY)


def test_the_calendar_of_a_site_is_empty_for_people_of_another(site: Site, other_site: Site, treated: Subject) -> None:
    stranger = make_member("coordinator", other_site)
    assert shown(week_of(stranger, site, TODAY, today=TODAY)) == {}


def events(feed: CalendarFeed) -> list[dict[str, str]]:
    calendar = Calendar.from_ical(feed_calendar(feed))
    return [{name: str(event[name]) for name in event} for event in calendar.walk("VEVENT")]


def test_a_feed_holds_the_open_visits_as_whole_days(site: Site, treated: Subject, investigator: User) -> None:
    feed, _token = make_feed(site=site, by=investigator)
    calendar = Calendar.from_ical(feed_calendar(feed))
    assert str(calendar["X-WR-CALNAME"]) == "GZ NCT03265613"
    found = calendar.walk("VEVENT")
    assert [str(event["SUMMARY"]).split(" ")[:2] for event in found] == [
        [treated.number, code] for code in ("W4", "W8", "W12", "W16", "W20", "W24")
    ]
    first = found[0]
    assert str(first["SUMMARY"]) == f"{treated.number} W4 Week 4: second infusion"
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (TODAY, TODAY + timedelta(days=1))
    assert str(first["DESCRIPTION"]) == "Window: 2026-05-17 to 2026-05-23, both days included"
    assert str(first["UID"]) == f"NCT03265613-{treated.number}-W4@dermis"


def test_a_feed_is_folded_and_ended_as_the_standard_wants_it(site: Site, treated: Subject, investigator: User) -> None:
    feed, _token = make_feed(site=site, by=investigator)
    lines = feed_calendar(feed).split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_a_feed_speaks_the_language_of_its_owner(site: Site, treated: Subject) -> None:
    feed, _token = make_feed(site=site, by=make_member("coordinator", site, language="zh-hans"))
    assert events(feed)[0]["SUMMARY"] == f"{treated.number} W4 第4周：第二次输注"


def test_a_feed_holds_no_name_no_initials_and_no_arm(site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator, initials="QWX", phone="0201234567", contact_note="via spouse")
    feed, _token = make_feed(site=site, by=investigator)
    text = feed_calendar(feed).decode()
    assert subject.number in text
    assert not any(secret in text for secret in ("QWX", "0201234567", "spouse", investigator.full_name, "ADMSC"))


def test_a_feed_reaches_from_thirty_days_back_to_four_hundred_ahead(
    site: Site, treated: Subject, investigator: User
) -> None:
    feed, _token = make_feed(site=site, by=investigator)
    moved = {"W4": TODAY - timedelta(days=30), "W8": TODAY - timedelta(days=31)}
    moved |= {"W20": TODAY + timedelta(days=400), "W24": TODAY + timedelta(days=401)}
    with acting(by=system(), reason="Test"):
        for code, day in moved.items():
            dates = dict.fromkeys(("planned_on", "window_opens_on", "window_closes_on"), day)
            Visit.objects.filter(subject=treated, code=code).update(**dates)
    assert [event["SUMMARY"].split(" ")[1] for event in events(feed)] == ["W4", "W12", "W16", "W20"]


def test_a_moved_visit_counts_up_in_the_feed(site: Site, treated: Subject, investigator: User) -> None:
    feed, _token = make_feed(site=site, by=investigator)
    before = int(events(feed)[0]["SEQUENCE"])
    visit = Visit.objects.get(subject=treated, code="W4")
    visit.window_closes_on += timedelta(days=1)
    with acting(by=system(), reason="Test"):
        visit.save(update_fields=["window_closes_on"])
    assert int(events(feed)[0]["SEQUENCE"]) == before + 1


def test_only_a_digest_of_the_secret_is_kept(site: Site, investigator: User) -> None:
    feed, token = make_feed(site=site, by=investigator)
    feed.refresh_from_db()
    assert len(token) >= 43
    assert token not in [str(value) for value in vars(feed).values()]
    assert feed_by_token(token) == feed
    assert feed_by_token(feed.token_digest) is None


def test_a_revoked_address_answers_no_more_and_keeps_its_moment(site: Site, investigator: User) -> None:
    feed, token = make_feed(site=site, by=investigator)
    revoked = revoke_feed(feed=feed, by=investigator, reason="Telephone lost")
    assert feed_by_token(token) is None
    with time_machine.travel(datetime(2026, 5, 21, 4, tzinfo=UTC)):
        again = revoke_feed(feed=feed, by=investigator, reason="Once more")
    assert again.revoked_at == revoked.revoked_at


def test_a_revocation_needs_a_reason(site: Site, investigator: User) -> None:
    feed, token = make_feed(site=site, by=investigator)
    with pytest.raises(ValidationError, match="Say why"):
        revoke_feed(feed=feed, by=investigator, reason=" ")
    assert feed_by_token(token) == feed


def test_an_address_falls_silent_when_its_owner_leaves_the_site(site: Site, investigator: User) -> None:
    _feed, token = make_feed(site=site, by=investigator)
    with time_machine.travel(datetime(2026, 5, 20, 5, tzinfo=UTC)):
        end_delegation(delegation=Delegation.objects.get(user=investigator), reason="Left", by=system())
        assert feed_by_token(token) is None


def test_an_address_falls_silent_when_its_owner_may_not_sign_in(site: Site, investigator: User) -> None:
    _feed, token = make_feed(site=site, by=investigator)
    with acting(by=system(), reason="Test"):
        User.objects.filter(pk=investigator.pk).update(is_active=False)
    assert feed_by_token(token) is None


def test_a_schedule_holds_what_took_place_and_what_is_to_come(treated: Subject, investigator: User) -> None:
    with time_machine.travel(datetime(2026, 5, 25, 4, tzinfo=UTC)), acting(by=system(), reason="Test"):
        Visit.objects.filter(subject=treated, code="W4").update(outcome="missed")
    schedule = schedule_of(treated, "zh")
    assert [row.visit.code for row in schedule.visits] == ["SCR", "W0", "W8", "W12", "W16", "W20", "W24"]
    assert schedule.visits[2].name == "第8周：第三次输注"
    assert schedule_of(treated, "en").visits[2].name == "Week 8: third infusion"
    assert not schedule.has_ended and not schedule.awaits_enrolment


def test_a_schedule_before_enrolment_says_so_and_holds_undated_visits(site: Site, investigator: User) -> None:
    schedule = schedule_of(make_subject(site, investigator), "en")
    assert schedule.awaits_enrolment
    assert [row.visit.code for row in schedule.visits if row.on is None] == ["W4", "W8", "W12", "W16", "W20", "W24"]


def test_after_the_end_a_schedule_promises_nothing_more(treated: Subject, investigator: User) -> None:
    end_participation(subject=treated, status="withdrawn", ended_on=TODAY, by=investigator, reason="Moved away")
    treated.refresh_from_db()
    schedule = schedule_of(treated, "en")
    assert schedule.has_ended
    assert [row.visit.code for row in schedule.visits] == ["SCR", "W0"]


def test_the_language_of_a_schedule_is_that_of_the_consent_signed_last(
    site: Site, treated: Subject, investigator: User
) -> None:
    assert sheet_language(treated) == "zh"
    with acting(by=investigator):
        treated.consents.create(signed_on=TODAY, sheet_version="2.0", language="en", obtained_by=investigator)
    assert sheet_language(treated) == "en"
