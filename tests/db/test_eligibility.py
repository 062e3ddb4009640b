"""Answering criteria and deciding eligibility."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from audit.history import changes
from clinical.eligibility import Standing
from patients.eligibility import eligibility_of
from patients.models import CriterionAnswer, EligibilityDecision, Subject
from patients.services.eligibility import answer_criteria, decide_eligibility
from tests.factories import (
    answer_all,
    complete_form,
    correct_form,
    make_subject,
    screened_subject,
    take_place,
    values_for,
)
from trials.models import Site
from trials.policies import NotAllowedNow

NO_SKIN_AFFECTED: dict[str, Any] = {
    f"{region}_{column}": 0
    for region in ("head", "upper_limbs", "trunk", "lower_limbs")
    for column in ("erythema", "induration", "desquamation", "area")
}
NO_PALM = dict.fromkeys(("head_palms", "upper_limbs_palms", "trunk_palms", "lower_limbs_palms"), Decimal(0))


def status_of(subject: Subject) -> str:
    return Subject.objects.get(pk=subject.pk).status


def test_a_new_subject_has_criteria_that_nobody_knows_yet(site: Site, investigator: User) -> None:
    current = eligibility_of(make_subject(site, investigator))
    assert current.overall == "unknown"
    assert "IN01" in current.codes(Standing.UNKNOWN)
    assert current.codes(Standing.SATISFIED) == ["IN03"]


def test_complete_screening_forms_and_answers_make_a_subject_eligible(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    assert eligibility_of(subject).overall == "eligible"
    decision = decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    assert (status_of(subject), decision.decided_by, decision.failed_criteria) == ("eligible", investigator, [])


def test_a_draft_counts_for_nothing(site: Site, investigator: User) -> None:
    from assessments.registry import INSTRUMENTS
    from assessments.services import save_form
    from tests.factories import entry_for

    subject = make_subject(site, investigator)
    visit = take_place(subject, "SCR", investigator)
    save_form(
        spec=INSTRUMENTS["pasi"],
        visit=visit,
        entry=entry_for("pasi", visit),
        complete=False,
        by=investigator,
        expected_version=0,
    )
    assert "IN01" in eligibility_of(subject).codes(Standing.UNKNOWN)


def test_the_decision_keeps_the_facts_as_they_were(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    decision = decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    fact = decision.facts["IN01"]["facts"]["pasi_total"]
    assert Decimal(fact["value"]) == Decimal("27.0")
    assert (fact["source"], fact["collected_on"]) == ("pasi", site.today().isoformat())
    assert decision.facts["EX02"]["answer"] is False


def test_eligible_is_refused_while_a_criterion_is_not_known_and_it_is_named(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    answer_criteria(subject=subject, answers={"EX10": None}, by=investigator, reason="Asked again")
    with pytest.raises(ValidationError, match="EX10"):
        decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    assert status_of(subject) == "screening"
    assert not EligibilityDecision.objects.exists()


def test_eligible_is_refused_while_a_criterion_fails(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    answer_criteria(subject=subject, answers={"EX02": True}, by=investigator, reason="Erythroderma seen")
    with pytest.raises(ValidationError, match="EX02"):
        decide_eligibility(subject=subject, outcome="eligible", by=investigator)


def test_screen_failure_is_refused_while_nothing_fails(site: Site, investigator: User) -> None:
    with pytest.raises(ValidationError, match="none is"):
        decide_eligibility(subject=screened_subject(site, investigator), outcome="screen_failure", by=investigator)


def test_a_screen_failure_names_the_criteria_and_cancels_what_waits(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    answer_criteria(subject=subject, answers={"EX02": True}, by=investigator, reason="Erythroderma seen")
    decision = decide_eligibility(subject=subject, outcome="screen_failure", by=investigator)
    assert decision.failed_criteria == ["EX02"]
    assert status_of(subject) == "screen_failure"
    assert set(subject.visits.exclude(code="SCR").values_list("outcome", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("outcome", ["eligible", "screen_failure"])
def test_eligibility_is_decided_once(site: Site, investigator: User, outcome: str) -> None:
    subject = screened_subject(site, investigator)
    decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    with pytest.raises(NotAllowedNow, match="has been decided"):
        decide_eligibility(subject=subject, outcome=outcome, by=investigator)


def test_answers_are_closed_by_the_decision(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    with pytest.raises(NotAllowedNow, match="no longer be answered"):
        answer_criteria(subject=subject, answers={"EX02": True}, by=investigator, reason="Seen again")


@pytest.mark.parametrize("reason", ["", "  "])
@pytest.mark.parametrize("answer", [True, None])
def test_an_answer_is_not_changed_or_taken_back_without_a_reason(
    site: Site, investigator: User, answer: bool | None, reason: str
) -> None:
    subject = make_subject(site, investigator)
    answer_all(subject, investigator)
    with pytest.raises(ValidationError, match="EX02"):
        answer_criteria(subject=subject, answers={"EX02": answer}, by=investigator, reason=reason)
    assert CriterionAnswer.objects.get(subject=subject, criterion_code="EX02").applies is False


def test_the_same_answer_again_needs_no_reason(site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    answer_all(subject, investigator)
    answer_all(subject, investigator)
    assert len(changes(CriterionAnswer.objects.get(subject=subject, criterion_code="EX02"), ["applies"])) == 1


def test_a_corrected_result_changes_the_standing(site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    visit = take_place(subject, "SCR", investigator)
    complete_form(visit, "psoriasis_history", investigator)
    complete_form(visit, "bsa", investigator, **NO_PALM)
    complete_form(visit, "pasi", investigator, **NO_SKIN_AFFECTED)
    assert "IN01" in eligibility_of(subject).codes(Standing.FAILED)
    correct_form(visit, "pasi", investigator, **values_for("pasi", visit))
    assert "IN01" in eligibility_of(subject).codes(Standing.SATISFIED)


@pytest.mark.parametrize(
    ("birth_date", "standing"),
    [
        (date(1960, 5, 21), Standing.SATISFIED),
        (date(1960, 5, 20), Standing.FAILED),
        (date(2008, 5, 20), Standing.SATISFIED),
        (date(2008, 5, 21), Standing.FAILED),
    ],
    ids=["65 until tomorrow", "66 today", "18 today", "17 until tomorrow"],
)
def test_the_age_limits_hold_on_the_day_of_consent(
    site: Site, investigator: User, birth_date: date, standing: Standing
) -> None:
    import time_machine

    with time_machine.travel("2026-05-20T04:00:00Z", tick=False):
        subject = make_subject(site, investigator)
        complete_form(take_place(subject, "SCR", investigator), "demographics", investigator, birth_date=birth_date)
        assert "IN02" in eligibility_of(subject).codes(standing)
