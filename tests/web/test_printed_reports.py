"""Reports to print, and the clocks on the pages of cases."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.context import acting
from exports.models import ExportRecord
from patients.models import Subject
from patients.services.consent import withdraw_consent
from safety.models import ReportVersion, SeriousCase
from safety.services import assess, follow_up
from tests.factories import infused_subject, make_member, make_subject
from tests.factories.cases import case_in_review, serious_event, submitted_case, written_case
from tests.factories.serious import change_case, change_event
from tests.web.pages import signed_in, text, words
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

DAY = timedelta(days=1)


@pytest.fixture
def doctor(investigator: User) -> User:
    return investigator


@pytest.fixture
def subject(infused: Subject) -> Subject:
    return infused


@pytest.fixture
def case(subject: Subject, doctor: User) -> SeriousCase:
    """Reported an hour after the site knew."""
    return submitted_case(subject, doctor)


@pytest.fixture
def reviewer(trial: Trial) -> Client:
    return signed_in(make_member("safety_monitor", trial=trial))


def address(name: str, case: SeriousCase, *more: Any) -> str:
    subject = case.subject
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, case.event.number, *more])


def summary(trial: Trial) -> str:
    return reverse("exports:safety-summary", args=[trial.registration])


def printed(response: Any) -> str:
    """What the PDF says, without blanks."""
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    document = pypdfium2.PdfDocument(response.content)
    found = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    document.close()
    return found


def squeezed(said: str) -> str:
    return "".join(said.split())


# --- CIOMS I ----------------------------------------------------------------------------------------------------------


def test_the_form_of_an_assessed_version_says_what_the_safety_monitor_signed(
    subject: Subject, doctor: User, trial: Trial
) -> None:
    monitor = make_member("safety_monitor", trial=trial)
    case = case_in_review(subject, doctor, monitor)
    assess(
        case=case,
        related_by_sponsor=True,
        expectedness="unexpected",
        is_susar=True,
        seen_version=case.version,
        by=monitor,
    )
    page = printed(signed_in(monitor).get(address("cioms", case, 1)))
    assert squeezed("Causality, sponsor: a relation to a treatment of the study cannot be excluded; a SUSAR") in page
    assert squeezed("Expectedness: Unexpected") in page


def test_the_form_holds_what_the_report_says_and_who_sends_it(case: SeriousCase, doctor: User) -> None:
    response = signed_in(doctor).get(address("cioms", case, 1))
    page = printed(response)
    for said in (
        f"(subject number) {case.subject.number}",
        "1a. Country CHN",
        "2a. Age 46 years",
        "3. Sex male",
        "20 MAY 2026",
        "High fever two hours after the infusion; a night in hospital.",
        "Adipose-derived multipotent mesenchymal stem cells",
        "35 million cells, 2026-05-20",
        "16. Route(s) of administration intravenous",
        "Guangdong Provincial Hospital of Traditional Chinese Medicine",
        f"{case.subject.site.trial.registration}-{case}",
        "24c. Date received by manufacturer 2026-05-20",
        "Date of this report 2026-05-20",
    ):
        assert squeezed(said) in page
    assert "DRAFT" not in page
    assert response.headers["Content-Disposition"].endswith(f'{case}-v1-CIOMS-I.pdf"')


def test_neither_initials_nor_contact_details_are_printed(doctor: User, site: Site) -> None:
    subject = make_subject(site, doctor, initials="QQJ", phone="13800138000")
    page = printed(signed_in(doctor).get(address("cioms", written_case(subject, doctor), 1)))
    assert subject.number in page
    assert "QQJ" not in page
    assert "13800138000" not in page


def test_a_signed_version_is_printed_as_it_was_signed_and_its_follow_up_as_a_draft(
    case: SeriousCase, doctor: User
) -> None:
    change_event(case.event, term="Sepsis")
    follow_up(case=case, text="Blood culture positive", by=doctor)
    page = signed_in(doctor)
    signed, draft = (printed(page.get(address("cioms", case, number))) for number in (1, 2))
    assert "Reaction:Fever" in signed
    assert "DRAFT" not in signed
    for said in ("Reaction: Sepsis", "New in this report: Blood culture positive", "DRAFT – NOT SIGNED", "follow-up 1"):
        assert squeezed(said) in draft
    assert squeezed("24c. Date received by manufacturer 24d.") in draft


def test_a_version_that_is_not_there_is_not_printed(case: SeriousCase, doctor: User) -> None:
    assert signed_in(doctor).get(address("cioms", case, 2)).status_code == 404


def test_the_pages_of_a_case_lead_to_its_form(case: SeriousCase, doctor: User) -> None:
    client = signed_in(doctor)
    for page in (address("case", case), address("case-version", case, 1)):
        assert f'href="{address("cioms", case, 1)}"' in text(client.get(page))


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_case_shows_its_clocks(case: SeriousCase, reviewer: Client) -> None:
    change_case(case, related_by_sponsor=True, is_susar=True, state="assessed")
    page = words(reviewer.get(address("case", case)))
    assert "Report of the site to the sponsor, 24 hours In time due by 2026-05-21 11:00 UTC+08:00" in page
    assert "Report of the SUSAR to the authority, 15 days Clock runs due by 2026-06-04 15 days left" in page


def test_the_list_of_cases_shows_when_the_next_report_is_due(
    case: SeriousCase, subject: Subject, doctor: User, reviewer: Client
) -> None:
    list_of_cases = reverse("safety:cases", args=[case.subject.site.trial.registration])
    with CaptureQueriesContext(connection) as one:
        assert "due" not in words(reviewer.get(list_of_cases)).split("Next report due", 1)[1]
    written_case(subject, doctor)
    change_case(case, related_by_sponsor=True, is_susar=True, state="assessed")
    with CaptureQueriesContext(connection) as two:
        page = words(reviewer.get(list_of_cases))
    assert "Clock runs 2026-06-04 15 days left" in page
    assert "Clock runs 2026-05-21 11:00 UTC+08:00 23 h 0 min left" in page
    assert len(one) == len(two)


# --- the committee ----------------------------------------------------------------------------------------------------


def test_the_summary_counts_treated_subjects_and_lists_serious_events(
    case: SeriousCase, site: Site, doctor: User, trial: Trial, reviewer: Client
) -> None:
    infused_subject(site, doctor)
    page = printed(reviewer.post(summary(trial)))
    for said in (
        "Safety summary for the data monitoring committee",
        f"{trial.registration} {trial.short_title}",
        "State of the record 2026-05-20 12:00 UTC+08:00",
        "(2 treated)",
        "Serious 1/2 (50.0%) [1.3–98.7] Events: 1 grade 3: 1",
        "Of special interest 0/2 (0.0%) [0.0–84.2] Events: 0 –",
        "Fever 1/2",
        "Serious events: 1",
        f"{case} {case.subject.number} AD-MSCs group Fever 3 2026-05-20",
        "Needs or prolongs a stay in hospital",
        "Submitted",
        "The protocol names no stopping rule as a value.",
        "page 1 of 1",
    ):
        assert squeezed(said) in page


def test_a_serious_event_without_a_case_is_listed_after_the_cases(
    case: SeriousCase, subject: Subject, doctor: User, trial: Trial, reviewer: Client
) -> None:
    event = serious_event(subject, doctor, term="Stroke")
    with acting(by=doctor, reason="As before there were cases"):
        ReportVersion.objects.filter(case=event.case).delete()
        event.case.delete()
    page = printed(reviewer.post(summary(trial)))
    assert squeezed("Serious events: 2") in page
    assert squeezed(f"– {subject.number} AD-MSCs group Stroke 3 2026-05-20") in page
    assert squeezed("Not reported yet") in page
    assert page.index(f"{case}") < page.index("Stroke3")


def test_an_event_that_is_serious_no_more_stays_in_the_summary_while_it_has_a_case(
    case: SeriousCase, trial: Trial, reviewer: Client
) -> None:
    change_event(case.event, grade=2, is_serious=False, caused_hospitalisation=False, serious_known_at=None)
    page = printed(reviewer.post(summary(trial)))
    assert squeezed("Serious events: 1") in page
    assert squeezed("Not serious any more") in page


def test_a_summary_that_is_handed_out_is_recorded_with_its_checksum(
    case: SeriousCase, trial: Trial, site: Site, other_site: Site, reviewer: Client
) -> None:
    response = reviewer.post(summary(trial))
    record = ExportRecord.objects.get()
    digest = sha256(response.content).hexdigest()
    assert (record.trial, record.sha256, record.site_codes, record.rows) == (trial, digest, [site.code], 1)
    assert not record.is_zip
    assert record.made_by.pk == int(reviewer.session["_auth_user_id"])
    assert response.headers["Content-Disposition"].startswith(f'attachment; filename="{trial.registration}_20260520T')
    manager = signed_in(make_member("data_manager", trial=trial))
    page = text(manager.get(reverse("exports:list", args=[trial.registration])))
    assert "Safety summary for the data monitoring committee" in page
    assert digest in page


def test_the_summary_is_not_made_by_looking_at_its_address(trial: Trial, site: Site, reviewer: Client) -> None:
    assert reviewer.get(summary(trial)).status_code == 405
    assert not ExportRecord.objects.exists()


def test_the_summary_of_a_trial_that_has_nothing_says_so(trial: Trial, site: Site, reviewer: Client) -> None:
    page = printed(reviewer.post(summary(trial)))
    for said in ("Nobody has been treated yet.", "No serious event is reported."):
        assert squeezed(said) in page


def test_subjects_who_withdrew_the_use_of_their_data_are_not_counted(
    case: SeriousCase, doctor: User, trial: Trial, reviewer: Client
) -> None:
    withdraw_consent(subject=case.subject, scope="data_use", withdrawn_on=date(2026, 5, 20), reason="", by=doctor)
    assert squeezed("Nobody has been treated yet.") in printed(reviewer.post(summary(trial)))


def test_the_summary_is_printed_in_chinese(case: SeriousCase, trial: Trial) -> None:
    change_event(case.event, term="输注后发热")
    reader = signed_in(make_member("safety_monitor", trial=trial, language="zh-hans"))
    assert "输注后发热" in printed(reader.post(summary(trial)))


def test_the_safety_desk_leads_to_the_summary(trial: Trial, site: Site, reviewer: Client) -> None:
    page = text(reviewer.get(reverse("safety:desk", args=[trial.registration])))
    assert f'action="{summary(trial)}"' in page
