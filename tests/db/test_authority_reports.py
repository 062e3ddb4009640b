"""Reports of a case to authorities: on which days, by whom, how they are corrected and taken back, and that no case is
closed before they are made."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes
from clinical.safety.workflow import Step
from patients.models import Subject
from safety.models import AuthorityReport, SeriousCase
from safety.selectors.authority_reports import authority_reports_of
from safety.selectors.clocks import clocks_of
from safety.services import (
    AuthorityReportChangedMeanwhile,
    assess,
    correct_authority_report,
    follow_up,
    report_to_authority,
    take_back_authority_report,
    take_step,
)
from tests.factories import make_member, make_subject
from tests.factories.cases import case_in_review, sign_report, submitted_case, written_case
from tests.worlds import NOW
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")
TODAY = date(2026, 5, 20)


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator)


@pytest.fixture
def reviewer(trial: Trial) -> User:
    return make_member("safety_monitor", trial=trial)


@pytest.fixture
def susar(subject: Subject, investigator: User, reviewer: User) -> SeriousCase:
    """An assessed SUSAR, submitted today, with 15 days for the authority."""
    case = case_in_review(subject, investigator, reviewer)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "unexpected", "is_susar": True}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    return SeriousCase.objects.get(pk=case.pk)


@pytest.fixture
def sent(susar: SeriousCase, reviewer: User) -> AuthorityReport:
    return report_to_authority(case=susar, sent_on=TODAY, authority="NMPA", by=reviewer)


def state_of_clock(case: SeriousCase) -> str:
    (row,) = (row for row in clocks_of(SeriousCase.objects.get(pk=case.pk)) if row.kind == "susar_other")
    return row.state.value


# --- recording --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "is_possible"), [(19, False), (20, True), (22, True), (23, False)])
def test_a_report_to_an_authority_lies_between_day_zero_and_today(
    subject: Subject, investigator: User, reviewer: User, day: int, is_possible: bool
) -> None:
    case = submitted_case(subject, investigator)
    facts: dict[str, Any] = {"case": case, "sent_on": date(2026, 5, day), "authority": " NMPA ", "by": reviewer}
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        if is_possible:
            report = report_to_authority(**facts, is_complete=True, reference="2026-17")
            assert (report.authority, report.reference, report.is_complete) == ("NMPA", "2026-17", True)
            return
        with pytest.raises(ValidationError) as refusal:
            report_to_authority(**facts)
    message = "Enter a day from 2026-05-20, on which the site first reported, to 2026-05-22."
    assert refusal.value.message_dict == {"sent_on": [message]}


def test_nothing_went_to_an_authority_before_the_site_reported(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = written_case(subject, investigator)
    with pytest.raises(NotAllowedNow, match="not submitted"):
        report_to_authority(case=case, sent_on=date(2026, 5, 20), authority="NMPA", by=reviewer)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "data_manager", "auditor"])
def test_only_the_medical_monitor_reports_to_authorities(
    site: Site, subject: Subject, investigator: User, role: str
) -> None:
    case = submitted_case(subject, investigator)
    with pytest.raises(PermissionDenied):
        report_to_authority(case=case, sent_on=date(2026, 5, 20), authority="NMPA", by=make_member(role, site))


def test_an_authority_without_a_name_is_refused(subject: Subject, investigator: User, reviewer: User) -> None:
    case = submitted_case(subject, investigator)
    with pytest.raises(ValidationError) as refusal:
        report_to_authority(case=case, sent_on=date(2026, 5, 20), authority=" ", by=reviewer)
    assert "authority" in refusal.value.message_dict


def test_what_was_sent_before_new_information_moved_day_zero_can_still_be_recorded_and_counts_for_no_clock(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "expected", "is_susar": False}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        follow_up(case=case, text="Culture positive", by=investigator)
        sign_report(case, investigator)
        report_to_authority(case=case, sent_on=TODAY, authority="NMPA", by=reviewer)
        assert state_of_clock(case) == "running"


# --- correcting -------------------------------------------------------------------------------------------------------


def correct(report: AuthorityReport, by: User, reason: str = "Typing error", **fields: Any) -> AuthorityReport:
    seen = AuthorityReport.objects.get(pk=report.pk).version
    return correct_authority_report(report=report, fields=fields, reason=reason, seen_version=seen, by=by)


def test_a_correction_is_kept_with_its_reason_and_the_clocks_follow_it(
    sent: AuthorityReport, susar: SeriousCase, reviewer: User
) -> None:
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        correct(sent, reviewer, reason=" Letter of the courier ", sent_on=date(2026, 6, 5), authority=" CDE ")
        assert state_of_clock(susar) == "met_late"
    stored = AuthorityReport.objects.get()
    assert (stored.sent_on, stored.authority, stored.version) == (date(2026, 6, 5), "CDE", 2)
    last = changes(stored, ["sent_on"])[-1]
    assert (last.before, last.after, last.reason, last.by) == (
        TODAY,
        stored.sent_on,
        "Letter of the courier",
        str(reviewer),
    )
    (row,) = authority_reports_of(susar)
    (save,) = row.saves
    assert {(c.label, c.before, c.after) for c in save.changes} == {
        ("sent on", "2026-05-20", "2026-06-05"),
        ("authority", "NMPA", "CDE"),
    }


def test_a_report_that_nobody_has_corrected_has_no_changes_to_show(sent: AuthorityReport, susar: SeriousCase) -> None:
    assert [(row.report, row.saves) for row in authority_reports_of(susar)] == [(sent, [])]


@pytest.mark.parametrize("reason", ["", "  "])
def test_neither_is_it_corrected_nor_taken_back_without_a_reason(
    sent: AuthorityReport, reviewer: User, reason: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        correct(sent, reviewer, reason=reason, authority="CDE")
    assert set(refusal.value.message_dict) == {"reason"}
    with pytest.raises(ValidationError) as refusal:
        take_back_authority_report(report=sent, reason=reason, seen_version=1, by=reviewer)
    assert set(refusal.value.message_dict) == {"reason"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sent_on": date(2026, 5, 19)}, "sent_on"),
        ({"sent_on": date(2026, 5, 21)}, "sent_on"),
        ({"authority": " "}, "authority"),
        ({"authority": "NMPA", "is_complete": False}, "__all__"),
    ],
)
def test_an_impossible_correction_and_one_that_changes_nothing_are_refused(
    sent: AuthorityReport, reviewer: User, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        correct(sent, reviewer, **fields)
    assert field == "__all__" or set(refusal.value.message_dict) == {field}
    assert AuthorityReport.objects.get().version == 1


def test_what_is_not_entered_of_a_report_cannot_be_corrected(sent: AuthorityReport, reviewer: User) -> None:
    with pytest.raises(TypeError, match="void_reason"):
        correct(sent, reviewer, void_reason="x")


def test_the_second_of_two_people_is_told_and_overwrites_nothing(sent: AuthorityReport, reviewer: User) -> None:
    correct(sent, reviewer, authority="CDE")
    with pytest.raises(AuthorityReportChangedMeanwhile) as conflict:
        correct_authority_report(
            report=sent, fields={"authority": "FDA"}, reason="Typing error", seen_version=1, by=reviewer
        )
    assert conflict.value.report.authority == "CDE"
    with pytest.raises(AuthorityReportChangedMeanwhile):
        take_back_authority_report(report=sent, reason="Never sent", seen_version=1, by=reviewer)
    assert (AuthorityReport.objects.get().authority, AuthorityReport.objects.get().is_void) == ("CDE", False)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "data_manager", "auditor"])
def test_only_the_medical_monitor_corrects_and_takes_back(site: Site, sent: AuthorityReport, role: str) -> None:
    other = make_member(role, site)
    with pytest.raises(PermissionDenied):
        correct(sent, other, authority="CDE")
    with pytest.raises(PermissionDenied):
        take_back_authority_report(report=sent, reason="Never sent", seen_version=1, by=other)


# --- taking back ------------------------------------------------------------------------------------------------------


def test_a_report_that_is_taken_back_stays_and_counts_for_no_clock(
    sent: AuthorityReport, susar: SeriousCase, reviewer: User
) -> None:
    assert state_of_clock(susar) == "met"
    take_back_authority_report(report=sent, reason="Recorded with the wrong case", seen_version=1, by=reviewer)
    assert state_of_clock(susar) == "running"
    (row,) = authority_reports_of(susar)
    assert (row.report.is_void, row.report.authority, row.saves[0].reason) == (
        True,
        "NMPA",
        "Recorded with the wrong case",
    )


def test_what_is_taken_back_stays_so(sent: AuthorityReport, reviewer: User) -> None:
    take_back_authority_report(report=sent, reason="Never sent", seen_version=1, by=reviewer)
    with pytest.raises(NotAllowedNow, match="taken back"):
        correct(sent, reviewer, authority="CDE")
    with pytest.raises(NotAllowedNow, match="taken back"):
        take_back_authority_report(report=sent, reason="Again", seen_version=2, by=reviewer)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting(by=reviewer, reason="x"):
        AuthorityReport.objects.update(void_reason="")


def test_the_database_deletes_no_report_to_an_authority(sent: AuthorityReport, reviewer: User) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), acting(by=reviewer, reason="x"):
        AuthorityReport.objects.all().delete()


# --- closing ----------------------------------------------------------------------------------------------------------


def close(case: SeriousCase, by: User) -> None:
    take_step(case=case, step=Step.CLOSE, by=by)


def test_a_susar_is_not_closed_before_the_authority_is_told(
    susar: SeriousCase, investigator: User, reviewer: User
) -> None:
    with pytest.raises(PermissionDenied):
        close(susar, investigator)
    with pytest.raises(NotAllowedNow) as refusal:
        close(susar, reviewer)
    assert str(refusal.value) == (
        "SAE-0001 cannot be closed yet. Still due: Report of the SUSAR to the authority, 15 days (due by 2026-06-04)."
        " Record each report, then close the case."
    )
    assert SeriousCase.objects.get().state == "assessed"
    report_to_authority(case=susar, sent_on=TODAY, authority="NMPA", by=reviewer)
    close(susar, reviewer)
    assert SeriousCase.objects.get().state == "closed"


def test_a_fatal_susar_waits_for_its_complete_report_also_when_that_is_overdue(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer, grade=5, outcome="fatal", results_in_death=True)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "unexpected", "is_susar": True}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    report_to_authority(case=case, sent_on=TODAY, authority="NMPA", by=reviewer)
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        with pytest.raises(NotAllowedNow, match=r"Still due: Complete report .* \(due by 2026-06-04\)\."):
            close(case, reviewer)
        report_to_authority(case=case, sent_on=TODAY, authority="NMPA", is_complete=True, by=reviewer)
        close(case, reviewer)


def test_a_case_that_is_no_susar_is_closed_without(subject: Subject, investigator: User, reviewer: User) -> None:
    case = case_in_review(subject, investigator, reviewer)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "expected", "is_susar": False}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    close(case, reviewer)
    assert SeriousCase.objects.get().state == "closed"
