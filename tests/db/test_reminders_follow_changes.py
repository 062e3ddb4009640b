"""What changes the record asks for a sweep once it is committed, and a sweep does the work of all changes before it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from notifications.models import LastRun
from patients.models import Subject
from patients.services.consent import record_consent
from patients.services.eligibility import decide_eligibility
from patients.services.enrolment import enrol
from patients.services.reminders import sweep_since
from patients.services.visits import miss_visit, record_visit, reopen_visit
from tests.factories import correct_form, make_sheet, make_subject
from tests.worlds import NOW
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
KINDS = ["visit_window", "consent_renewal", "eligibility"]
Capture = Callable[..., Any]


def asks(capture: Capture, act: Callable[[], object]) -> bool:
    """Whether the act leaves something to be done after the commit; nothing else in the house does."""
    with capture() as callbacks:
        act()
    return bool(callbacks)


def test_registration_and_a_recorded_visit_ask_for_a_sweep(
    site: Site, coordinator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    capture = django_capture_on_commit_callbacks
    assert asks(capture, lambda: make_subject(site, coordinator))
    visit = Subject.objects.get().visits.get(code="SCR")
    assert asks(capture, lambda: record_visit(visit=visit, occurred_on=TODAY, by=coordinator))


def test_a_missed_visit_and_one_that_is_opened_again_ask_for_a_sweep(
    infused: Subject, coordinator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    capture = django_capture_on_commit_callbacks
    visit = infused.visits.get(code="W4")
    with time_machine.travel(NOW + 60 * DAY):
        assert asks(capture, lambda: miss_visit(visit=visit, reason="Away", by=coordinator))
        visit.refresh_from_db()
        assert asks(capture, lambda: reopen_visit(visit=visit, reason="By mistake", by=coordinator))


def test_a_further_consent_asks_for_a_sweep(
    site: Site, coordinator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    subject = make_subject(site, coordinator, TODAY - 5 * DAY)
    make_sheet(site.trial, "2.0", valid_from=TODAY, must_be_signed_again=True)
    signed = {"signed_on": TODAY, "sheet_version": "2.0", "language": "zh"}
    assert asks(django_capture_on_commit_callbacks, lambda: record_consent(subject=subject, **signed, by=coordinator))


def test_a_decision_and_what_makes_it_stale_ask_for_a_sweep(
    screened: Subject, investigator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    capture = django_capture_on_commit_callbacks
    assert asks(capture, lambda: decide_eligibility(subject=screened, outcome="eligible", by=investigator))
    regions = ("head", "upper_limbs", "trunk", "lower_limbs")
    healed = {f"{r}_{c}": 0 for r in regions for c in ("erythema", "induration", "desquamation", "area")}
    visit = screened.visits.get(code="SCR")
    assert asks(capture, lambda: correct_form(visit, "pasi", investigator, **healed))


def test_enrolment_asks_for_a_sweep(
    eligible: Subject, investigator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    assert asks(
        django_capture_on_commit_callbacks,
        lambda: enrol(subject=eligible, arm_code="ADMSC", enrolled_on=TODAY, by=investigator),
    )


def test_a_form_that_moves_no_reminder_asks_for_nothing(
    infused: Subject, coordinator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    visit = infused.visits.get(code="W0")
    assert not asks(
        django_capture_on_commit_callbacks, lambda: correct_form(visit, "vital_signs", coordinator, pulse_per_min=71)
    )


def test_only_sweeps_that_have_not_looked_since_the_change_are_run(site: Site, coordinator: User) -> None:
    assert sweep_since(NOW) == KINDS
    assert sweep_since(NOW - timedelta(seconds=1)) == []
    assert sweep_since(NOW) == KINDS  # a change at the very moment may have been committed after the look
    LastRun.objects.filter(name="eligibility").update(ran_at=NOW - DAY)
    assert sweep_since(NOW - timedelta(hours=1)) == ["eligibility"]
