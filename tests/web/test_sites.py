"""The pages of sites: the list, and the working days of one."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.history import changes
from tests.factories import make_member, make_randomised_trial, make_site, system
from tests.web.pages import signed_in, text, words
from trials.models import Site, Trial
from trials.services import set_sponsor_time_zone, set_working_days
from workspace.site_forms import weekdays_in_words

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
TYPED = {
    "working_days": ["1", "2", "3", "4", "5"],
    "days_off": "2026-10-01\r\n2026-10-02\r\n",
    "reason": "Holidays of 2026",
    "seen_version": "1",
}


@pytest.fixture
def administrator(trial: Trial) -> Client:
    return signed_in(make_member("administrator", trial=trial))


def of_sites(trial: Trial) -> str:
    return reverse("workspace:sites", args=[trial.registration])


def of_days(site: Site) -> str:
    return reverse("workspace:site-days", args=[site.trial.registration, site.pk])


def test_the_list_says_where_a_site_is_what_time_it_is_there_and_when_it_works(
    trial: Trial, site: Site, other_site: Site, administrator: Client
) -> None:
    days_off = [TODAY + number * DAY for number in range(-1, 4)]
    set_working_days(site=site, working_days=[1, 2, 3, 4, 6], days_off=days_off, by=system(), reason="Holidays")
    page = words(administrator.get(of_sites(trial)))
    assert f"Asia/Shanghai {site.today()} " in page
    assert "Monday to Thursday, Saturday 2026-05-20 , 2026-05-21 , 2026-05-22 , 1 more" in page
    assert "AUT Europe/Vienna" in page
    assert "Monday to Friday none" in page


def test_a_trial_without_sites_says_how_one_is_opened(trial: Trial, administrator: Client) -> None:
    assert "No site yet" in text(administrator.get(of_sites(trial)))


@pytest.mark.parametrize(
    ("weekdays", "said"),
    [
        ([1, 2, 3, 4, 5], "Monday to Friday"),
        ([1, 2], "Monday, Tuesday"),
        ([7, 3, 1], "Monday, Wednesday, Sunday"),
        (range(1, 8), "Monday to Sunday"),
    ],
)
def test_three_days_in_a_row_are_said_as_a_range(weekdays: Any, said: str) -> None:
    assert weekdays_in_words(weekdays) == said


def test_working_days_are_saved_and_shown_again(trial: Trial, site: Site, administrator: Client) -> None:
    page = administrator.post(of_days(site), {**TYPED, "working_days": ["6", "7"]}, follow=True)
    assert f"Working days of {site.name} saved." in text(page)
    site.refresh_from_db()
    assert (site.working_days, site.days_off) == ([6, 7], [date(2026, 10, 1), date(2026, 10, 2)])
    page = administrator.get(of_days(site)).content.decode()
    assert "2026-10-01\n2026-10-02</textarea>" in page
    assert page.count(" checked") == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"days_off": "2026-10-01\n\n 1.10.2026 \n2026-02-30"},
            "Line 3, “1.10.2026”: Enter a day as year-month-day, for example 2026-11-21.",
        ),
        ({"days_off": "2026-10-01\n\n 1.10.2026 \n2026-02-30"}, "Line 4, “2026-02-30”: Enter a day"),
        ({"days_off": "0001-01-01"}, "0001-01-01: give days in years from 1900 to 2199."),
        ({"working_days": []}, "Choose at least one day from Monday to Sunday."),
        ({"working_days": ["8"]}, "8 is not one of the available choices"),
        ({"reason": " "}, "This field is required."),
        ({"seen_version": "0"}, "greater than or equal to 1"),
    ],
)
def test_wrong_days_keep_what_was_typed(
    trial: Trial, site: Site, administrator: Client, changed: dict[str, Any], message: str
) -> None:
    sent = {**TYPED, **changed}
    answer = administrator.post(of_days(site), sent)
    assert answer.status_code == 422
    assert message in text(answer)
    page = answer.content.decode()
    for line in sent["days_off"].split():
        assert line in page.partition("<textarea")[2].partition("</textarea>")[0]
    site.refresh_from_db()
    assert site.days_version == 1


def test_who_saves_second_sees_what_the_first_stored_and_can_save_again(
    trial: Trial, site: Site, administrator: Client
) -> None:
    administrator.post(of_days(site), TYPED)
    later = {**TYPED, "days_off": "2026-12-24"}
    page = administrator.post(of_days(site), later)
    assert page.status_code == 422
    assert "Somebody else has changed these days since you opened them." in text(page)
    assert "Stored now: Monday to Friday; days off: 2026-10-01, 2026-10-02." in text(page)
    assert "2026-12-24</textarea>" in page.content.decode()
    administrator.post(of_days(site), {**later, "seen_version": "2"})
    site.refresh_from_db()
    assert site.days_off == [date(2026, 12, 24)]


def test_nothing_is_said_of_others_where_nobody_else_has_changed_anything(
    trial: Trial, site: Site, administrator: Client
) -> None:
    page = text(administrator.post(of_days(site), {**TYPED, "days_off": ""}))
    assert "Nothing was changed" in page
    assert "Stored now" not in page


def test_a_site_of_another_trial_is_not_found(trial: Trial, administrator: Client) -> None:
    elsewhere = make_site(make_randomised_trial(), "VIE")
    address = reverse("workspace:site-days", args=[trial.registration, elsewhere.pk])
    assert administrator.get(address).status_code == 404
    assert administrator.post(address, TYPED).status_code == 404


def test_only_who_manages_the_trial_is_offered_its_sites(trial: Trial, nurse: Client, administrator: Client) -> None:
    today = reverse("workspace:today", args=[trial.registration])
    assert of_sites(trial) in text(administrator.get(today))
    assert of_sites(trial) not in text(nurse.get(today))
    assert nurse.get(of_sites(trial)).status_code == 403


# --- the sponsor ------------------------------------------------------------------------------------------------------

ZONE = {"sponsor_time_zone": "Europe/Vienna", "reason": "Office for drug safety", "seen_time_zone": ""}


def of_sponsor(trial: Trial) -> str:
    return reverse("workspace:sponsor-zone", args=[trial.registration])


def stored_zone(trial: Trial) -> str:
    trial.refresh_from_db()
    return trial.sponsor_time_zone


def test_the_list_says_where_the_sponsor_counts_days(trial: Trial, site: Site, administrator: Client) -> None:
    page = administrator.get(of_sites(trial))
    assert of_sponsor(trial) in text(page)
    assert "Asia/Shanghai as at the first site, GZ (default)" in words(page)
    assert "Day 0 and the days for reports to authorities are those of this time zone." in words(page)
    set_sponsor_time_zone(trial=trial, time_zone="America/Los_Angeles", by=system(), reason="Moved")
    page = administrator.get(of_sites(trial))
    assert "Time zone America/Los_Angeles Time there now 2026-05-19 21:00" in words(page)
    assert "first site" not in words(page)


def test_without_a_site_the_sponsor_counts_in_utc(trial: Trial, administrator: Client) -> None:
    assert "UTC until there is a site (default)" in words(administrator.get(of_sites(trial)))


def test_the_time_zone_of_the_sponsor_is_saved_with_its_reason(trial: Trial, site: Site, administrator: Client) -> None:
    page = administrator.post(of_sponsor(trial), ZONE, follow=True)
    assert "Time zone of the sponsor saved." in text(page)
    assert stored_zone(trial) == "Europe/Vienna"
    assert trial.sponsor_zone.key == "Europe/Vienna"
    (change,) = changes(trial, ["sponsor_time_zone"])[1:]
    assert (change.before, change.after, change.reason) == ("", "Europe/Vienna", "Office for drug safety")
    back = {"sponsor_time_zone": " ", "reason": "As before", "seen_time_zone": "Europe/Vienna"}
    administrator.post(of_sponsor(trial), back)
    assert stored_zone(trial) == ""


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sponsor_time_zone": "CST"}, "CST is not a time zone such as Asia/Shanghai."),
        ({"sponsor_time_zone": "../etc/passwd"}, "is not a time zone such as Asia/Shanghai."),
        ({"sponsor_time_zone": "x" * 61}, "at most 60 characters"),
        ({"sponsor_time_zone": ""}, "Nothing was changed, so there is nothing to save."),
        ({"reason": " "}, "This field is required."),
    ],
)
def test_a_wrong_time_zone_is_refused_and_stays_typed(
    trial: Trial, site: Site, administrator: Client, changed: dict[str, str], message: str
) -> None:
    sent = {**ZONE, **changed}
    page = administrator.post(of_sponsor(trial), sent)
    assert page.status_code == 422
    assert message in text(page)
    assert "Stored now" not in text(page)
    if sent["sponsor_time_zone"]:
        assert f'value="{sent["sponsor_time_zone"]}"' in page.content.decode()
    assert stored_zone(trial) == ""


def test_who_changes_the_time_zone_second_sees_what_is_stored(trial: Trial, site: Site, administrator: Client) -> None:
    administrator.post(of_sponsor(trial), ZONE)
    later = {**ZONE, "sponsor_time_zone": "Asia/Tokyo"}
    page = administrator.post(of_sponsor(trial), later)
    assert page.status_code == 422
    assert "Somebody else has changed the time zone since you opened it." in text(page)
    assert "Stored now: Europe/Vienna." in text(page)
    administrator.post(of_sponsor(trial), {**later, "seen_time_zone": "Europe/Vienna"})
    assert stored_zone(trial) == "Asia/Tokyo"


@pytest.mark.parametrize("role", ["coordinator", "investigator", "safety_monitor", "data_manager", "auditor"])
def test_others_do_not_change_where_the_sponsor_counts(trial: Trial, site: Site, role: str) -> None:
    client = signed_in(make_member(role, site))
    assert client.get(of_sponsor(trial)).status_code == 403
    assert client.post(of_sponsor(trial), ZONE).status_code == 403
    assert stored_zone(trial) == ""
