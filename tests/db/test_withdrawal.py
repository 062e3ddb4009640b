"""Withdrawal of consent: what each one closes, and what it leaves as it is."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.selectors import casebook, drafts_left
from assessments.services import save_form
from audit.history import changes
from notifications.models import Reminder
from patients.models import ConsentWithdrawal, InformedConsent, Subject, Visit
from patients.policies import may_receive_data
from patients.selectors.consent import (
    data_may_be_used,
)
from patients.selectors.deviations import deviations_to_complete
from patients.services.consent import correct_consent, record_consent, withdraw_consent
from patients.services.deviations import complete_deviation, report_deviation, void_deviation
from patients.services.enrolment import end_participation
from patients.services.extra_visits import add_unscheduled_visit
from patients.services.reminders import sweep_visit_windows
from patients.services.visits import correct_visit_date
from safety.services import correct_adverse_event, record_adverse_event
from tests.factories import (
    PLANNED_VISITS,
    complete_form,
    enrolled_subject,
    entry_for,
    infused_subject,
    make_subject,
    screened_subject,
    take_place,
)
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def sign(subject: Subject, by: User, on: date = TODAY, version: str = "2.0", language: str = "zh") -> InformedConsent:
    return record_consent(subject=subject, signed_on=on, sheet_version=version, language=language, by=by)


def correct(consent: InformedConsent, by: User, *, seen: int = 1, reason: str = "Typing error", **to: Any) -> Any:
    values = {name: getattr(consent, name) for name in ("signed_on", "sheet_version", "language")}
    return correct_consent(consent=consent, seen_version=seen, reason=reason, by=by, **{**values, **to})


def withdraw(subject: Subject, scope: str, by: User, on: date = TODAY, reason: str = "") -> ConsentWithdrawal:
    return withdraw_consent(subject=subject, scope=scope, withdrawn_on=on, reason=reason, by=by)


def outcomes(subject: Subject) -> dict[str, str]:
    return dict(subject.visits.values_list("code", "outcome"))


def fever(onset_on: date) -> dict[str, Any]:
    return {
        "term": "Fever",
        "onset": onset_on.isoformat(),
        "grade": 1,
        "is_serious": False,
        "relation": "possible",
        "action_taken": "dose_not_changed",
        "outcome": "not_recovered",
    }


def test_withdrawal_from_treatment_leads_to_follow_up_and_keeps_the_visits(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=25)
    withdraw(subject, "treatment", investigator, TODAY - DAY, "Afraid of needles")
    subject.refresh_from_db()
    assert (subject.status, subject.ended_on) == ("follow_up", None)
    assert [code for code, outcome in outcomes(subject).items() if not outcome] == list(PLANNED_VISITS[2:])
    last = changes(subject, ["status"])[-1]
    assert last.reason == "Consent withdrawn (treatment): Afraid of needles"
    visit = take_place(subject, "W4", investigator)
    complete_form(visit, "pasi", investigator)
    with pytest.raises(NotAllowedNow, match="withdrew from treatment on 2026-05-19"):
        complete_form(visit, "infusion", investigator)
    row = next(row for row in casebook(subject) if row.entry.visit.code == "W4")
    assert {cell.spec.code: cell.can_be_entered for cell in row.cells}["infusion"] is False
    assert {cell.spec.code: cell.can_be_entered for cell in row.cells}["pasi"] is True


def test_treatment_given_earlier_on_the_day_of_withdrawal_is_recorded(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=28)
    withdraw(subject, "treatment", investigator)
    complete_form(take_place(subject, "W4", investigator), "infusion", investigator)


def test_the_day_of_a_treatment_is_not_corrected_to_one_after_the_withdrawal(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=30)
    treated = take_place(subject, "W4", investigator, on=TODAY - 4 * DAY)
    complete_form(treated, "infusion", investigator)
    seen = add_unscheduled_visit(subject=subject, occurred_on=TODAY - 4 * DAY, why="Itching", by=investigator)
    withdraw(subject, "treatment", investigator, TODAY - 3 * DAY)
    with pytest.raises(NotAllowedNow, match="withdrew from treatment"):
        correct_visit_date(visit=treated, occurred_on=TODAY - 2 * DAY, reason="Typing error", by=investigator)
    for visit, day in ((treated, TODAY - 3 * DAY), (seen, TODAY - 2 * DAY)):
        assert correct_visit_date(visit=visit, occurred_on=day, reason="Source", by=investigator).occurred_on == day


def test_treatment_is_not_withdrawn_for_a_day_before_it_was_given(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=30)
    complete_form(take_place(subject, "W4", investigator, on=TODAY - 2 * DAY), "infusion", investigator)
    for day in (TODAY - 3 * DAY, TODAY - 31 * DAY):
        with pytest.raises(NotAllowedNow, match=r"before the (treatment|consent)"):
            withdraw(subject, "treatment", investigator, day)
    assert not subject.withdrawals.exists()


def test_treatment_that_has_not_begun_or_is_over_is_not_withdrawn(site: Site, investigator: User) -> None:
    with pytest.raises(NotAllowedNow, match="has not been treated yet; record a withdrawal from treatment and follow"):
        withdraw(enrolled_subject(site, investigator), "treatment", investigator)
    treated = infused_subject(site, investigator, days_ago=112)
    take_place(treated, "W16", investigator)
    with pytest.raises(NotAllowedNow, match="no treatment left"):
        withdraw(treated, "treatment", investigator)


def test_reminders_go_on_after_withdrawal_from_treatment_and_stop_after_that_from_follow_up(
    site: Site, coordinator: User, investigator: User
) -> None:
    stays, goes = (infused_subject(site, investigator, days_ago=25) for _n in range(2))
    withdraw(stays, "treatment", investigator)
    withdraw(goes, "follow_up", investigator)
    sweep_visit_windows(timezone.now())
    told = Reminder.objects.filter(recipient=coordinator).values_list("facts__number", flat=True)
    assert set(told) == {stays.number}


def test_withdrawal_from_follow_up_ends_participation_and_leaves_done_visits_open(
    site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator, days_ago=28)
    visit = take_place(subject, "W4", investigator, on=TODAY - DAY)
    withdraw(subject, "follow_up", investigator)
    subject.refresh_from_db()
    assert (subject.status, subject.ended_on) == ("withdrawn", TODAY)
    assert outcomes(subject)["W4"] == "done"
    assert set(outcomes(subject).values()) == {"done", "cancelled"}
    complete_form(visit, "pasi", investigator)
    with pytest.raises(NotAllowedNow):
        take_place(subject, "W8", investigator)


def test_participation_does_not_end_before_a_visit_that_took_place(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=3)
    with pytest.raises(NotAllowedNow, match=r"2026-05-17, which has taken place|before the consent"):
        withdraw(subject, "follow_up", investigator, TODAY - 4 * DAY)
    subject = screened_subject(site, investigator, TODAY - 3 * DAY)
    correct(subject.consents.get(), investigator, signed_on=TODAY - 5 * DAY)
    with pytest.raises(NotAllowedNow, match="2026-05-17, which has taken place"):
        withdraw(subject, "follow_up", investigator, TODAY - 4 * DAY)
    assert not ConsentWithdrawal.objects.exists()


def test_after_withdrawal_of_data_use_nothing_is_entered_or_corrected(
    trial: Trial, site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator, days_ago=28)
    event = record_adverse_event(subject=subject, fields=fever(TODAY - DAY), by=investigator)
    visit = take_place(subject, "W4", investigator)
    noticed = subject.deviations.first()
    assert list(deviations_to_complete(investigator, trial)) == [noticed]
    withdraw(subject, "data_use", investigator)
    assert list(deviations_to_complete(investigator, trial)) == []
    subject.refresh_from_db()
    said = {"category": "visit", "description": "A day early"}
    assert (subject.status, subject.ended_on) == ("withdrawn", TODAY)
    attempts = (
        lambda: complete_form(visit, "pasi", investigator),
        lambda: record_adverse_event(subject=subject, fields=fever(TODAY), by=investigator),
        lambda: correct_adverse_event(
            event=event, fields={"term": "Chill"}, reason="Typing error", seen_version=1, by=investigator
        ),
        lambda: correct_visit_date(visit=visit, occurred_on=TODAY, reason="Typing error", by=investigator),
        lambda: correct(subject.consents.get(), investigator, language="en"),
        lambda: report_deviation(subject=subject, occurred_on=TODAY, by=investigator, **said),
        lambda: complete_deviation(
            deviation=noticed, severity="minor", cause="-", action="-", expected_version=1, by=investigator, **said
        ),
        lambda: void_deviation(deviation=noticed, expected_version=1, reason="None", by=investigator),
        lambda: sign(subject, investigator),
        lambda: may_receive_data(subject),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowedNow, match="withdrawn the use of the data"):
            attempt()


def test_data_that_may_not_be_used_are_left_out(site: Site, investigator: User) -> None:
    kept, ended, gone = (make_subject(site, investigator) for _n in range(3))
    withdraw(ended, "follow_up", investigator)
    withdraw(gone, "data_use", investigator)
    assert set(data_may_be_used(Subject.objects.all())) == {kept, ended}


def test_withdrawals_go_further_and_are_never_repeated(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=28)
    withdraw(subject, "treatment", investigator, TODAY - 3 * DAY)
    with pytest.raises(NotAllowedNow, match="“Treatment only” already"):
        withdraw(subject, "treatment", investigator)
    with pytest.raises(NotAllowedNow, match="before the earlier withdrawal"):
        withdraw(subject, "follow_up", investigator, TODAY - 4 * DAY)
    withdraw(subject, "follow_up", investigator, TODAY - 2 * DAY)
    subject.refresh_from_db()
    with pytest.raises(NotAllowedNow, match="already"):
        withdraw(subject, "treatment", investigator)
    withdraw(subject, "data_use", investigator)
    subject.refresh_from_db()
    assert subject.ended_on == TODAY - 2 * DAY
    with pytest.raises(NotAllowedNow, match="already"):
        withdraw(subject, "data_use", investigator)
    assert list(subject.withdrawals.values_list("scope", flat=True)) == ["treatment", "follow_up", "data_use"]


def test_who_left_otherwise_can_still_withdraw_the_use_of_the_data(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 5 * DAY)
    end_participation(subject=subject, status="withdrawn", ended_on=TODAY - DAY, reason="Lost", by=coordinator)
    subject.refresh_from_db()
    with pytest.raises(NotAllowedNow, match="only the use of the data"):
        withdraw(subject, "follow_up", coordinator)
    with pytest.raises(NotAllowedNow, match="before the end of participation"):
        withdraw(subject, "data_use", coordinator, TODAY - 2 * DAY)
    assert not subject.withdrawals.exists()
    withdraw(subject, "data_use", coordinator)


@pytest.mark.parametrize(("day", "message"), [(TODAY + DAY, "future"), (TODAY - 4 * DAY, "before the consent")])
def test_a_withdrawal_lies_between_consent_and_today(site: Site, coordinator: User, day: date, message: str) -> None:
    subject = make_subject(site, coordinator, TODAY - 3 * DAY)
    with pytest.raises(NotAllowedNow, match=message):
        withdraw(subject, "follow_up", coordinator, day)


def test_a_draft_of_a_subject_who_withdrew_the_data_is_nobodys_task(
    trial: Trial, site: Site, investigator: User
) -> None:
    subject = make_subject(site, investigator)
    visit = take_place(subject, "SCR", investigator)
    visit = Visit.objects.select_related("subject__site").get(pk=visit.pk)
    entry = entry_for("pasi", visit)
    save_form(spec=INSTRUMENTS["pasi"], visit=visit, entry=entry, complete=False, by=investigator, expected_version=0)
    assert len(drafts_left(investigator, trial, at_most=9)) == 1
    withdraw(subject, "data_use", investigator)
    assert drafts_left(investigator, trial, at_most=9) == []
