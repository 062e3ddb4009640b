"""What each criterion makes of the facts: intervals counted to the first treatment, what is missing, who is asked."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, mark_not_done, save_form
from clinical.eligibility import Standing
from patients.eligibility import SubjectEligibility, eligibility_of
from patients.models import Subject, Visit
from patients.selectors.eligibility import missing_of
from patients.services.eligibility import decide_eligibility
from tests.factories import answer_all, complete_all, complete_form, make_subject, results_for, take_place, values_for
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
PLANNED_TREATMENT = TODAY + timedelta(days=14)
"""Of a subject who consents today."""


@pytest.fixture
def visit(site: Site, investigator: User) -> Visit:
    """The screening visit of a new subject, without forms."""
    return take_place(make_subject(site, investigator), "SCR", investigator)


def complete_without(visit: Visit, code: str, by: User, *items: str) -> None:
    """The form, complete, but with a coded reason in place of these values."""
    entry = Entry(
        values={**values_for(code, visit), **dict.fromkeys(items)},
        assessed_on=visit.occurred_on,
        missing=dict.fromkeys(items, "unknown"),
    )
    save_form(spec=INSTRUMENTS[code], visit=visit, entry=entry, complete=True, by=by, expected_version=0)


def complete_others(visit: Visit, by: User, *but: str) -> None:
    """All other forms of the visit, and all answers."""
    for code in ("demographics", "psoriasis_history", "previous_treatment", "reproductive_status"):
        if code not in but:
            complete_form(visit, code, by)
    for code in ("vital_signs", "pasi", "bsa", "laboratory", "zung_sas", "zung_sds"):
        if code not in but:
            complete_form(visit, code, by)
    answer_all(visit.subject, by)


def standing_of(subject: Subject, code: str) -> Standing:
    return next(row.standing for row in eligibility_of(subject).criteria if row.criterion.code == code)


def missing(current: SubjectEligibility) -> dict[str, tuple[set[str], bool]]:
    return {gap.row.criterion.code: (set(gap.facts), gap.is_question_open) for gap in missing_of(current)}


def test_without_calcium_eligibility_is_unknown_and_calcium_is_what_is_missing(
    visit: Visit, investigator: User
) -> None:
    entry = Entry(
        values={**values_for("laboratory", visit), "results": results_for("laboratory", visit, CA=None)},
        assessed_on=visit.occurred_on,
        missing={"results-CA-result": "unknown"},
    )
    spec = INSTRUMENTS["laboratory"]
    save_form(spec=spec, visit=visit, entry=entry, complete=True, by=investigator, expected_version=0)
    complete_others(visit, investigator, "laboratory")
    current = eligibility_of(visit.subject)
    assert current.overall == "unknown"
    assert missing(current) == {"EX05b": ({"calcium_mmol_l"}, False)}
    with pytest.raises(ValidationError, match="not known: EX05b"):
        decide_eligibility(subject=visit.subject, outcome="eligible", by=investigator)
    with pytest.raises(ValidationError, match="none is"):
        decide_eligibility(subject=visit.subject, outcome="screen_failure", by=investigator)


def test_an_answered_question_is_not_missing_beside_a_scale_that_is(visit: Visit, investigator: User) -> None:
    complete_others(visit, investigator, "zung_sds")
    assert missing(eligibility_of(visit.subject)) == {"EX04": ({"zung_sds_index"}, False)}


def test_an_open_question_is_all_that_is_missing_where_the_facts_are_known(visit: Visit, investigator: User) -> None:
    complete_all(visit, investigator)
    gaps = missing(eligibility_of(visit.subject))
    assert set(gaps) == {"EX02", "EX04", "EX05a", "EX05g", "EX06", "EX07", "EX10"}
    assert set(map(str, gaps.values())) == {str((set(), True))}


def test_what_would_decide_nothing_is_not_missing(visit: Visit, investigator: User) -> None:
    complete_without(visit, "previous_treatment", investigator, "systemic_use", "systemic_last_on")
    current = eligibility_of(visit.subject)
    # Phototherapy was never used: the day of its last use does not exist and is not waited for.
    assert missing(current)["EX09b"] == ({"systemic_use", "days_since_systemic_last"}, False)
    shown = next(row.telling_facts for row in current.criteria if row.criterion.code == "EX09b")
    assert "days_since_phototherapy_last" not in {fact.code for fact in shown}


@pytest.mark.parametrize(
    ("criterion", "use", "last_on", "days"),
    [
        ("EX08", "trial_participation", "trial_participation_last_on", 30),
        ("EX09a", "topical_use", "topical_last_on", 14),
        ("EX09b", "systemic_use", "systemic_last_on", 28),
        ("EX09b", "phototherapy_use", "phototherapy_last_on", 28),
        ("EX09c", "biologic_use", "biologic_last_on", 84),
    ],
)
def test_a_wash_out_is_counted_to_the_planned_first_treatment(
    site: Site, investigator: User, criterion: str, use: str, last_on: str, days: int
) -> None:
    def with_last_use(days_before: int) -> Standing:
        subject = make_subject(site, investigator)
        day = PLANNED_TREATMENT - timedelta(days=days_before)
        complete_form(
            take_place(subject, "SCR", investigator), "previous_treatment", investigator, **{use: "past", last_on: day}
        )
        return standing_of(subject, criterion)

    assert with_last_use(days) == Standing.SATISFIED
    # The planned treatment is 14 days away: nobody can record today a last use that is nearer to it.
    if days > 14:
        assert with_last_use(days - 1) == Standing.FAILED


@pytest.mark.parametrize("use", ["topical_use", "systemic_use", "phototherapy_use", "biologic_use"])
def test_what_is_still_used_keeps_out_whatever_the_days(visit: Visit, investigator: User, use: str) -> None:
    changed: dict[str, Any] = {use: "ongoing", use.replace("_use", "_last_on"): None}
    complete_form(visit, "previous_treatment", investigator, **changed)
    failed = eligibility_of(visit.subject).codes(Standing.FAILED)
    assert len(failed) == 1
    assert failed[0].startswith("EX09")


@pytest.mark.parametrize(("days", "standing"), [(365, Standing.FAILED), (366, Standing.SATISFIED)])
@pytest.mark.parametrize("state", ["pregnancy", "lactation"])
def test_pregnancy_and_lactation_keep_out_for_365_days(
    visit: Visit, investigator: User, state: str, days: int, standing: Standing
) -> None:
    complete_form(visit, "demographics", investigator, sex="F")
    ended_on = PLANNED_TREATMENT - timedelta(days=days)
    complete_form(visit, "reproductive_status", investigator, **{state: "past", f"{state}_ended_on": ended_on})
    assert standing_of(visit.subject, "EX03") == standing


def test_a_man_needs_no_form_on_reproduction(visit: Visit, investigator: User) -> None:
    complete_others(visit, investigator, "reproductive_status")
    mark_not_done(
        spec=INSTRUMENTS["reproductive_status"],
        visit=visit,
        reason_not_done="Male",
        by=investigator,
        expected_version=0,
    )
    assert standing_of(visit.subject, "EX03") == Standing.SATISFIED
    assert eligibility_of(visit.subject).overall == "eligible"


def test_of_a_woman_without_the_form_everything_in_it_is_missing(visit: Visit, investigator: User) -> None:
    complete_form(visit, "demographics", investigator, sex="F")
    facts = {"pregnancy", "pregnancy_test", "lactation", "days_since_pregnancy_ended", "days_since_lactation_ended"}
    assert missing(eligibility_of(visit.subject))["EX03"] == (facts, False)


@pytest.mark.parametrize("test", ["negative", "not_done"])
def test_a_test_that_was_not_done_does_not_keep_a_woman_out(visit: Visit, investigator: User, test: str) -> None:
    complete_form(visit, "demographics", investigator, sex="F")
    day = visit.occurred_on if test == "negative" else None
    complete_form(visit, "reproductive_status", investigator, pregnancy_test=test, pregnancy_test_on=day)
    assert standing_of(visit.subject, "EX03") == Standing.SATISFIED


def test_the_decision_keeps_the_day_that_an_interval_was_counted_from(visit: Visit, investigator: User) -> None:
    complete_all(visit, investigator)
    answer_all(visit.subject, investigator)
    decision = decide_eligibility(subject=visit.subject, outcome="eligible", by=investigator)
    decision.refresh_from_db()
    assert decision.facts["EX09a"]["facts"]["days_since_topical_last"] == {
        "value": "54",
        "unit": "days",
        "collected_on": "2026-05-20",
        "source": "previous_treatment",
        "since": "2026-04-10",
    }
    assert decision.facts["EX09b"]["facts"]["days_since_phototherapy_last"]["value"] is None
