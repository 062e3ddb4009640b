"""Events that graded results and ticked reactions suggest: found, taken up, turned down, and found anew."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from assessments.form_specs import ROW_KEY
from audit.context import acting
from audit.history import changes
from patients.models import ConsentWithdrawal, Finding, Subject, Visit
from safety.models import AdverseEvent, SuggestionDecision
from safety.selectors.suggestions import Suggestion, open_suggestion, open_suggestions, subjects_with_suggestions
from safety.services import decide_suggestion, record_adverse_event
from tests.factories import (
    complete_form,
    correct_form,
    make_member,
    make_subject,
    results_for,
    screened_subject,
    take_place,
)
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
RAISED: dict[str, Any] = {
    "term": "Alanine aminotransferase increased",
    "onset": "2026-05-20",
    "grade": 2,
    "is_serious": False,
    "relation": "possible",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    subject = make_subject(site, coordinator, TODAY - timedelta(days=3))
    return take_place(subject, "SCR", coordinator)


def report(visit: Visit, by: User, **results: str | None) -> None:
    complete_form(visit, "laboratory", by, results=results_for("laboratory", visit, **results))


def corrected(visit: Visit, by: User, **results: str | None) -> None:
    correct_form(visit, "laboratory", by, results=results_for("laboratory", visit, **results))


def found(subject: Subject) -> list[tuple[str, int | None]]:
    return [(each.term, each.grade) for each in open_suggestions(subject)]


def only(subject: Subject) -> Suggestion:
    (suggestion,) = open_suggestions(subject)
    return suggestion


def test_grade_and_term_of_a_complete_report_are_findings(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    stored = {f.test_code: f.value for f in Finding.objects.filter(visit=visit, test_code__contains="ctcae")}
    assert (stored["alt_ctcae_grade"], stored["alt_ctcae_term"]) == (2, "Alanine aminotransferase increased")
    assert stored["ast_ctcae_grade"] == 0
    assert "ast_ctcae_term" not in stored


def test_results_from_grade_one_on_suggest_an_event(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="41", PLAT="49")
    assert found(visit.subject) == [
        ("Alanine aminotransferase increased", 1),
        ("Platelet count decreased", 3),
    ]


def test_results_without_a_grade_suggest_nothing(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator)
    assert found(visit.subject) == []


@pytest.mark.parametrize(("own", "suggested"), [("0", []), ("3", [("Alanine aminotransferase increased", 3)])])
def test_the_grade_of_the_investigator_goes_before(
    visit: Visit, coordinator: User, own: str, suggested: list[tuple[str, int]]
) -> None:
    rows = results_for("laboratory", visit, ALT="130")
    rows = tuple({**row, "investigator_grade": int(own)} if row[ROW_KEY] == "ALT" else row for row in rows)
    complete_form(visit, "laboratory", coordinator, results=rows)
    assert found(visit.subject) == suggested


def test_a_suggestion_says_where_it_comes_from_and_what_to_fill_in(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    suggestion = only(visit.subject)
    assert suggestion.source == f"laboratory:{visit.pk}:ALT:2"
    assert suggestion.because == "Laboratory: alanine aminotransferase (ALT), grade 2"
    assert suggestion.initial == {
        "term": "Alanine aminotransferase increased",
        "term_code": "other",
        "onset": "2026-05-20",
        "grade": 2,
        "visit": visit.pk,
    }


def test_a_sample_from_before_the_visit_did_not_follow_it(visit: Visit, coordinator: User) -> None:
    rows = results_for("laboratory", visit, ALT="130")
    complete_form(visit, "laboratory", coordinator, results=rows, sampled_on=TODAY - timedelta(days=1))
    suggestion = only(visit.subject)
    assert suggestion.initial["onset"] == "2026-05-19"
    assert "visit" not in suggestion.initial


def test_a_ticked_reaction_suggests_an_infusion_related_reaction_without_a_grade(
    infused: Subject, investigator: User
) -> None:
    assert found(infused) == []
    correct_form(infused.visits.get(code="W0"), "infusion", investigator, has_reaction="Y")
    suggestion = only(infused)
    assert (suggestion.term_code, suggestion.grade) == ("infusion_related_reaction", None)
    assert "grade" not in suggestion.initial
    assert "reaction is ticked" in suggestion.because


def test_an_event_that_takes_it_up_is_stored_with_the_decision(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    source = only(visit.subject).source
    event = record_adverse_event(subject=visit.subject, fields=RAISED, by=coordinator, suggestion=source)
    decision = SuggestionDecision.objects.get()
    assert (decision.event, decision.source, decision.reason) == (event, source, "")
    assert [change.by for change in changes(decision, ["source"])] == [str(coordinator)]
    assert found(visit.subject) == []


def test_an_event_that_is_refused_leaves_the_suggestion_open(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    source = only(visit.subject).source
    with pytest.raises(ValidationError):
        record_adverse_event(subject=visit.subject, fields={**RAISED, "grade": 5}, by=coordinator, suggestion=source)
    assert (AdverseEvent.objects.count(), only(visit.subject).source) == (0, source)


def test_a_suggestion_is_turned_down_for_a_reason_that_is_kept(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    source = only(visit.subject).source
    decide_suggestion(subject=visit.subject, source=source, reason=" Sample haemolysed ", by=coordinator)
    assert SuggestionDecision.objects.get().reason == "Sample haemolysed"
    assert found(visit.subject) == []


def test_a_suggestion_can_belong_to_an_event_that_is_recorded(visit: Visit, coordinator: User) -> None:
    event = record_adverse_event(subject=visit.subject, fields=RAISED, by=coordinator)
    report(visit, coordinator, ALT="130")
    decide_suggestion(subject=visit.subject, source=only(visit.subject).source, event=event, by=coordinator)
    assert SuggestionDecision.objects.get().event == event


def test_a_decision_needs_an_event_or_a_reason_and_not_both(site: Site, visit: Visit, coordinator: User) -> None:
    event = record_adverse_event(subject=visit.subject, fields=RAISED, by=coordinator)
    report(visit, coordinator, ALT="130")
    decision: dict[str, Any] = {"subject": visit.subject, "source": only(visit.subject).source, "by": coordinator}
    for wrong in ({"reason": "  "}, {"reason": "Haemolysed", "event": event}):
        with pytest.raises(ValidationError, match="say why it is none"):
            decide_suggestion(**decision, **wrong)
    other = make_subject(site, coordinator, TODAY)
    foreign = record_adverse_event(subject=other, fields=RAISED, by=coordinator)
    with pytest.raises(ValidationError, match="another subject"):
        decide_suggestion(**decision, event=foreign)


def test_a_decision_cannot_be_taken_twice(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    source = only(visit.subject).source
    decide_suggestion(subject=visit.subject, source=source, reason="Haemolysed", by=coordinator)
    with pytest.raises(ValidationError, match="decided meanwhile"):
        record_adverse_event(subject=visit.subject, fields=RAISED, by=coordinator, suggestion=source)
    assert not AdverseEvent.objects.exists()
    with (
        pytest.raises(IntegrityError, match="safety_suggestion_decided_once"),
        transaction.atomic(),
        acting(by=coordinator),
    ):
        SuggestionDecision.objects.create(subject=visit.subject, source=source, reason="Again")


def test_a_result_that_changes_suggests_anew_and_one_that_is_withdrawn_no_more(visit: Visit, coordinator: User) -> None:
    report(visit, coordinator, ALT="130")
    decide_suggestion(subject=visit.subject, source=only(visit.subject).source, reason="Haemolysed", by=coordinator)
    corrected(visit, coordinator, ALT="210")
    assert found(visit.subject) == [("Alanine aminotransferase increased", 3)]
    source = only(visit.subject).source
    corrected(visit, coordinator, ALT="30")
    assert found(visit.subject) == []
    assert open_suggestion(visit.subject, source) is None
    with pytest.raises(ValidationError, match="its result was corrected"):
        decide_suggestion(subject=visit.subject, source=source, reason="Haemolysed", by=coordinator)


def test_the_landing_page_counts_suggestions_where_the_person_records_events(
    trial: Trial, site: Site, other_site: Site, visit: Visit, coordinator: User
) -> None:
    report(visit, coordinator, ALT="130", PLAT="49")
    elsewhere = make_member("coordinator", other_site)
    report(take_place(make_subject(other_site, elsewhere, TODAY), "SCR", elsewhere), elsewhere, ALT="130")
    screened_subject(site, coordinator)
    counted = subjects_with_suggestions(trial=trial, user=coordinator)
    assert [(subject.number, count) for subject, count in counted] == [(visit.subject.number, 2)]
    assert subjects_with_suggestions(trial=trial, user=make_member("monitor", site)) == []


def test_after_the_data_are_withdrawn_nothing_is_suggested_or_decided(
    trial: Trial, site: Site, visit: Visit, coordinator: User
) -> None:
    report(visit, coordinator, ALT="130")
    source = only(visit.subject).source
    with acting(by=coordinator):
        ConsentWithdrawal.objects.create(
            subject=visit.subject, scope="data_use", withdrawn_on=TODAY, recorded_by=coordinator
        )
    assert subjects_with_suggestions(trial=trial, user=coordinator) == []
    with pytest.raises(NotAllowedNow, match="withdrawn the use of the data"):
        decide_suggestion(subject=visit.subject, source=source, reason="Haemolysed", by=coordinator)
