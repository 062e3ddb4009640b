"""Pages about subjects: what they show, what they store, what they refuse; what was typed stays on the page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Subject, SubjectIdentity, Visit
from tests.factories import (
    infused_subject,
    make_member,
    make_subject,
    system,
    take_place,
)
from tests.web.pages import signed_in, text
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)


def of(name: str, subject: Subject, *more: str) -> str:
    return reverse(f"patients:{name}", args=[subject.site.trial.registration, subject.number, *more])


def of_trial(name: str, trial: Trial) -> str:
    return reverse(f"patients:{name}", args=[trial.registration])


def casebook(subject: Subject) -> str:
    return reverse("assessments:casebook", args=[subject.site.trial.registration, subject.number])


def registration(site: Site, **typed: str) -> dict[str, Any]:
    consent = {"site": site.pk, "signed_on": "2026-05-20", "sheet_version": "1.0", "language": "zh", "initials": "QWZ"}
    return {**consent, **typed}


def test_a_subject_is_registered_and_the_casebook_opens(trial: Trial, site: Site, nurse: Client) -> None:
    response = nurse.post(of_trial("register", trial), registration(site), follow=True)
    subject = Subject.objects.get()
    assert response.redirect_chain == [(casebook(subject), 302)]
    assert "GZ-001 is registered." in text(response)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"signed_on": "2026-05-21"}, "Consent cannot be signed in the future."),
        ({"signed_on": "20/05/2026"}, "Enter a day as year-month-day"),
        ({"signed_on": ""}, "This field is required."),
        ({"sheet_version": ""}, "This field is required."),
        ({"initials": ""}, "This field is required."),
        ({"email": "no address"}, "Enter a valid email address."),
    ],
)
def test_a_refused_registration_says_why_and_keeps_what_was_typed(
    trial: Trial, site: Site, nurse: Client, typed: dict[str, str], message: str
) -> None:
    page = nurse.post(of_trial("register", trial), registration(site, **{"phone": "020-555", **typed}))
    assert message in text(page)
    assert 'value="020-555"' in text(page)
    assert not Subject.objects.exists()


def test_the_same_person_is_not_registered_twice_by_accident(trial: Trial, site: Site, nurse: Client) -> None:
    nurse.post(of_trial("register", trial), registration(site))
    page = text(nurse.post(of_trial("register", trial), registration(site)))
    assert "GZ-001 has the same initials and day of consent." in page
    assert "This is another person" in page
    assert Subject.objects.count() == 1
    nurse.post(of_trial("register", trial), registration(site, is_another_person="on"))
    assert Subject.objects.count() == 2


def test_nobody_registers_at_a_site_of_others(trial: Trial, site: Site, other_site: Site, nurse: Client) -> None:
    page = nurse.post(of_trial("register", trial), registration(other_site))
    assert "Select a valid choice" in text(page)
    assert other_site.name not in text(page)
    assert not Subject.objects.exists()


def test_the_list_shows_own_subjects_only(
    trial: Trial, site: Site, other_site: Site, coordinator: User, nurse: Client
) -> None:
    make_subject(site, coordinator)
    make_subject(other_site, system())
    page = text(nurse.get(of_trial("subject-list", trial)))
    assert "GZ-001" in page
    assert "VIE-001" not in page


def test_an_empty_list_says_what_comes_next(trial: Trial, site: Site, nurse: Client) -> None:
    assert "No subjects yet" in text(nurse.get(of_trial("subject-list", trial)))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("search=002", {"GZ-002"}),
        ("q=gz-001", {"GZ-001"}),
        ("status=screening", {"GZ-001"}),
        ("status=eligible", set()),
        ("site=GZ", {"GZ-001", "GZ-002"}),
        ("overdue=1", {"GZ-002"}),
    ],
)
def test_the_list_is_filtered_by_the_address(
    trial: Trial, site: Site, investigator: User, doctor: Client, query: str, numbers: set[str]
) -> None:
    make_subject(site, investigator)
    infused_subject(site, investigator, days_ago=40)
    page = text(doctor.get(f"{of_trial('subject-list', trial)}?{query}"))
    assert {number for number in ("GZ-001", "GZ-002") if f">{number}</a>" in page} == numbers


def test_contact_details_are_corrected_with_a_reason(site: Site, coordinator: User, nurse: Client) -> None:
    subject = make_subject(site, coordinator, initials="QWZ")
    typed = {"initials": "QWX", "phone": "", "email": "", "contact_note": "", "seen_version": 1}
    page = nurse.post(of("identity", subject), typed)
    assert "This field is required." in text(page)
    assert 'value="QWX"' in text(page)
    assert SubjectIdentity.objects.get().initials == "QWZ"
    nurse.post(of("identity", subject), {**typed, "reason": "Typing error"})
    assert SubjectIdentity.objects.get().initials == "QWX"


def test_contact_details_changed_meanwhile_are_shown_before_they_are_replaced(
    site: Site, coordinator: User, nurse: Client
) -> None:
    subject = make_subject(site, coordinator, initials="QWZ")
    typed = {"initials": "QWZ", "email": "", "contact_note": "", "reason": "New number", "seen_version": 1}
    nurse.post(of("identity", subject), {**typed, "phone": "020-1111"})
    page = text(nurse.post(of("identity", subject), {**typed, "phone": "020-2222"}))
    assert "020-1111" in page
    assert 'value="020-2222"' in page
    assert SubjectIdentity.objects.get().phone == "020-1111"
    nurse.post(of("identity", subject), {**typed, "phone": "020-2222", "seen_version": 2})
    assert SubjectIdentity.objects.get().phone == "020-2222"


def test_an_eligible_subject_is_enrolled(site: Site, investigator: User, nurse: Client, screened: Subject) -> None:
    from patients.services.eligibility import decide_eligibility

    decide_eligibility(subject=screened, outcome="eligible", by=investigator)
    assert 'value="2026-05-20"' in text(nurse.get(of("enrol", screened)))
    late = nurse.post(of("enrol", screened), {"enrolled_on": "2026-05-21", "arm_code": "ADMSC"})
    assert "in the future" in text(late)
    assert 'value="2026-05-21"' in text(late)
    page = nurse.post(of("enrol", screened), {"enrolled_on": "2026-05-20", "arm_code": "ADMSC"}, follow=True)
    assert "GZ-001 is enrolled, as number 1 of the site, in “AD-MSCs group”." in text(page)


def test_the_page_of_enrolment_says_what_comes_first(site: Site, coordinator: User, nurse: Client) -> None:
    page = nurse.get(of("enrol", make_subject(site, coordinator)))
    assert page.status_code == 409
    assert "An investigator must decide eligibility" in text(page)


def test_a_visit_is_recorded_and_one_outside_its_window_is_marked(
    site: Site, investigator: User, nurse: Client
) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    page = nurse.post(of("visit", subject, "W4"), {"occurred_on": "2026-05-20"}, follow=True)
    assert "Visit recorded. It lies outside its window." in text(page)
    assert "Outside its window" in text(page)


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-05-21", "in the future"),
        ("2026-05-19", "before the consent"),
        ("19.5.2026", "year-month-day"),
        ("", "required"),
    ],
)
def test_an_impossible_day_of_a_visit_is_refused_and_stays_on_the_page(
    site: Site, coordinator: User, nurse: Client, day: str, message: str
) -> None:
    subject = make_subject(site, coordinator)
    page = nurse.post(of("visit", subject, "SCR"), {"occurred_on": day})
    assert message in text(page)
    assert not day or f'value="{day}"' in text(page)
    assert Visit.objects.get(subject=subject, code="SCR").outcome == ""


def test_a_date_of_visit_is_corrected_with_a_reason_only(site: Site, coordinator: User, nurse: Client) -> None:
    subject = make_subject(site, coordinator, TODAY - timedelta(days=3))
    take_place(subject, "SCR", coordinator)
    page = nurse.post(of("correct-visit", subject, "SCR"), {"occurred_on": "2026-05-19", "reason": ""})
    assert "This field is required." in text(page)
    assert 'value="2026-05-19"' in text(page)
    nurse.post(of("correct-visit", subject, "SCR"), {"occurred_on": "2026-05-19", "reason": "Typing error"})
    assert Visit.objects.get(subject=subject, code="SCR").occurred_on == date(2026, 5, 19)


def test_a_visit_is_missed_only_after_its_window_opened(site: Site, investigator: User, nurse: Client) -> None:
    subject = infused_subject(site, investigator, days_ago=25)
    early = nurse.post(of("miss-visit", subject, "W8"), {"missed_reason": "On a journey"})
    assert "has not opened yet" in text(early)
    assert 'value="On a journey"' in text(early)
    silent = nurse.post(of("miss-visit", subject, "W4"), {"missed_reason": ""})
    assert "This field is required." in text(silent)
    page = nurse.post(of("miss-visit", subject, "W4"), {"missed_reason": "On a journey"}, follow=True)
    assert "Recorded as missed." in text(page)
    shown = nurse.get(of("visit", subject, "W4"))
    assert "Open the visit again" in text(shown)
    assert nurse.post(of("reopen-visit", subject, "W4"), {"reopen_reason": ""}).status_code == 422
    assert Visit.objects.get(subject=subject, code="W4").outcome == "missed"


def test_an_unknown_visit_is_not_found(site: Site, coordinator: User, nurse: Client) -> None:
    assert nurse.get(of("visit", make_subject(site, coordinator), "W99")).status_code == 404


def test_participation_ends_with_a_reason(nurse: Client, enrolled: Subject) -> None:
    silent = nurse.post(of("end", enrolled), {"status": "withdrawn", "ended_on": "2026-05-20", "reason": ""})
    assert "This field is required." in text(silent)
    nurse.post(of("end", enrolled), {"status": "withdrawn", "ended_on": "2026-05-20", "reason": "Own wish"})
    enrolled.refresh_from_db()
    assert (enrolled.status, enrolled.ended_on) == ("withdrawn", TODAY)
    again = nurse.get(of("end", enrolled))
    assert again.status_code == 409


def test_the_end_is_not_offered_as_completion_before_follow_up(nurse: Client, enrolled: Subject) -> None:
    typed = {"status": "completed", "ended_on": "2026-05-20", "reason": "All done"}
    page = nurse.post(of("end", enrolled), typed)
    assert page.status_code == 422
    assert "Select a valid choice" in text(page)
    assert 'value="All done"' in text(page)


def test_access_ends_with_the_delegation_at_once(trial: Trial, site: Site) -> None:
    from trials.services import end_delegation

    monitor = make_member("monitor", site)
    client = signed_in(monitor)
    assert client.get(of_trial("subject-list", trial)).status_code == 200
    with time_machine.travel(datetime(2026, 5, 20, 4, 5, tzinfo=UTC), tick=False):
        end_delegation(delegation=monitor.delegations.get(), reason="Visit is over", by=system())
        assert client.get(of_trial("subject-list", trial)).status_code == 404
