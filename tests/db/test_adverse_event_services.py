"""Recording and correcting adverse events: what is stored, what is refused, and in which words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.models import User
from audit.context import acting
from audit.history import changes
from patients.models import InformedConsent, Subject
from safety.models import AdverseEvent
from safety.selectors.events import differences, history_of
from safety.services import ChangedMeanwhile, correct_adverse_event, record_adverse_event
from tests.factories import UserFactory, make_subject, take_place
from trials.models import Site
from trials.policies import NotAllowedNow

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
CONSENT = date(2026, 5, 1)
ONSET = date(2026, 5, 10)
FEVER: dict[str, Any] = {
    "term": "Fever",
    "onset": ONSET.isoformat(),
    "grade": 1,
    "is_serious": False,
    "relation": "possible",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}
STROKE: dict[str, Any] = {**FEVER, "term": "Stroke", "grade": 4, "is_serious": True, "is_life_threatening": True}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def nurse(coordinator: User) -> User:
    return coordinator


@pytest.fixture
def subject(site: Site, nurse: User) -> Subject:
    return make_subject(site, nurse, CONSENT)


def record(subject: Subject, by: User, **changed: Any) -> AdverseEvent:
    return record_adverse_event(subject=subject, fields={**FEVER, **changed}, by=by)


def correct(event: AdverseEvent, by: User, reason: str = "Letter received", **fields: Any) -> AdverseEvent:
    return correct_adverse_event(event=event, fields=fields, reason=reason, seen_version=event.version, by=by)


def test_an_event_is_stored_as_it_was_entered(subject: Subject, nurse: User) -> None:
    stored = AdverseEvent.objects.get(pk=record(subject, nurse).pk)
    assert {name: getattr(stored, name) for name in FEVER} == FEVER
    assert (stored.subject, stored.number, stored.version) == (subject, 1, 1)
    assert (stored.onset_on, stored.ended, stored.ended_on) == (ONSET, "", None)


def test_events_are_numbered_from_one_for_each_subject(site: Site, nurse: User) -> None:
    first, second = make_subject(site, nurse, CONSENT), make_subject(site, nurse, CONSENT)
    numbers = [record(who, nurse).number for who in (first, first, second, first)]
    assert numbers == [1, 2, 1, 3]


def test_a_new_event_names_who_recorded_it_and_needs_no_reason(subject: Subject, nurse: User) -> None:
    first_entry = changes(record(subject, nurse), ["term"])
    assert [(c.action, c.by, c.reason, c.after) for c in first_entry] == [("insert", str(nurse), "", "Fever")]


def test_without_a_consent_no_event_is_recorded(subject: Subject, nurse: User) -> None:
    with acting(by=nurse, reason="Consent entered for the wrong subject"):
        InformedConsent.objects.filter(subject=subject).delete()
    with pytest.raises(NotAllowedNow, match="No consent is recorded"):
        record(subject, nurse)
    assert not AdverseEvent.objects.exists()


@pytest.mark.parametrize("onset", [CONSENT, date(2026, 5, 20)])
def test_the_days_of_consent_and_today_are_possible(subject: Subject, nurse: User, onset: date) -> None:
    assert record(subject, nurse, onset=onset.isoformat()).onset_on == onset


@pytest.mark.parametrize(
    ("field", "day", "words"),
    [
        ("onset", "2026-05-21", "in the future"),
        ("onset", "2026-04-30", "before the consent"),
        ("ended", "2026-05-21", "in the future"),
    ],
)
def test_an_impossible_day_is_refused_with_the_days_that_are_possible(
    subject: Subject, nurse: User, field: str, day: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        record(subject, nurse, **{"outcome": "unknown", field: day})
    (message,) = refusal.value.message_dict[field]
    assert words in message
    assert message.endswith("Enter a day from 2026-05-01 to 2026-05-20.")


def test_today_is_the_day_at_the_site_and_not_in_london(subject: Subject, nurse: User) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 17, tzinfo=UTC)):
        assert record(subject, nurse, onset="2026-05-21").number == 1


@pytest.mark.parametrize("missing", ["term", "onset", "grade", "is_serious", "relation", "action_taken", "outcome"])
def test_a_missing_value_is_refused_at_its_field(subject: Subject, nurse: User, missing: str) -> None:
    fields = {name: value for name, value in FEVER.items() if name != missing}
    with pytest.raises(ValidationError) as refusal:
        record_adverse_event(subject=subject, fields=fields, by=nurse)
    assert set(refusal.value.message_dict) == {missing}


def test_a_contradiction_is_refused_at_its_field(subject: Subject, nurse: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        record(subject, nurse, outcome="recovered")
    assert refusal.value.message_dict == {"ended": ["Enter the day on which the event was over."]}


def test_impossible_days_and_contradictions_are_said_together(subject: Subject, nurse: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        record(subject, nurse, onset="2026-05-21", outcome="recovered")
    assert set(refusal.value.message_dict) == {"onset", "ended"}


def test_a_value_that_is_not_entered_by_people_cannot_be_set(subject: Subject, nurse: User) -> None:
    with pytest.raises(TypeError, match="number"):
        record(subject, nurse, number=7)


def test_an_event_can_follow_a_visit_of_the_same_day(subject: Subject, nurse: User) -> None:
    visit = take_place(subject, "SCR", nurse, ONSET)
    assert record(subject, nurse, visit=visit).visit == visit


def test_an_event_cannot_follow_a_later_visit(subject: Subject, nurse: User) -> None:
    visit = take_place(subject, "SCR", nurse, date(2026, 5, 11))
    with pytest.raises(ValidationError, match="began before this visit"):
        record(subject, nurse, visit=visit)


def test_an_event_cannot_follow_a_visit_that_did_not_take_place(subject: Subject, nurse: User) -> None:
    with pytest.raises(ValidationError, match="has not taken place"):
        record(subject, nurse, visit=subject.visits.get(position=0))


def test_an_event_cannot_follow_the_visit_of_another_subject(site: Site, nurse: User) -> None:
    visit = take_place(make_subject(site, nurse, CONSENT), "SCR", nurse, ONSET)
    with pytest.raises(ValidationError, match="another subject"):
        record(make_subject(site, nurse, CONSENT), nurse, visit=visit)


def test_a_correction_keeps_old_value_new_value_who_and_why(subject: Subject, nurse: User) -> None:
    event = record(subject, nurse)
    doctor = UserFactory()
    correct(event, doctor, reason="Letter received", grade=3)
    change = changes(event, ["grade"])[-1]
    assert (change.before, change.after, change.by, change.reason) == (1, 3, str(doctor), "Letter received")


def test_a_correction_leaves_the_other_values_alone(subject: Subject, nurse: User) -> None:
    event = record(subject, nurse, narrative="38.2 °C in the evening")
    corrected = correct(event, nurse, grade=2)
    assert (corrected.grade, corrected.narrative, corrected.term) == (2, "38.2 °C in the evening", "Fever")
    assert {change.field for change in changes(event)[-2:]} == {"grade", "version"}


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_correction_without_a_reason_is_refused(subject: Subject, nurse: User, reason: str) -> None:
    event = record(subject, nurse)
    with pytest.raises(ValidationError) as refusal:
        correct(event, nurse, reason=reason, grade=2)
    assert set(refusal.value.message_dict) == {"reason"}
    assert AdverseEvent.objects.get(pk=event.pk).grade == 1


def test_a_correction_that_changes_nothing_is_refused(subject: Subject, nurse: User) -> None:
    event = record(subject, nurse)
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(event, nurse, grade=1)
    assert AdverseEvent.objects.get(pk=event.pk).version == 1


def test_a_correction_is_checked_against_the_values_that_stay(subject: Subject, nurse: User) -> None:
    event = record_adverse_event(subject=subject, fields=STROKE, by=nurse)
    with pytest.raises(ValidationError) as refusal:
        correct(event, nurse, grade=5)
    assert set(refusal.value.message_dict) == {"outcome", "results_in_death"}


def test_the_second_of_two_people_is_told_and_overwrites_nothing(subject: Subject, nurse: User) -> None:
    event = record(subject, nurse)
    correct(AdverseEvent.objects.get(pk=event.pk), UserFactory(), grade=2)
    with pytest.raises(ChangedMeanwhile) as conflict:
        correct(event, nurse, grade=3)
    assert (conflict.value.event.grade, conflict.value.event.version) == (2, 2)
    assert AdverseEvent.objects.get(pk=event.pk).grade == 2


def test_differences_show_the_stored_and_the_typed_value_in_words(subject: Subject, nurse: User) -> None:
    visit = take_place(subject, "SCR", nurse, ONSET)
    event = record(subject, nurse)
    found = differences(event, {"term": "Fever", "outcome": "unknown", "is_serious": False, "visit": visit})
    assert [(d.label, d.stored) for d in found] == [
        ("Visit it followed", "–"),
        ("Outcome", "Not recovered or not resolved"),
    ]
    assert found[0].typed.endswith(", 2026-05-10")
    assert found[1].typed == "Unknown"


def test_history_is_newest_first_with_one_entry_for_each_save(subject: Subject, nurse: User) -> None:
    event = record(subject, nurse)
    correct(event, nurse, reason="Seen again", outcome="recovered", ended="2026-05-12")
    newest, first = history_of(event)
    assert (newest.reason, newest.is_first_entry) == ("Seen again", False)
    assert {(c.label, c.before, c.after) for c in newest.changes} == {
        ("Outcome", "Not recovered or not resolved", "Recovered or resolved"),
        ("Ended on", "–", "2026-05-12"),
    }
    assert first.is_first_entry
    assert ("Event", "–", "Fever") in {(c.label, c.before, c.after) for c in first.changes}


def test_history_can_be_narrowed_to_one_value(subject: Subject, nurse: User) -> None:
    event = correct(record(subject, nurse), nurse, grade=2)
    correct(event, nurse, treatment_given="Paracetamol")
    assert [len(save.changes) for save in history_of(event, "grade")] == [1, 1]
