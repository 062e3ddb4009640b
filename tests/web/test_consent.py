"""Pages about consent, information sheets and amendments: what they show, store and refuse."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Subject
from patients.services.consent import record_consent, withdraw_consent
from tests.factories import amend, infused_subject, make_member, make_sheet, make_subject
from tests.web.pages import signed_in, text
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


@pytest.fixture
def administrator(trial: Trial) -> Client:
    return signed_in(make_member("administrator", trial=trial))


def of(name: str, subject: Subject, *more: Any) -> str:
    return reverse(f"patients:{name}", args=[subject.site.trial.registration, subject.number, *more])


def of_trial(name: str, trial: Trial, *more: Any) -> str:
    return reverse(name, args=[trial.registration, *more])


SIGNED = {"signed_on": "2026-05-20", "sheet_version": "2.0", "language": "zh"}
SHEET = {"version": "2.0", "languages": ["zh", "en"], "valid_from": "2026-05-20"}


def test_registration_offers_the_sheets_there_are(trial: Trial, site: Site, nurse: Client) -> None:
    make_sheet(trial, "2.0", valid_from=TODAY, valid_until=TODAY + DAY)
    make_sheet(trial, "3.0", valid_from=TODAY + DAY)
    page = text(nurse.get(of_trial("patients:register", trial)))
    assert "2.0, valid 2026-05-20 to 2026-05-21" in page
    assert "1.0, valid from 2015-01-01" in page
    assert "3.0, valid" not in page


def test_registration_without_any_sheet_says_who_adds_one(trial: Trial, site: Site, nurse: Client) -> None:
    with time_machine.travel(datetime(2014, 5, 20, 4, tzinfo=UTC), tick=False):
        fresh = make_member("coordinator", site)
        page = text(signed_in(fresh).get(of_trial("patients:register", trial)))
    assert "An administrator of the trial adds the sheet" in page
    assert 'name="initials"' not in page


def test_registration_under_an_ended_sheet_warns(trial: Trial, site: Site, nurse: Client) -> None:
    page = nurse.get(of_trial("patients:register", trial))
    assert "No information sheet is valid today" not in text(page)
    with time_machine.travel(datetime(2026, 5, 22, 4, tzinfo=UTC), tick=False):
        other = reverse("workspace:edit-sheet", args=[trial.registration, trial.information_sheets.get().pk])
        admin = signed_in(make_member("administrator", trial=trial))
        typed = {**SHEET, "version": "1.0", "valid_from": "2015-01-01", "valid_until": "2026-05-21"}
        admin.post(other, {**typed, "reason": "Replaced", "seen_version": "1"})
        page = signed_in(make_member("coordinator", site)).get(of_trial("patients:register", trial))
    assert "No information sheet is valid today" in text(page)


def test_a_further_consent_is_recorded_and_no_longer_due(
    trial: Trial, site: Site, coordinator: User, nurse: Client
) -> None:
    subject = make_subject(site, coordinator, TODAY - DAY)
    make_sheet(trial, "2.0", valid_from=TODAY, must_be_signed_again=True)
    assert "has to sign version 2.0" in text(nurse.get(of("consent", subject)))
    assert "Re-consent due" in text(nurse.get(of("eligibility", subject)))
    assert of("consent", subject) in text(nurse.get(of_trial("workspace:today", trial)))
    page = nurse.post(of("consent", subject), SIGNED, follow=True)
    assert "Consent recorded." in text(page)
    assert "Re-consent due" not in text(page)
    assert of("consent", subject) not in text(nurse.get(of_trial("workspace:today", trial)))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"signed_on": "2026-05-21"}, "Consent cannot be signed in the future."),
        ({"signed_on": "20.5.2026"}, "Enter a day as year-month-day"),
        ({"signed_on": "2026-05-18"}, "before the first consent of 2026-05-19"),
        ({"sheet_version": "1.0"}, "Select a valid choice. 1.0"),
        ({"language": ""}, "This field is required."),
        ({}, "available in this language, but in: English."),
    ],
)
def test_a_refused_consent_says_why_and_keeps_what_was_typed(
    trial: Trial, site: Site, coordinator: User, nurse: Client, typed: dict[str, str], message: str
) -> None:
    subject = make_subject(site, coordinator, TODAY - DAY)
    make_sheet(trial, "2.0", valid_from=TODAY, languages=["en"])
    make_sheet(trial, "2.1", valid_from=TODAY)
    sent = {**SIGNED, **typed}
    page = nurse.post(of("consent", subject), sent)
    assert page.status_code == 422
    assert message in text(page)
    assert f'value="{sent["signed_on"]}"' in text(page)
    assert subject.consents.count() == 1


def test_a_monitor_reads_consents_and_records_none(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    monitor = signed_in(make_member("monitor", site))
    page = text(monitor.get(of("consent", subject)))
    assert coordinator.full_name in page
    assert "Record the consent" not in page
    assert "Withdraw consent" not in page
    assert monitor.post(of("consent", subject), SIGNED).status_code == 403


def test_a_consent_is_corrected_and_its_history_shown(site: Site, coordinator: User, nurse: Client) -> None:
    subject = make_subject(site, coordinator, TODAY - DAY)
    consent = subject.consents.get()
    typed = {"signed_on": "2026-05-20", "sheet_version": "1.0", "language": "en", "seen_version": "1"}
    address = of("correct-consent", subject, consent.pk)
    refused = nurse.post(address, typed)
    assert (refused.status_code, subject.consents.get().language) == (422, "zh")
    page = nurse.post(address, {**typed, "reason": "Typing error"}, follow=True)
    assert "Consent corrected." in text(page)
    history = text(nurse.get(of("consent-history", subject, consent.pk)))
    assert "2026-05-19" in history
    assert "corrected it: “Typing error”" in history


def test_a_correction_of_a_consent_that_changed_meanwhile_is_shown_and_then_accepted(
    site: Site, coordinator: User, nurse: Client
) -> None:
    subject = make_subject(site, coordinator, TODAY - DAY)
    address = of("correct-consent", subject, subject.consents.get().pk)
    typed = {"signed_on": "2026-05-20", "sheet_version": "1.0", "language": "zh", "reason": "A", "seen_version": "1"}
    nurse.post(address, typed)
    page = text(nurse.post(address, {**typed, "language": "en", "reason": "B"}))
    assert "Somebody else has changed this consent. Stored now: 2026-05-20, sheet 1.0, Chinese." in page
    assert 'name="seen_version" value="2"' in page
    nurse.post(address, {**typed, "language": "en", "reason": "B", "seen_version": "2"})
    assert subject.consents.get().language == "en"


def test_a_consent_of_another_subject_is_not_found(site: Site, coordinator: User, nurse: Client) -> None:
    mine, other = make_subject(site, coordinator), make_subject(site, coordinator)
    assert nurse.get(of("correct-consent", mine, other.consents.get().pk)).status_code == 404


def test_a_withdrawal_says_what_will_happen_and_then_shows_on_every_page(
    site: Site, investigator: User, nurse: Client
) -> None:
    subject = infused_subject(site, investigator, days_ago=3)
    page = text(nurse.get(of("withdraw", subject)))
    assert "6 visits stay, as contacts" in page
    assert "6 visits that wait are cancelled" in page
    nurse.post(of("withdraw", subject), {"scope": "treatment", "withdrawn_on": "2026-05-20"})
    assert "Treatment withdrawn" in text(nurse.get(of("eligibility", subject)))
    page = text(nurse.get(of("withdraw", subject)))
    assert 'value="treatment"' not in page
    nurse.post(of("withdraw", subject), {"scope": "data_use", "withdrawn_on": "2026-05-20", "reason": "Own wish"})
    assert "“Own wish”" in text(nurse.get(of("consent", subject)))
    assert nurse.get(of("withdraw", subject)).status_code == 409
    assert nurse.get(of("correct-consent", subject, subject.consents.get().pk)).status_code == 409


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"scope": "treatment"}, "Select a valid choice"),
        ({"scope": ""}, "This field is required."),
        ({"withdrawn_on": "2026-05-21"}, "in the future"),
        ({"withdrawn_on": ""}, "This field is required."),
    ],
)
def test_a_refused_withdrawal_says_why(
    site: Site, coordinator: User, nurse: Client, typed: dict[str, str], message: str
) -> None:
    subject = make_subject(site, coordinator)
    sent = {"scope": "follow_up", "withdrawn_on": "2026-05-20", "reason": "Far away", **typed}
    page = nurse.post(of("withdraw", subject), sent)
    assert page.status_code == 422
    assert message in text(page)
    assert 'value="Far away"' in text(page)
    assert not subject.withdrawals.exists()


def test_forms_of_a_subject_who_withdrew_the_data_do_not_open(
    site: Site, investigator: User, doctor: Client, infused: Subject
) -> None:
    withdraw_consent(subject=infused, scope="data_use", withdrawn_on=TODAY, by=investigator)
    address = reverse("assessments:form-edit", args=[infused.site.trial.registration, infused.number, "W0", "pasi"])
    assert doctor.get(address).status_code == 409


def test_sheets_are_listed_for_everybody_and_added_by_the_administrator(
    trial: Trial, site: Site, nurse: Client, administrator: Client
) -> None:
    page = administrator.post(of_trial("workspace:new-sheet", trial), SHEET, follow=True)
    assert "Sheet 2.0 added." in text(page)
    page = text(nurse.get(of_trial("workspace:sheets", trial)))
    assert "Chinese, English" in page
    assert "New information sheet" not in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"version": "1.0"}, "The trial has a sheet of this version already."),
        ({"languages": []}, "This field is required."),
        ({"valid_from": "tomorrow"}, "Enter a day as year-month-day"),
        ({"valid_until": "2026-05-19"}, "The last day is before the first one."),
    ],
)
def test_a_refused_sheet_says_why_and_keeps_what_was_typed(
    trial: Trial, administrator: Client, typed: dict[str, Any], message: str
) -> None:
    page = administrator.post(of_trial("workspace:new-sheet", trial), {**SHEET, "version": "7.7", **typed})
    assert page.status_code == 422
    assert message in text(page)
    assert f'value="{typed.get("version", "7.7")}"' in text(page)
    assert trial.information_sheets.count() == 1


def test_a_sheet_is_corrected_and_a_signed_one_only_ended(
    trial: Trial, site: Site, coordinator: User, administrator: Client
) -> None:
    sheet = make_sheet(trial, "2.0", valid_from=TODAY)
    address = of_trial("workspace:edit-sheet", trial, sheet.pk)
    typed = {**SHEET, "version": "2.1", "reason": "As printed", "seen_version": "1"}
    assert "Sheet saved." in text(administrator.post(address, typed, follow=True))
    record_consent(
        subject=make_subject(site, coordinator), signed_on=TODAY, sheet_version="2.1", language="zh", by=coordinator
    )
    assert "1 subject has signed this sheet" in text(administrator.get(address))
    refused = administrator.post(address, {**typed, "valid_until": "2026-05-19", "seen_version": "2"})
    assert refused.status_code == 422
    ended = {**typed, "version": "9", "valid_until": "2026-05-20", "seen_version": "2"}
    administrator.post(address, ended)
    sheet.refresh_from_db()
    assert (sheet.version, sheet.valid_until) == ("2.1", TODAY)


def test_a_sheet_of_another_trial_is_not_found(trial: Trial, administrator: Client) -> None:
    assert administrator.get(of_trial("workspace:edit-sheet", trial, 10**9)).status_code == 404


def test_a_move_shows_what_will_change_and_then_changes_it(
    trial: Trial, investigator: User, doctor: Client, infused: Subject
) -> None:
    assert doctor.get(of("move-version", infused)).status_code == 409
    new = amend(trial)
    make_sheet(trial, "2.0", valid_from=TODAY, protocol_version=new)
    page = text(doctor.get(of("move-version", infused)))
    assert "must first sign an information sheet that belongs to version 1.1: 2.0" in page
    assert "Move the subject" not in page
    record_consent(subject=infused, signed_on=TODAY, sheet_version="2.0", language="zh", by=investigator)
    page = text(doctor.get(of("move-version", infused)))
    assert "<strong>Added:</strong> Week 10" in page
    assert doctor.post(of("move-version", infused), {"reason": ""}).status_code == 422
    page = doctor.post(of("move-version", infused), {"reason": "Amendment 1"}, follow=True)
    assert "GZ-001 is on protocol version 1.1 now." in text(page)
    assert 'id="visit-W10"' in text(page)
    assert doctor.get(of("move-version", infused)).status_code == 409


def test_only_a_later_version_is_offered_for_a_move(
    trial: Trial, site: Site, investigator: User, doctor: Client
) -> None:
    subject = make_subject(site, investigator)
    amend(trial)
    amend(trial, "1.2")
    assert "protocol version 1.2" in text(doctor.get(of("move-version", subject)))
    assert "protocol version 1.1" in text(doctor.get(of("move-version", subject) + "?to=1.1"))
    assert doctor.get(of("move-version", subject) + "?to=1.0").status_code == 404
