"""Facts that were corrected, and days that would turn the order of the trial around."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from assessments.context import context_of
from assessments.registry import INSTRUMENTS
from assessments.services import mark_not_done, save_form
from patients.models import Subject, Visit
from patients.services.eligibility import decide_eligibility
from patients.services.enrolment import end_participation, enrol
from patients.services.visits import correct_visit_date
from tests.factories import (
    answer_all,
    clear,
    complete_all,
    complete_form,
    enrolled_subject,
    entry_for,
    infused_subject,
    make_subject,
    screened_subject,
    take_place,
    values_for,
)
from trials.models import Site
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


def visit_of(subject: Subject, code: str) -> Visit:
    return Visit.objects.get(subject=subject, code=code)


def take_in(subject: Subject, by: User, **changed: Any) -> Subject:
    arm = protocol_of(subject.protocol_version).arms[0].code
    return enrol(**{"subject": subject, "arm_code": arm, "enrolled_on": subject.site.today(), "by": by, **changed})


def test_a_subject_whose_facts_fail_after_the_decision_is_not_enrolled(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    visit = visit_of(subject, "SCR")
    for code, zero in (("pasi", 0), ("bsa", Decimal(0))):
        save_form(
            spec=INSTRUMENTS[code],
            visit=visit,
            entry=entry_for(code, visit, **{name: zero for name in values_for(code, visit) if name != "method"}),
            complete=True,
            by=investigator,
            expected_version=1,
            reason="typing error",
        )
    with pytest.raises(NotAllowedNow, match="changed since"):
        take_in(subject, investigator)


def test_enrolment_does_not_precede_the_screening_visit(site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator, signed_on=site.today() - timedelta(days=10))
    complete_all(take_place(subject, "SCR", investigator), investigator)
    subject = _decided(subject, investigator)
    with pytest.raises(NotAllowedNow, match="has taken place"):
        take_in(subject, investigator, enrolled_on=site.today() - timedelta(days=5))


def _decided(subject: Subject, by: User) -> Subject:
    answer_all(subject, by)
    decide_eligibility(subject=subject, outcome="eligible", by=by)
    return subject


def test_participation_does_not_end_before_the_last_visit(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    take_place(subject, "W4", investigator)
    yesterday = site.today() - timedelta(days=1)
    with pytest.raises(NotAllowedNow, match="has taken place"):
        end_participation(subject=subject, status="withdrawn", ended_on=yesterday, reason="own wish", by=investigator)


def test_no_visit_moves_behind_the_end_of_participation(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    ended_on = site.today() - timedelta(days=30)
    end_participation(subject=subject, status="withdrawn", ended_on=ended_on, reason="own wish", by=investigator)
    with pytest.raises(NotAllowedNow, match="end of participation"):
        correct_visit_date(
            visit=visit_of(subject, "W0"), occurred_on=site.today(), reason="typing error", by=investigator
        )


@pytest.mark.parametrize(("code", "why"), [("W0", "takes place after this one"), ("SCR", "takes place before it")])
def test_a_corrected_day_keeps_the_order_of_the_visits(site: Site, investigator: User, code: str, why: str) -> None:
    subject = infused_subject(site, investigator, days_ago=40)
    take_place(subject, "W4", investigator, on=site.today() - timedelta(days=12))
    with pytest.raises(NotAllowedNow, match=why):
        correct_visit_date(
            visit=visit_of(subject, code), occurred_on=site.today(), reason="typing error", by=investigator
        )


def test_a_form_opened_before_the_day_of_its_visit_was_corrected_is_checked_against_the_new_day(
    site: Site, investigator: User
) -> None:
    today = site.today()
    opened = take_place(enrolled_subject(site, investigator, today - timedelta(days=5)), "W0", investigator)
    entry = entry_for("infusion", opened)
    clear(opened, investigator)
    correct_visit_date(visit=opened, occurred_on=today - timedelta(days=1), reason="source document", by=investigator)
    with pytest.raises(ValidationError, match="day of the visit"):
        save_form(
            spec=INSTRUMENTS["infusion"], visit=opened, entry=entry, complete=True, by=investigator, expected_version=0
        )


def test_another_reason_for_a_form_not_done_needs_a_reason_for_the_change(site: Site, coordinator: User) -> None:
    visit = take_place(make_subject(site, coordinator), "SCR", coordinator)
    form: Any = {"spec": INSTRUMENTS["bsa"], "visit": visit, "by": coordinator}
    mark_not_done(**form, reason_not_done="subject was ill", expected_version=0)
    with pytest.raises(ValidationError, match="Say why"):
        mark_not_done(**form, reason_not_done="device broken", expected_version=1)


def test_before_the_first_infusion_the_newest_earlier_results_are_the_baseline(site: Site, investigator: User) -> None:
    visit = take_place(enrolled_subject(site, investigator), "W0", investigator)
    assert context_of(visit, INSTRUMENTS["vital_signs"]).baseline["weight_kg"] == Decimal("70")


def test_a_later_visit_does_not_come_before_the_first_infusion(site: Site, investigator: User) -> None:
    subject = enrolled_subject(site, investigator, signed_on=site.today() - timedelta(days=40))
    first = take_place(subject, "W0", investigator, on=site.today() - timedelta(days=30))
    complete_form(first, "vital_signs", investigator)
    complete_form(first, "infusion", investigator)
    with pytest.raises(NotAllowedNow, match="before the first infusion"):
        take_place(subject, "W4", investigator, on=site.today() - timedelta(days=35))


def test_the_first_infusion_is_not_declared_not_done_once_visits_are_planned_from_it(
    site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator)
    with pytest.raises(NotAllowedNow, match="planned from this infusion"):
        mark_not_done(
            spec=INSTRUMENTS["infusion"],
            visit=visit_of(subject, "W0"),
            reason_not_done="Bag broken",
            by=investigator,
            expected_version=1,
            reason="Correction",
        )
