"""The pages of reports to authorities: correcting one, and taking back one that was never sent."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Subject
from safety.models import AuthorityReport
from safety.services import correct_authority_report, report_to_authority, take_back_authority_report
from tests.factories import make_member, make_subject
from tests.factories.cases import submitted_case
from tests.web.pages import signed_in, text, words
from tests.worlds import NOW
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator)


@pytest.fixture
def reviewer(trial: Trial) -> User:
    return make_member("safety_monitor", trial=trial)


@pytest.fixture
def monitor(reviewer: User) -> Client:
    return signed_in(reviewer)


@pytest.fixture
def sent(subject: Subject, investigator: User, reviewer: User) -> AuthorityReport:
    case = submitted_case(subject, investigator)
    return report_to_authority(case=case, sent_on=NOW.date(), authority="NMPA", reference="2026-17", by=reviewer)


def address(name: str, subject: Subject, *more: int) -> str:
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, 1, *more])


def typed(**changed: Any) -> dict[str, Any]:
    given = {"sent_on": "2026-05-20", "authority": "NMPA", "reference": "2026-17", "reason": "Letter"}
    return {**given, "seen_version": 1, **changed}


def case_as_read(client: Client, subject: Subject) -> str:
    return " ".join(client.get(address("case", subject)).content.decode().split())


def test_a_correction_is_saved_and_its_reason_stands_on_the_page_of_the_case(
    monitor: Client, nurse: Client, subject: Subject, sent: AuthorityReport
) -> None:
    url = address("case-authority-correct", subject, sent.pk)
    assert url in case_as_read(monitor, subject)
    form = monitor.get(url).context["form"]
    assert (form["authority"].value(), form["seen_version"].value()) == ("NMPA", 1)
    page = monitor.post(url, typed(authority="CDE", is_complete="on"), follow=True)
    assert "The correction of the report to the authority is saved." in text(page)
    stored = AuthorityReport.objects.get()
    assert (stored.authority, stored.is_complete, stored.reference) == ("CDE", True, "2026-17")
    said = words(nurse.get(address("case", subject)))
    assert "“Letter”" in said
    assert "authority: NMPA → CDE" in said
    assert "complete report: No → Yes" in said


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"sent_on": "2026-05-21"}, "sent_on"),
        ({"authority": ""}, "authority"),
        ({}, "__all__"),
    ],
)
def test_a_correction_that_is_refused_keeps_what_was_typed(
    monitor: Client, subject: Subject, sent: AuthorityReport, changed: dict[str, str], field: str
) -> None:
    page = monitor.post(address("case-authority-correct", subject, sent.pk), typed(**changed))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert AuthorityReport.objects.get().version == 1


def test_who_saves_second_sees_both_and_loses_nothing(
    monitor: Client, subject: Subject, sent: AuthorityReport, reviewer: User
) -> None:
    theirs = {"authority": "CDE"}
    correct_authority_report(report=sent, fields=theirs, reason="Letter", seen_version=1, by=reviewer)
    url = address("case-authority-correct", subject, sent.pk)
    page = monitor.post(url, typed(authority="FDA"))
    assert page.status_code == 409
    assert "CDE" in text(page)
    assert page.context["form"]["authority"].value() == "FDA"
    assert AuthorityReport.objects.get().authority == "CDE"
    assert monitor.post(url, typed(authority="FDA", seen_version=2)).status_code == 302
    assert AuthorityReport.objects.get().authority == "FDA"


def test_a_report_that_was_never_sent_is_taken_back_and_stays_struck_through(
    monitor: Client, nurse: Client, subject: Subject, sent: AuthorityReport
) -> None:
    url = address("case-authority-take-back", subject, sent.pk)
    assert "NMPA" in words(monitor.get(url))
    page = monitor.post(url, {"reason": "Never sent", "seen_version": 1}, follow=True)
    assert "The report to the authority is taken back." in text(page)
    assert "<del> <span>NMPA</span>" in case_as_read(nurse, subject)
    said = words(nurse.get(address("case", subject)))
    assert "taken back" in said
    assert "“Never sent”" in said
    for name in ("case-authority-correct", "case-authority-take-back"):
        again = address(name, subject, sent.pk)
        assert again not in case_as_read(monitor, subject)
        assert monitor.get(again).status_code == 409


def test_nothing_is_taken_back_without_a_reason_or_after_it_was_corrected(
    monitor: Client, subject: Subject, sent: AuthorityReport, reviewer: User
) -> None:
    url = address("case-authority-take-back", subject, sent.pk)
    assert monitor.post(url, {"reason": "", "seen_version": 1}).status_code == 422
    theirs = {"authority": "CDE"}
    correct_authority_report(report=sent, fields=theirs, reason="Letter", seen_version=1, by=reviewer)
    page = monitor.post(url, {"reason": "Never sent", "seen_version": 1})
    assert page.status_code == 409
    assert "CDE" in words(page)
    assert not AuthorityReport.objects.get().is_void
    assert monitor.post(url, {"reason": "Never sent", "seen_version": 2}).status_code == 302


def test_a_report_of_another_case_does_not_exist_here(
    monitor: Client, subject: Subject, investigator: User, sent: AuthorityReport
) -> None:
    other = make_subject(subject.site, investigator)
    submitted_case(other, investigator)
    for name in ("case-authority-correct", "case-authority-take-back"):
        assert monitor.get(address(name, other, sent.pk)).status_code == 404


def test_the_page_of_the_case_leads_only_the_medical_monitor_to_a_correction(
    nurse: Client, subject: Subject, sent: AuthorityReport, reviewer: User
) -> None:
    assert f"authority/{sent.pk}/" not in case_as_read(nurse, subject)
    take_back_authority_report(report=sent, reason="Never sent", seen_version=1, by=reviewer)
    assert "Never sent" in case_as_read(nurse, subject)
