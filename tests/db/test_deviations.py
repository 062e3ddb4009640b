"""Deviations: noticed from the record, following it while they are drafts, completed and declared none by people."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.services import mark_not_done, save_form
from audit.context import acting
from audit.history import changes
from clinical.deviations import DeviationKind
from patients.models import Deviation, EligibilityDecision, Subject, Visit
from patients.models.deviation import AUTOMATIC_KINDS
from patients.selectors.deviations import (
    DeviationFilter,
    deviations_of_trial,
    deviations_to_complete,
    doubts_about,
    in_words,
)
from patients.services.consent import record_consent
from patients.services.deviations import (
    _CATEGORIES,
    CAUSE_GONE,
    DeviationConflict,
    complete_deviation,
    notice_deviations,
    report_deviation,
    void_deviation,
)
from patients.services.visits import correct_visit_date, miss_visit, record_first_treatment, record_visit
from tests.factories import (
    clear,
    complete_form,
    entry_for,
    infused_subject,
    make_member,
    make_sheet,
    make_subject,
    system,
    take_place,
)
from tests.worlds import treated_subject
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

WORLDS = {"treated": treated_subject}
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
ACCOUNT = {
    "category": "visit",
    "severity": "minor",
    "description": "The subject came late.",
    "cause": "Train strike",
    "action": "Next visit booked by telephone",
}


@pytest.fixture
def treated(site: Site) -> Subject:
    """First infusion 40 days ago: the window of Week 4 was from 15 to 9 days ago."""
    return Subject.objects.get(site=site)


def late_visit(subject: Subject, by: User, days: int = 5) -> Visit:
    """Week 4, so many days after its window."""
    return take_place(subject, "W4", by, on=subject.first_treatment_on + 31 * DAY + days * DAY)


def deviations(subject: Subject) -> list[tuple[Any, ...]]:
    rows = subject.deviations.order_by("number")
    return list(rows.values_list("kind", "visit__code", "status", "category", "days_off"))


def completed(deviation: Deviation, by: User, **changed: Any) -> Deviation:
    arguments = {**ACCOUNT, "expected_version": deviation.row_version, **changed}
    return complete_deviation(deviation=deviation, by=by, **arguments)


def kept(visit: Visit, by: User, days: int, reason: str = "Source document") -> None:
    """Correct the day of Week 4 to so many days after its window; 0 is its last day."""
    anchor = Subject.objects.get(pk=visit.subject_id).first_treatment_on
    correct_visit_date(visit=visit, occurred_on=anchor + 31 * DAY + days * DAY, reason=reason, by=by)


# --- noticed ----------------------------------------------------------------------------------------------------------


def test_every_kind_has_a_name_and_a_suggested_category() -> None:
    assert set(AUTOMATIC_KINDS) == set(_CATEGORIES) == set(DeviationKind)


@pytest.mark.parametrize("code", ["SCR", "W0"])
def test_a_course_by_the_protocol_has_no_deviation(treated: Subject, code: str) -> None:
    assert treated.visits.get(code=code).outcome == "done"
    assert deviations(treated) == []


def test_a_visit_outside_its_window_is_drafted_with_the_days(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    assert deviations(treated) == [("visit_outside_window", "W4", "draft", "visit", 5)]
    draft = treated.deviations.get()
    assert (draft.number, draft.occurred_on, draft.recorded_by) == (1, TODAY - 4 * DAY, investigator)


@pytest.mark.parametrize("days", [0, -6])
def test_the_first_and_the_last_day_of_the_window_are_no_deviation(
    treated: Subject, investigator: User, days: int
) -> None:
    late_visit(treated, investigator, days)
    assert deviations(treated) == []


def test_treatment_turns_the_same_draft_into_treatment_off_schedule(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    complete_form(visit, "infusion", investigator)
    assert deviations(treated) == [("treatment_off_schedule", "W4", "draft", "treatment", 5)]


def test_a_treatment_that_was_not_done_turns_it_back(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    complete_form(visit, "infusion", investigator)
    mark_not_done(
        spec=INSTRUMENTS["infusion"],
        visit=visit,
        reason_not_done="Product had expired",
        by=investigator,
        expected_version=1,
        reason="Entered for another subject",
    )
    assert deviations(treated) == [("visit_outside_window", "W4", "draft", "visit", 5)]


def test_a_draft_of_the_treatment_form_is_no_treatment_yet(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    clear(visit, investigator)
    entry = entry_for("infusion", visit)
    save_form(
        spec=INSTRUMENTS["infusion"], visit=visit, entry=entry, complete=False, by=investigator, expected_version=0
    )
    assert deviations(treated)[0][0] == "visit_outside_window"


@pytest.mark.parametrize(
    ("code", "kind", "category"), [("W4", "treatment_missed", "treatment"), ("W12", "visit_missed", "visit")]
)
def test_a_missed_visit_is_drafted_as_what_was_missed(
    site: Site, investigator: User, code: str, kind: str, category: str
) -> None:
    subject = infused_subject(site, investigator, days_ago=90, consent_before=14)
    visit = Visit.objects.get(subject=subject, code=code)
    miss_visit(visit=visit, reason="On a journey", by=investigator)
    assert deviations(subject) == [(kind, code, "draft", category, None)]
    assert subject.deviations.get().occurred_on == visit.window_closes_on


def test_a_visit_by_telephone_where_the_protocol_wants_the_subject_is_drafted(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=84, consent_before=14)
    record_visit(visit=subject.visits.get(code="W12"), occurred_on=TODAY, contact_mode="by_phone", by=investigator)
    assert deviations(subject) == [("visit_by_phone", "W12", "draft", "visit", None)]


def test_a_visit_partly_by_telephone_is_none(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=84, consent_before=14)
    record_visit(
        visit=subject.visits.get(code="W12"), occurred_on=TODAY, contact_mode="partly_by_phone", by=investigator
    )
    assert deviations(subject) == []


def test_a_visit_without_the_consent_in_force_is_drafted_and_taken_back(treated: Subject, investigator: User) -> None:
    day = treated.first_treatment_on
    make_sheet(treated.site.trial, "2.0", valid_from=day, must_be_signed_again=True)
    notice_deviations(subject=treated, by=investigator)
    assert deviations(treated) == [("visit_without_consent", "W0", "draft", "consent", None)]
    record_consent(subject=treated, signed_on=day, sheet_version="2.0", language="zh", by=investigator)
    assert deviations(treated)[0][2] == "void"


def found_not_eligible(subject: Subject, by: User) -> None:
    with acting(by=by):
        EligibilityDecision.objects.create(
            subject=subject, outcome="found_not_eligible", failed_criteria=["IN01"], facts={}, decided_by=by
        )


def test_treatment_of_a_subject_found_not_eligible_is_drafted_once(treated: Subject, investigator: User) -> None:
    found_not_eligible(treated, investigator)
    for _again in range(2):
        notice_deviations(subject=treated, by=investigator)
    assert deviations(treated) == [("treated_not_eligible", None, "draft", "eligibility", None)]
    assert treated.deviations.get().occurred_on == treated.first_treatment_on


def test_a_first_infusion_outside_its_window_is_off_schedule(infused: Subject) -> None:
    assert infused.visits.get(code="W0").is_inside_window() is False  # the window opens a day after consent
    assert deviations(infused) == [("treatment_off_schedule", "W0", "draft", "treatment", -1)]


# --- following the record ---------------------------------------------------------------------------------------------


def test_a_corrected_date_changes_the_days_of_the_draft(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    kept(visit, investigator, days=2)
    assert deviations(treated) == [("visit_outside_window", "W4", "draft", "visit", 2)]
    assert treated.deviations.get().row_version == 2


def test_a_draft_whose_cause_has_gone_becomes_void_and_says_why(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    kept(visit, investigator, days=0)
    assert deviations(treated)[0][2] == "void"
    assert treated.deviations.get().void_reason == CAUSE_GONE


def test_a_cause_that_comes_back_is_drafted_again(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    kept(visit, investigator, days=0)
    kept(visit, investigator, days=5)
    assert [row[2] for row in deviations(treated)] == ["void", "draft"]


def test_a_complete_deviation_stays_and_is_doubted_when_its_cause_goes(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    completed(treated.deviations.get(), investigator)
    kept(visit, investigator, days=0)
    deviation = treated.deviations.get()
    assert (deviation.status, deviation.days_off) == ("complete", 5)
    assert "cause has gone" in doubts_about(treated, [deviation])[1]


def test_a_complete_deviation_is_doubted_when_its_days_change(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    completed(treated.deviations.get(), investigator)
    assert doubts_about(treated, list(treated.deviations.all())) == {}
    kept(visit, investigator, days=2)
    assert "something else" in doubts_about(treated, list(treated.deviations.all()))[1]
    assert len(deviations(treated)) == 1


def test_what_was_declared_no_deviation_stays_so_until_its_facts_change(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    void_deviation(deviation=treated.deviations.get(), expected_version=1, reason="Agreed before", by=investigator)
    notice_deviations(subject=treated, by=investigator)
    assert [row[2] for row in deviations(treated)] == ["void"]
    kept(visit, investigator, days=6)
    assert [(row[2], row[4]) for row in deviations(treated)] == [("void", 5), ("draft", 6)]


def test_another_first_treatment_leaves_visits_that_are_over_in_the_window_they_had(
    treated: Subject, investigator: User
) -> None:
    late_visit(treated, investigator, days=0)
    day = treated.first_treatment_on + DAY
    record_first_treatment(subject=treated, infused_on=day, by=investigator, reason="Source")
    assert treated.visits.get(code="W4").window_closes_on == day + 30 * DAY
    assert deviations(treated) == []


def test_noticing_again_changes_nothing(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    before = len(changes(treated.deviations.get()))
    notice_deviations(subject=treated, by=investigator)
    assert len(changes(treated.deviations.get())) == before


def test_noticing_reads_three_times_and_writes_at_most_once_more(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=90, consent_before=14)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured, acting(by=investigator, reason="Test"):
            notice_deviations(subject=subject, by=investigator)
        return sum("deviation" in query["sql"] or "patients_visit" in query["sql"] for query in captured)

    assert statements() == 3
    with acting(by=investigator, reason="Test"):
        Visit.objects.filter(subject=subject, code__in=("W4", "W8", "W12")).update(outcome="missed")
    assert statements() == 4
    with acting(by=investigator, reason="Test"):
        Visit.objects.filter(subject=subject, code__in=("W4", "W8")).update(outcome="")
    assert statements() == 4
    assert [row[2] for row in deviations(subject)].count("void") == 2


# --- by people --------------------------------------------------------------------------------------------------------


def test_a_draft_is_completed(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    done = completed(treated.deviations.get(), investigator)
    done.refresh_from_db()
    assert (done.status, done.severity, done.cause, done.row_version) == ("complete", "minor", "Train strike", 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("severity", ""),
        ("cause", " "),
        ("action", ""),
        ("description", " "),
        ("category", "weather"),
        ("severity", "dire"),
        ("cause", "x" * 501),
    ],
)
def test_a_deviation_is_not_complete_without_this(treated: Subject, investigator: User, name: str, value: str) -> None:
    late_visit(treated, investigator)
    with pytest.raises(ValidationError) as refusal:
        completed(treated.deviations.get(), investigator, **{name: value})
    assert set(refusal.value.message_dict) == {name}
    assert treated.deviations.get().status == "draft"


def test_a_complete_deviation_changes_with_a_reason_only(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    done = completed(treated.deviations.get(), investigator)
    with pytest.raises(ValidationError, match="Say why"):
        completed(done, investigator, severity="important")
    completed(treated.deviations.get(), investigator, severity="important", reason="Reviewed with the sponsor")
    last = changes(done, ["severity"])[-1]
    assert (last.before, last.after, last.reason) == ("minor", "important", "Reviewed with the sponsor")


def test_the_second_of_two_people_is_told_and_overwrites_nothing(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    opened = treated.deviations.get()
    completed(opened, investigator)
    with pytest.raises(DeviationConflict) as conflict:
        completed(opened, investigator, expected_version=1, cause="Overslept")
    assert conflict.value.stored.cause == "Train strike"
    with pytest.raises(DeviationConflict):
        void_deviation(deviation=opened, expected_version=1, reason="None", by=investigator)


def test_the_day_of_a_noticed_deviation_follows_from_the_record(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    with pytest.raises(ValidationError, match="follows from the record"):
        completed(treated.deviations.get(), investigator, occurred_on=TODAY)


def test_what_was_declared_none_can_be_one_after_all(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    void = void_deviation(
        deviation=treated.deviations.get(), expected_version=1, reason="Agreed before", by=investigator
    )
    completed(void, investigator, reason="The agreement was for another subject")
    assert [(row[2]) for row in deviations(treated)] == ["complete"]
    assert treated.deviations.get().void_reason == ""


def test_a_void_one_does_not_come_back_beside_a_newer_one(treated: Subject, investigator: User) -> None:
    visit = late_visit(treated, investigator)
    kept(visit, investigator, days=0)
    kept(visit, investigator, days=5)
    with pytest.raises(ValidationError, match="noticed again"):
        completed(treated.deviations.get(number=1), investigator, reason="Mistake")


@pytest.mark.parametrize("reason", ["", "  "])
def test_no_deviation_without_a_reason(treated: Subject, investigator: User, reason: str) -> None:
    late_visit(treated, investigator)
    with pytest.raises(ValidationError, match="Say why"):
        void_deviation(deviation=treated.deviations.get(), expected_version=1, reason=reason, by=investigator)


def test_a_void_one_is_not_voided_again(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    void = void_deviation(deviation=treated.deviations.get(), expected_version=1, reason="None", by=investigator)
    with pytest.raises(ValidationError, match="already"):
        void_deviation(deviation=void, expected_version=2, reason="None", by=investigator)


def reported(subject: Subject, by: User, **changed: Any) -> Deviation:
    told = {"occurred_on": TODAY, "category": "procedure", "description": "Not weighed"}
    return report_deviation(subject=subject, by=by, **{**told, **changed})


def test_a_report_waits_until_all_is_said(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    first = reported(subject, coordinator)
    second = reported(subject, coordinator, severity="minor", cause="Scales broken", action="Scales mended")
    assert [(row.number, row.status) for row in (first, second)] == [(1, "draft"), (2, "complete")]
    done = completed(first, coordinator, occurred_on=TODAY - 3 * DAY)
    assert done.occurred_on == TODAY - 3 * DAY


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"occurred_on": TODAY + DAY}, "occurred_on"),
        ({"category": ""}, "category"),
        ({"description": ""}, "description"),
        ({"severity": "dire"}, "severity"),
    ],
)
def test_a_report_that_cannot_be_is_refused(site: Site, coordinator: User, changed: dict[str, Any], field: str) -> None:
    subject = make_subject(site, coordinator)
    with pytest.raises(ValidationError) as refusal:
        reported(subject, coordinator, **changed)
    assert set(refusal.value.message_dict) == {field}
    assert not Deviation.objects.exists()


def test_a_report_names_a_visit_of_its_own_subject_only(site: Site, coordinator: User) -> None:
    mine, other = make_subject(site, coordinator), make_subject(site, coordinator)
    visit = other.visits.get(code="SCR")
    with pytest.raises(ValidationError, match="of this subject"):
        reported(mine, coordinator, visit=visit)


def test_a_procedure_before_consent_can_be_reported(site: Site, coordinator: User) -> None:
    assert reported(make_subject(site, coordinator), coordinator, occurred_on=TODAY - DAY).status == "draft"


def test_what_people_reported_is_never_taken_back_by_the_record(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    reported(subject, coordinator)
    notice_deviations(subject=subject, by=coordinator)
    assert deviations(subject) == [("", None, "draft", "procedure", None)]


# --- read -------------------------------------------------------------------------------------------------------------


def test_the_list_holds_the_own_site_drafts_first(
    trial: Trial, site: Site, other_site: Site, coordinator: User
) -> None:
    subject = make_subject(site, coordinator)
    reported(subject, coordinator, severity="minor", cause="c", action="a")
    reported(subject, coordinator, occurred_on=TODAY - DAY)
    reported(make_subject(other_site, system()), system())
    found = deviations_of_trial(coordinator, trial, DeviationFilter())
    assert [(row.subject.number, row.number) for row in found] == [("GZ-001", 2), ("GZ-001", 1)]
    assert [row.number for row in deviations_to_complete(coordinator, trial)] == [2]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (DeviationFilter(), {1, 2}),
        (DeviationFilter(status="draft"), {1}),
        (DeviationFilter(status="void"), {3}),
        (DeviationFilter(category="consent"), {2}),
        (DeviationFilter(severity="important"), {2}),
        (DeviationFilter(site="GZ"), {1, 2}),
        (DeviationFilter(site="VIE"), set()),
    ],
)
def test_the_list_is_filtered(
    trial: Trial, site: Site, coordinator: User, wanted: DeviationFilter, numbers: set[int]
) -> None:
    subject = make_subject(site, coordinator)
    reported(subject, coordinator)
    reported(subject, coordinator, category="consent", severity="important", cause="c", action="a")
    void_deviation(deviation=reported(subject, coordinator), expected_version=1, reason="Typed twice", by=coordinator)
    assert {row.number for row in deviations_of_trial(make_member("monitor", site), trial, wanted)} == numbers


def test_what_was_noticed_is_said_in_a_sentence(treated: Subject, investigator: User) -> None:
    late_visit(treated, investigator)
    sentence = in_words(treated.deviations.select_related("visit", "subject").get())
    assert sentence == "Week 4: second infusion took place on 2026-05-16, 5 days after the window."


@pytest.mark.parametrize("kind", list(DeviationKind))
@pytest.mark.parametrize("days_off", [None, -1])
def test_every_kind_has_a_sentence(treated: Subject, kind: DeviationKind, days_off: int | None) -> None:
    if kind == DeviationKind.VISIT_OUTSIDE_WINDOW and days_off is None:
        days_off = 1
    deviation = Deviation(
        subject=treated, visit=treated.visits.get(code="W4"), kind=kind, occurred_on=TODAY, days_off=days_off
    )
    assert "2026-05-20" in in_words(deviation)
