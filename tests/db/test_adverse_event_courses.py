"""What an event has several of, who it can be due to, and since when it is known to be serious."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from audit.context import acting
from audit.history import changes_where
from clinical.safety.causality import Cause
from patients.models import Subject, Visit
from safety.event_days import onset_moment
from safety.models import AdverseEvent, ConcomitantMedication, EventTreatment, GradeChange
from safety.selectors.causes import possible_causes
from safety.selectors.events import differences, history_of, values_in_words
from safety.selectors.since_infusion import since_infusion
from safety.services import correct_adverse_event, record_adverse_event
from tests.factories import infused_subject, make_site, make_subject, make_trial
from tests.worlds import NOW
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
FEVER: dict[str, Any] = {
    "term": "Fever after infusion",
    "term_code": "fever",
    "onset": "2026-05-10",
    "grade": 2,
    "is_serious": False,
    "relation": "possible",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}
STAY: dict[str, Any] = {**FEVER, "is_serious": True, "caused_hospitalisation": True}


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator, date(2026, 5, 1))


def record(subject: Subject, by: User, **changed: Any) -> AdverseEvent:
    return record_adverse_event(subject=subject, fields={**FEVER, **changed}, by=by)


def correct(event: AdverseEvent, by: User, reason: str = "Letter received", **fields: Any) -> AdverseEvent:
    return correct_adverse_event(event=event, fields=fields, reason=reason, seen_version=event.version, by=by)


def refused(subject: Subject, by: User, **changed: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        record(subject, by, **changed)
    return refusal.value.message_dict


def medication(subject: Subject, by: User, number: int = 1) -> ConcomitantMedication:
    with acting(by=by):
        return ConcomitantMedication.objects.create(
            subject=subject,
            number=number,
            name="Paracetamol",
            indication="Fever",
            treatment_kind="other",
            started="2026-05-10",
            started_on=date(2026, 5, 10),
        )


def lines(event: AdverseEvent) -> list[tuple[str, int]]:
    return [(f"{change.changed_on}", change.grade) for change in event.grade_changes.all()]


def test_days_may_be_known_in_part(subject: Subject, coordinator: User) -> None:
    event = record(subject, coordinator, onset="2026-05", ended="2026-05", outcome="recovered")
    assert (event.onset, event.onset_on, event.ended, event.ended_on) == ("2026-05", date(2026, 5, 1), "2026-05", TODAY)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"onset": "2026-04"}, "onset"),
        ({"onset": "2026-06"}, "onset"),
        ({"onset": "10.05.2026"}, "onset"),
        ({"ended": "2026-06", "outcome": "unknown"}, "ended"),
        ({"onset": "2026-05-10", "ended": "2026-05-09", "outcome": "unknown"}, "ended"),
        ({"onset": "2026-05", "onset_time": time(8)}, "onset_time"),
        ({"onset": "2026-05-20", "onset_time": time(12, 1)}, "onset_time"),
        ({"term_code": "anaphylaxis"}, "grade"),
        ({"admitted_on": date(2026, 5, 11)}, "admitted_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    subject: Subject, coordinator: User, changed: dict[str, Any], field: str
) -> None:
    assert set(refused(subject, coordinator, **changed)) == {field}


def test_a_time_of_today_that_has_passed_is_stored(subject: Subject, coordinator: User) -> None:
    event = record(subject, coordinator, onset="2026-05-20", onset_time=time(12))
    assert onset_moment(event) == NOW


def test_a_serious_event_is_known_since_now_unless_said_otherwise(subject: Subject, coordinator: User) -> None:
    assert record(subject, coordinator, **STAY).serious_known_at == NOW
    known = NOW - timedelta(hours=3)
    assert record(subject, coordinator, **STAY, serious_known_at=known).serious_known_at == known


@pytest.mark.parametrize("known", [None, NOW + timedelta(minutes=1), datetime(2026, 5, 9, 15, 59, tzinfo=UTC)])
def test_the_moment_of_awareness_is_given_not_ahead_and_not_before_the_event(
    subject: Subject, coordinator: User, known: datetime | None
) -> None:
    assert set(refused(subject, coordinator, **STAY, serious_known_at=known)) == {"serious_known_at"}


def test_awareness_on_the_day_of_onset_is_possible_but_not_before_its_hour(subject: Subject, coordinator: User) -> None:
    midnight = datetime(2026, 5, 9, 16, tzinfo=UTC)
    assert record(subject, coordinator, **STAY, serious_known_at=midnight).serious_known_at == midnight
    later = {"onset_time": time(0, 1), "serious_known_at": midnight}
    assert set(refused(subject, coordinator, **STAY, **later)) == {"serious_known_at"}


def test_an_event_that_becomes_serious_is_known_since_then_and_one_that_is_not_since_never(
    subject: Subject, coordinator: User
) -> None:
    event = correct(record(subject, coordinator), coordinator, is_serious=True, caused_hospitalisation=True)
    assert event.serious_known_at == NOW
    event = correct(event, coordinator, is_serious=False, caused_hospitalisation=False)
    assert event.serious_known_at is None


def test_a_stay_may_have_begun_before_the_consent_but_not_lie_ahead(subject: Subject, coordinator: User) -> None:
    event = record(subject, coordinator, **STAY, admitted_on=date(2026, 4, 20), discharged_on=TODAY)
    assert event.discharged_on == TODAY
    tomorrow = TODAY + timedelta(days=1)
    ahead = refused(subject, coordinator, **STAY, admitted_on=tomorrow, discharged_on=tomorrow)
    assert set(ahead) == {"admitted_on", "discharged_on"}


def test_changes_of_grade_are_stored_in_the_order_of_their_days(subject: Subject, coordinator: User) -> None:
    event = record(subject, coordinator, grade_changes=[(date(2026, 5, 12), 1), (date(2026, 5, 10), 2)])
    assert lines(event) == [("2026-05-10", 2), ("2026-05-12", 1)]
    assert values_in_words(event)["grade_changes"] == "grade 2 from 2026-05-10; grade 1 from 2026-05-12"


def test_a_change_worse_than_the_event_is_refused_and_nothing_is_stored(subject: Subject, coordinator: User) -> None:
    assert set(refused(subject, coordinator, grade_changes=[(date(2026, 5, 12), 3)])) == {"grade_changes"}
    assert not AdverseEvent.objects.exists()


def test_corrected_changes_keep_what_was_who_and_why(subject: Subject, coordinator: User) -> None:
    event = record(subject, coordinator, grade_changes=[(date(2026, 5, 11), 1), (date(2026, 5, 12), 2)])
    event = correct(event, coordinator, "Diary read", grade_changes=[(date(2026, 5, 12), 1), (date(2026, 5, 13), 2)])
    assert event.version == 2
    assert lines(event) == [("2026-05-12", 1), ("2026-05-13", 2)]
    kept = changes_where(GradeChange, ["grade"], event_id=event.pk)
    assert {(c.action, c.before, c.after) for c in kept if c.reason == "Diary read"} == {
        ("delete", 1, None),
        ("update", 2, 1),
        ("insert", None, 2),
    }
    newest, _first = history_of(event, "grade_changes")
    assert {(c.label, c.before[:1], c.after[:1]) for c in newest.changes} == {
        ("Grade from 2026-05-11", "1", "–"),
        ("Grade from 2026-05-12", "2", "1"),
        ("Grade from 2026-05-13", "–", "2"),
    }


def test_the_same_changes_again_are_no_correction(subject: Subject, coordinator: User) -> None:
    changes = [(date(2026, 5, 11), 1)]
    event = record(subject, coordinator, grade_changes=changes)
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(event, coordinator, grade_changes=changes)


def test_other_corrections_leave_the_lists_alone_but_are_checked_against_them(
    subject: Subject, coordinator: User
) -> None:
    event = record(subject, coordinator, grade_changes=[(date(2026, 5, 12), 2)])
    corrected = correct(event, coordinator, narrative="38.2 °C")
    assert lines(corrected) == [("2026-05-12", 2)]
    with pytest.raises(ValidationError, match="worst"):
        correct(corrected, coordinator, grade=1)


def test_medications_against_an_event_are_linked_and_taken_back_for_a_reason(
    subject: Subject, coordinator: User
) -> None:
    first, second = (medication(subject, coordinator, number) for number in (1, 2))
    event = record(subject, coordinator, treatments=[second, first])
    assert values_in_words(event)["treatments"] == "1 · Paracetamol; 2 · Paracetamol"
    event = correct(event, coordinator, "Given for a headache", treatments=[second])
    assert list(event.treatments.all()) == [second]
    newest, _first_entry = history_of(event, "treatments")
    assert [(c.before, c.after) for c in newest.changes] == [("1 · Paracetamol", "–")]
    assert EventTreatment.objects.count() == 1


def test_the_medication_of_another_subject_is_refused(site: Site, subject: Subject, coordinator: User) -> None:
    foreign = medication(make_subject(site, coordinator, date(2026, 5, 1)), coordinator)
    assert set(refused(subject, coordinator, treatments=[foreign])) == {"treatments"}


def test_differences_name_lists_too(subject: Subject, coordinator: User) -> None:
    event = record(subject, coordinator)
    typed = {"grade_changes": ((date(2026, 5, 12), 1),), "treatments": [medication(subject, coordinator)]}
    assert [(d.label, d.stored, d.typed) for d in differences(event, typed)] == [
        ("Changes of grade", "–", "grade 1 from 2026-05-12"),
        ("Medication given against it", "–", "1 · Paracetamol"),
    ]


def test_before_enrolment_no_treatment_of_the_study_but_the_product_is_asked_about(subject: Subject) -> None:
    assert possible_causes(subject) == {Cause.CELL_PRODUCT, Cause.DISEASE, Cause.OTHER}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arms", "possible"),
    [
        (["LOW"], {Cause.INFUSION_PROCEDURE, Cause.PREMEDICATION}),
        (["MTX"], {Cause.COMPARATOR}),
        (["MTX", "LOW"], {Cause.INFUSION_PROCEDURE, Cause.PREMEDICATION, Cause.COMPARATOR}),
    ],
)
def test_treatments_come_into_question_that_the_arms_of_the_subject_had(arms: list[str], possible: set[Cause]) -> None:
    site = make_site(make_trial("NCT03424629"))
    subject = make_subject(site, User.objects.system())
    with acting(by=User.objects.system(), reason="Another arm"):
        Visit.objects.filter(subject=subject, code="W1").update(arm_code=arms[0])
    subject.arm_code = arms[-1]
    assert possible_causes(subject) == possible | {Cause.CELL_PRODUCT, Cause.DISEASE, Cause.OTHER}


def test_a_cause_that_the_subject_cannot_have_had_is_refused(infused: Subject, investigator: User) -> None:
    late = {"onset": "2026-05-20"}
    assert set(refused(infused, investigator, **late, relation_comparator="possible")) == {"relation_comparator"}
    event = record(infused, investigator, **late, relation_procedure="possible", relation="unlikely")
    assert (event.related_to, event.is_related) == ((Cause.INFUSION_PROCEDURE,), True)


@pytest.mark.parametrize(
    ("onset", "at", "words"),
    [
        ("2026-05-18", None, "2 days after the infusion"),
        ("2026-05-17", None, "1 day after the infusion"),
        ("2026-05-16", None, "on the day of the infusion"),
        ("2026-05-16", time(10, 0), "30 min after the start of the infusion"),
        ("2026-05-16", time(10, 15), "0 min after the end of the infusion"),
        ("2026-05-16", time(13, 30), "3 h 15 min after the end of the infusion"),
        ("2026-05-16", time(9, 29), None),
        ("2026-05-15", None, None),
        ("2026-05", None, None),
    ],
)
def test_the_time_since_the_infusion_is_as_exact_as_what_is_known(
    site: Site, investigator: User, onset: str, at: time | None, words: str | None
) -> None:
    subject = infused_subject(site, investigator, days_ago=4, consent_before=14)
    since = since_infusion(record(subject, investigator, onset=onset, onset_time=at))
    assert (since.words if since else None) == words


def test_without_an_infusion_there_is_no_time_since_one(subject: Subject, coordinator: User) -> None:
    assert since_infusion(record(subject, coordinator)) is None
