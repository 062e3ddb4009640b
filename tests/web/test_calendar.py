"""Calendar, calendar addresses, schedule to print, timeline and list: what the pages show and what they refuse."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import User
from patients.models import CalendarFeed, Subject
from patients.services.calendar_feeds import make_feed
from patients.views import subjects as subject_views
from tests.factories import infused_subject, make_member, make_subject, take_place
from tests.web.pages import signed_in, words
from tests.worlds import subject_in_week_four
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

WORLDS = {"treated": subject_in_week_four}
TODAY = date(2026, 5, 20)


@pytest.fixture
def treated(site: Site) -> Subject:
    return Subject.objects.get(site=site)


def calendar(trial: Trial) -> str:
    return reverse("patients:calendar", args=[trial.registration])


def feeds(trial: Trial) -> str:
    return reverse("patients:calendar-feeds", args=[trial.registration])


def feed(token: str) -> str:
    return reverse("patients:calendar-feed", args=[token])


def schedule(subject: Subject) -> str:
    return reverse("patients:schedule", args=[subject.site.trial.registration, subject.number])


def test_a_month_is_a_table_that_leads_to_the_casebook(trial: Trial, treated: Subject, nurse: Client) -> None:
    page = nurse.get(calendar(trial))
    html = page.content.decode()
    assert "May 2026" in words(page)
    assert html.count('<th scope="col">') == 8
    assert f'subjects/{treated.number}/#visit-W4"' in html
    assert "20 Today" in words(page)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"on": "2026-12-31"}, "December 2026"),
        ({"view": "week", "on": "2026-11-21"}, "Week 47: 2026-11-16 – 2026-11-22"),
        ({"view": "week", "on": "2027-01-01"}, "Week 53: 2026-12-28 – 2027-01-03"),
        ({"on": "2199-12-31"}, "December 2199"),
        ({"on": "1900-01-01"}, "January 1900"),
    ],
)
def test_the_address_says_which_days_are_shown(
    trial: Trial, site: Site, nurse: Client, query: dict[str, str], shown: str
) -> None:
    page = nurse.get(calendar(trial), query)
    assert page.status_code == 200
    assert shown in words(page)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"on": "2026-13-01"}, "“2026-13-01” is not a day"),
        ({"on": "21.11.2026"}, "“21.11.2026” is not a day"),
        ({"on": "0001-01-01"}, "“0001-01-01” is not a day"),
        ({"on": "9999-12-31", "view": "week"}, "“9999-12-31” is not a day"),
        ({"view": "year"}, "not “year”; this is a month."),
        ({"site": "VIE"}, "There is no site “VIE” here for you; this is Guangzhou Hospital."),
    ],
)
def test_an_address_that_means_nothing_is_answered_with_the_usual_calendar(
    trial: Trial, site: Site, other_site: Site, nurse: Client, query: dict[str, str], message: str
) -> None:
    page = nurse.get(calendar(trial), query)
    assert page.status_code == 200
    assert message in words(page)
    assert "Today" in words(page)


def test_the_calendar_shows_one_site_and_offers_the_others(
    trial: Trial, site: Site, other_site: Site, investigator: User
) -> None:
    here = infused_subject(site, investigator, days_ago=28)
    there = infused_subject(other_site, make_member("investigator", other_site), days_ago=28)
    monitor = signed_in(make_member("data_manager", trial=trial))
    first, second = monitor.get(calendar(trial)), monitor.get(calendar(trial), {"site": "VIE"})
    assert here.number in words(first) and there.number not in words(first)
    assert there.number in words(second) and here.number not in words(second)


def test_a_trial_without_sites_says_what_the_calendar_is_for(trial: Trial) -> None:
    page = signed_in(make_member("data_manager", trial=trial)).get(calendar(trial))
    assert "No site yet" in words(page)


def test_a_crowded_day_leads_on_to_its_week_and_from_there_to_the_list(
    trial: Trial, site: Site, investigator: User, nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(7):
        make_subject(site, investigator)
    month = nurse.get(calendar(trial))
    assert "and 1 more" in words(month)
    assert "view=week&amp;on=2026-05-20#day-2026-05-20" in month.content.decode().replace("site=GZ&amp;", "")
    monkeypatch.setattr("patients.selectors.calendar.VISITS_OF_A_DAY_IN_A_WEEK", 2)
    week = nurse.get(calendar(trial), {"view": "week"}).content.decode()
    (link,) = re.findall(r'href="([^"]*day=[^"]*)"', week)
    listed = nurse.get(link.replace("&amp;", "&"))
    assert len(listed.context["rows"]) == 7


def test_a_new_address_is_shown_once_and_answers_without_sign_in(
    trial: Trial, site: Site, treated: Subject, nurse: Client
) -> None:
    made = nurse.post(feeds(trial), {"site": site.pk})
    (address,) = re.findall(r'value="(http://testserver/calendar-feeds/[^"]+\.ics)"', made.content.decode())
    assert "no-store" in made.headers["Cache-Control"]
    assert "/calendar-feeds/" not in nurse.get(feeds(trial)).content.decode()
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 6


def test_an_address_speaks_its_owners_language_whoever_asks(site: Site, treated: Subject) -> None:
    _feed, token = make_feed(site=site, by=make_member("coordinator", site, language="zh-hans"))
    answer = Client(HTTP_ACCEPT_LANGUAGE="en").get(feed(token))
    assert "第4周：第二次输注" in answer.content.decode().replace("\r\n ", "")
    assert answer.headers["Content-Language"] == "zh-hans"


def test_a_feed_can_be_asked_for_its_head_but_not_be_written_to(site: Site, coordinator: User) -> None:
    _feed, token = make_feed(site=site, by=coordinator)
    assert Client().head(feed(token)).status_code == 200
    assert Client(enforce_csrf_checks=False).post(feed(token)).status_code == 405


def test_an_unknown_address_is_not_found(site: Site, coordinator: User) -> None:
    made, _token = make_feed(site=site, by=coordinator)
    for guess in ("x", "a" * 43, made.token_digest):
        assert Client().get(feed(guess)).status_code == 404


def test_a_revoked_address_is_gone_at_once(trial: Trial, site: Site, coordinator: User, nurse: Client) -> None:
    made, token = make_feed(site=site, by=coordinator)
    answer = nurse.post(feeds(trial), {"revoke": made.pk}, follow=True)
    assert "The address is revoked." in words(answer)
    assert Client().get(feed(token)).status_code == 404


def test_nobody_revokes_or_sees_the_address_of_somebody_else(
    trial: Trial, site: Site, coordinator: User, investigator: User
) -> None:
    made, token = make_feed(site=site, by=coordinator)
    doctor = signed_in(investigator)
    assert "No address yet" in words(doctor.get(feeds(trial)))
    assert doctor.post(feeds(trial), {"revoke": made.pk}).status_code == 404
    assert Client().get(feed(token)).status_code == 200


@pytest.mark.parametrize("typed", [{}, {"site": "0"}, {"site": "x"}])
def test_an_address_for_no_site_is_not_made(trial: Trial, site: Site, nurse: Client, typed: dict[str, str]) -> None:
    assert nurse.post(feeds(trial), typed).status_code == 422
    assert not CalendarFeed.objects.exists()


def test_no_address_is_made_for_a_site_of_others(trial: Trial, site: Site, other_site: Site, nurse: Client) -> None:
    assert nurse.post(feeds(trial), {"site": other_site.pk}).status_code == 422
    assert not CalendarFeed.objects.exists()


def test_a_schedule_is_in_the_language_of_the_sheet_and_can_be_switched(treated: Subject, nurse: Client) -> None:
    page = nurse.get(schedule(treated))
    assert '<article class="handout" lang="zh-hans">' in page.content.decode()
    assert "第4周：第二次输注" in words(page)
    english = words(nurse.get(schedule(treated), {"language": "en"}))
    assert "Week 4: second infusion 2026-05-20 Wednesday" in english
    assert "Sunday 2026-05-17 – Saturday 2026-05-23" in english


def test_a_schedule_names_neither_the_subject_nor_the_arm(site: Site, treated: Subject, nurse: Client) -> None:
    page = nurse.get(schedule(treated), {"language": "en"}).content.decode()
    assert not any(secret in page for secret in ("ZXY", "ADMSC", "AD-MSCs group", "On treatment"))
    assert site.name in page and treated.number in page


def test_a_schedule_in_an_unknown_language_says_which_one_it_is_in(treated: Subject, nurse: Client) -> None:
    page = nurse.get(schedule(treated), {"language": "fr"})
    assert page.status_code == 200
    assert "There is no schedule in the language “fr”" in words(page)
    assert "第4周：第二次输注" in words(page)


def test_visits_without_a_date_say_so(site: Site, coordinator: User, nurse: Client) -> None:
    page = words(nurse.get(schedule(make_subject(site, coordinator)), {"language": "en"}))
    assert page.count("No date yet: it follows from your first treatment.") == 6
    assert "take place if you are enrolled" in page


def test_the_casebook_draws_window_visit_and_today(treated: Subject, nurse: Client) -> None:
    page = nurse.get(reverse("assessments:casebook", args=[treated.site.trial.registration, treated.number]))
    (svg,) = re.findall(r"<svg role=\"img\".*?</svg>", page.content.decode(), re.DOTALL)
    assert f"Visits of {treated.number} over time" in svg
    assert svg.count('class="band"') == 8
    assert svg.count('class="done"') == 2
    assert svg.count('class="planned"') == 6
    assert svg.count('class="today"') == 1
    assert re.search(r"<text [^>]*>W4 due</text>", svg)
    planned = re.search(r'<g class="is-due">.*?class="planned" cx="([\d.]+)"', svg, re.DOTALL)
    today = re.search(r'class="today" x1="([\d.]+)"', svg)
    assert planned and today and planned[1] == today[1]


def listed(nurse: Client, trial: Trial, **query: str) -> list[str]:
    page = nurse.get(reverse("patients:subject-list", args=[trial.registration]), query)
    assert page.status_code == 200
    return [subject.number for subject, _arm in page.context["rows"]]


def test_the_list_shows_arm_and_last_visit(trial: Trial, treated: Subject, nurse: Client) -> None:
    page = words(nurse.get(reverse("patients:subject-list", args=[trial.registration])))
    assert "AD-MSCs group W0, 2026-04-22 W4" in page


def test_the_list_is_filtered_by_arm_version_and_day(
    trial: Trial, site: Site, treated: Subject, coordinator: User, nurse: Client
) -> None:
    screened = make_subject(site, coordinator, signed_on=TODAY - timedelta(days=2))
    assert listed(nurse, trial, arm="ADMSC") == [treated.number]
    assert listed(nurse, trial, arm="NONE") == []
    assert listed(nurse, trial, version="1.0") == [treated.number, screened.number]
    assert listed(nurse, trial, version="9.9") == []
    assert listed(nurse, trial, day="2026-05-20") == [treated.number]
    assert listed(nurse, trial, day="2026-04-22") == [treated.number]
    assert listed(nurse, trial, day="2026-05-18") == [screened.number]
    assert listed(nurse, trial, day="2026-05-19") == []


def test_a_day_that_is_none_filters_nothing_and_says_so(trial: Trial, treated: Subject, nurse: Client) -> None:
    page = nurse.get(reverse("patients:subject-list", args=[trial.registration]), {"day": "tomorrow"})
    assert "“tomorrow” is not a day" in words(page)
    assert treated.number in words(page)


def test_the_list_is_sorted_by_what_the_address_says(
    trial: Trial, site: Site, treated: Subject, investigator: User, nurse: Client
) -> None:
    later = infused_subject(site, investigator, days_ago=27)
    new = make_subject(site, investigator)
    take_place(later, "W4", investigator)
    numbers = [treated.number, later.number, new.number]
    assert listed(nurse, trial) == listed(nurse, trial, sort="nonsense") == numbers
    assert listed(nurse, trial, sort="-number") == numbers[::-1]
    assert listed(nurse, trial, sort="last") == numbers
    assert listed(nurse, trial, sort="-last") == [later.number, treated.number, new.number]
    assert listed(nurse, trial, sort="next") == [treated.number, new.number, later.number]


def test_filters_stay_when_the_list_is_sorted_or_turned(
    trial: Trial, treated: Subject, site: Site, coordinator: User, nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject_views, "ROWS_PER_PAGE", 1)
    make_subject(site, coordinator)
    page = nurse.get(reverse("patients:subject-list", args=[trial.registration]), {"site": "GZ", "sort": "status"})
    links = re.findall(r'href="(\?[^"]*)"', page.content.decode())
    assert "?site=GZ&amp;sort=-status" in links
    assert "?site=GZ&amp;sort=status&amp;page=2" in links
