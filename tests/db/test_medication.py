"""Concomitant medication: what is stored, what is refused, and what is to be checked for the criteria."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes
from patients.models import InformedConsent, Subject
from patients.services.enrolment import end_participation
from safety.models import ConcomitantMedication
from safety.selectors.medication import differences, history_of
from safety.services.medication import MedicationChangedMeanwhile, correct_medication, record_medication
from safety.wash_outs import PointToCheck, points_to_check
from tests.factories import (
    UserFactory,
    infused_subject,
    make_medication,
    make_member,
    make_site,
    make_subject,
    make_trial,
)
from trials.models import Site
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

TODAY = "2026-05-20"
OINTMENT: dict[str, Any] = {"name": "Betamethasone", "indication": "Psoriasis", "treatment_kind": "topical"}


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator, date(2026, 5, 1))


def correct(row: ConcomitantMedication, by: User, reason: str = "Letter", **fields: Any) -> ConcomitantMedication:
    return correct_medication(medication=row, fields=fields, reason=reason, seen_version=row.version, by=by)


def refused(subject: Subject, by: User, **changed: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        make_medication(subject, by, **changed)
    assert not ConcomitantMedication.objects.exists()
    return refusal.value.message_dict


def test_a_medication_is_stored_as_it_was_entered(subject: Subject, coordinator: User) -> None:
    row = ConcomitantMedication.objects.get(pk=make_medication(subject, coordinator, started="2026-05-19").pk)
    assert (row.number, row.version, row.name, row.dose, row.route) == (1, 1, "Paracetamol", "500 mg", "ORAL")
    assert (row.started, row.ended, row.started_on, row.ended_on) == ("2026-05-19", "", date(2026, 5, 19), None)


def test_medications_are_numbered_from_one_for_each_subject(site: Site, coordinator: User) -> None:
    first, second = make_subject(site, coordinator), make_subject(site, coordinator)
    assert [make_medication(who, coordinator).number for who in (first, first, second, first)] == [1, 2, 1, 3]


def test_a_new_medication_names_who_recorded_it_and_needs_no_reason(subject: Subject, coordinator: User) -> None:
    first_entry = changes(make_medication(subject, coordinator), ["name"])
    assert [(c.action, c.by, c.reason, c.after) for c in first_entry] == [
        ("insert", str(coordinator), "", "Paracetamol")
    ]


def test_without_a_consent_no_medication_is_recorded(subject: Subject, coordinator: User) -> None:
    with acting(by=coordinator, reason="Consent entered for the wrong subject"):
        InformedConsent.objects.filter(subject=subject).delete()
    with pytest.raises(NotAllowedNow, match="No consent is recorded"):
        make_medication(subject, coordinator)


@pytest.mark.parametrize(
    ("started", "ended", "started_on", "ended_on"),
    [
        ("2019", "", date(2019, 1, 1), None),
        ("2026-02", "2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", "2026", date(2026, 1, 1), date(2026, 5, 20)),
        ("2026-05-12", "2026-05", date(2026, 5, 12), date(2026, 5, 20)),
        (TODAY, TODAY, date(2026, 5, 20), date(2026, 5, 20)),
    ],
)
def test_days_known_in_part_give_the_first_and_the_last_day_that_can_be(
    subject: Subject, coordinator: User, started: str, ended: str, started_on: date, ended_on: date | None
) -> None:
    row = make_medication(subject, coordinator, started=started, ended=ended)
    assert (row.started, row.ended, row.started_on, row.ended_on) == (started, ended, started_on, ended_on)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"started": "2026-05-21"}, "started", "Enter a day not after 2026-05-20."),
        ({"started": "2026-06"}, "started", "in the future"),
        ({"started": "2026-05", "ended": "2027"}, "ended", "in the future"),
        ({"started": "2026-05-10", "ended": "2026-05-09"}, "ended", "before the beginning"),
        ({"started": "2026-05", "ended": "2026-04"}, "ended", "before the beginning"),
        ({"started": ""}, "started", "Enter the day on which it was begun"),
        ({"started": "10.5.2026"}, "started", "Enter a day, a month or a year"),
        ({"started": "2026-02-30"}, "started", "Enter a day, a month or a year"),
        ({"started": "0225-05-10"}, "started", "Enter a day, a month or a year"),
        ({"name": ""}, "name", "cannot be blank"),
        ({"indication": ""}, "indication", "cannot be blank"),
        ({"treatment_kind": ""}, "treatment_kind", "cannot be blank"),
        ({"route": "NASAL"}, "route", "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    subject: Subject, coordinator: User, changed: dict[str, str], field: str, words: str
) -> None:
    found = refused(subject, coordinator, **changed)
    assert set(found) == {field}
    assert words in found[field][0]


def test_today_is_the_day_at_the_site_and_not_in_london(subject: Subject, coordinator: User) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 17, tzinfo=UTC)):
        assert make_medication(subject, coordinator, started="2026-05-21").number == 1


def test_a_value_that_is_not_entered_by_people_cannot_be_set(subject: Subject, coordinator: User) -> None:
    with pytest.raises(TypeError, match="number"):
        record_medication(subject=subject, fields={"number": 7}, by=coordinator)


def test_the_database_refuses_an_end_before_the_beginning(subject: Subject, coordinator: User) -> None:
    row = make_medication(subject, coordinator, ended=TODAY)
    with (
        pytest.raises(IntegrityError, match="ends_after_start"),
        transaction.atomic(),
        acting(by=coordinator, reason="Slip"),
    ):
        ConcomitantMedication.objects.filter(pk=row.pk).update(ended_on=date(2026, 5, 19))


def test_a_correction_keeps_old_value_new_value_who_and_why(subject: Subject, coordinator: User) -> None:
    row, doctor = make_medication(subject, coordinator), UserFactory()
    corrected = correct(row, doctor, reason="Letter received", dose="1 g")
    change = changes(row, ["dose"])[-1]
    assert (change.before, change.after, change.by, change.reason) == ("500 mg", "1 g", str(doctor), "Letter received")
    assert (corrected.version, corrected.name) == (2, "Paracetamol")
    assert {one.field for one in changes(row)[-2:]} == {"dose", "version"}


def test_a_corrected_day_moves_the_days_worked_out(subject: Subject, coordinator: User) -> None:
    row = correct(make_medication(subject, coordinator), coordinator, started="2026-03", ended="2026-04")
    stored = ConcomitantMedication.objects.get(pk=row.pk)
    assert (stored.started_on, stored.ended_on) == (date(2026, 3, 1), date(2026, 4, 30))


def test_what_was_over_on_one_day_is_not_held_to_have_ended_later(subject: Subject, coordinator: User) -> None:
    row = make_medication(subject, coordinator, ended="2026")
    with time_machine.travel(datetime(2026, 9, 1, 4, tzinfo=UTC)):
        assert correct(row, coordinator, dose="1 g").ended_on == date(2026, 5, 20)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_correction_without_a_reason_is_refused(subject: Subject, coordinator: User, reason: str) -> None:
    row = make_medication(subject, coordinator)
    with pytest.raises(ValidationError) as refusal:
        correct(row, coordinator, reason=reason, dose="1 g")
    assert set(refusal.value.message_dict) == {"reason"}
    assert ConcomitantMedication.objects.get().dose == "500 mg"


def test_a_correction_that_changes_nothing_is_refused(subject: Subject, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(make_medication(subject, coordinator), coordinator, dose="500 mg")


def test_a_correction_is_checked_against_the_values_that_stay(subject: Subject, coordinator: User) -> None:
    row = make_medication(subject, coordinator, started="2026-05-10")
    with pytest.raises(ValidationError, match="before the beginning"):
        correct(row, coordinator, ended="2026-05-09")


def test_the_second_of_two_people_is_told_and_overwrites_nothing(subject: Subject, coordinator: User) -> None:
    row = make_medication(subject, coordinator)
    correct(ConcomitantMedication.objects.get(pk=row.pk), UserFactory(), dose="1 g")
    with pytest.raises(MedicationChangedMeanwhile) as conflict:
        correct(row, coordinator, dose="2 g")
    assert (conflict.value.medication.dose, conflict.value.medication.version) == ("1 g", 2)


def test_differences_and_history_are_in_words(subject: Subject, coordinator: User) -> None:
    row = make_medication(subject, coordinator, route="")
    correct(row, coordinator, reason="Seen again", ended=TODAY, route="ORAL")
    newest, first = history_of(row)
    assert {(c.label, c.before, c.after) for c in newest.changes} == {
        ("Until", "Ongoing", TODAY),
        ("Route", "–", "By mouth"),
    }
    assert (newest.reason, first.is_first_entry) == ("Seen again", True)
    assert ("Medication", "–", "Paracetamol") in {(c.label, c.before, c.after) for c in first.changes}
    (found,) = differences(row, {"treatment_kind": "biologic", "dose": "500 mg"})
    assert (found.label, found.stored, found.typed) == ("Kind of treatment", "Other medicine", "Biologic treatment")


def codes(points: list[PointToCheck]) -> list[str]:
    return [point.code for point in points]


@pytest.fixture
def treated(infused: Subject) -> Subject:
    """First infusion today."""
    return infused


@pytest.mark.parametrize(
    ("ended", "found"), [("2026-05-06", []), ("2026-05-07", ["EX09a"]), ("2026-04", []), ("2026-05", ["EX09a"])]
)
def test_a_medication_inside_the_wash_out_is_to_be_checked(
    treated: Subject, investigator: User, ended: str, found: list[str]
) -> None:
    row = make_medication(treated, investigator, **OINTMENT, started="2020", ended=ended)
    assert codes(points_to_check(row)) == found


def test_a_point_says_what_is_asked_and_what_the_record_says(treated: Subject, investigator: User) -> None:
    (point,) = points_to_check(make_medication(treated, investigator, **OINTMENT, started="2020", ended="2026-05-07"))
    assert point.asked == "The last use must be at least 14 days before the first treatment."
    assert point.found == "It was taken until 2026-05-07; the first treatment was on 2026-05-20."


def test_a_medication_that_goes_on_is_to_be_checked_before_and_during_the_trial(
    treated: Subject, investigator: User
) -> None:
    before, during = points_to_check(make_medication(treated, investigator, **OINTMENT, started="2020"))
    assert before.found == "It has no end; the first treatment was on 2026-05-20."
    assert "since the first treatment on 2026-05-20" in during.found
    assert during.asked == "It keeps out whoever is under this kind of treatment."


def test_a_medication_begun_in_the_trial_is_to_be_checked_for_that_alone(site: Site, investigator: User) -> None:
    treated = infused_subject(site, investigator, days_ago=10)
    row = make_medication(treated, investigator, **OINTMENT, started="2026-05-12", ended="2026-05-13")
    assert ["since the first treatment" in point.found for point in points_to_check(row)] == [True]


def test_a_single_dose_on_the_day_of_the_first_treatment_is_to_be_checked(treated: Subject, investigator: User) -> None:
    row = make_medication(treated, investigator, **OINTMENT, started=TODAY, ended=TODAY)
    assert codes(points_to_check(row)) == ["EX09a"]


def test_a_medicine_of_no_such_kind_is_never_to_be_checked(treated: Subject, investigator: User) -> None:
    assert points_to_check(make_medication(treated, investigator, started="2020")) == []


def test_before_treatment_the_planned_day_counts(screened: Subject, investigator: User) -> None:
    row = make_medication(screened, investigator, **OINTMENT, started="2020", ended=TODAY)
    gone_on = make_medication(screened, investigator, **OINTMENT, started="2020")
    planned = screened.visits.get(code="W0").planned_on
    assert [point.found for point in points_to_check(gone_on)] == [
        f"It has no end; the first treatment is planned for {planned}."
    ]
    is_inside = (planned - date(2026, 5, 20)).days < 14
    assert codes(points_to_check(row)) == ["EX09a"] * is_inside


def test_after_participation_nothing_is_to_be_checked_that_began_later(treated: Subject, investigator: User) -> None:
    end_participation(
        subject=treated, status="withdrawn", ended_on=date(2026, 5, 20), reason="Moved away", by=investigator
    )
    with time_machine.travel(datetime(2026, 6, 20, 4, tzinfo=UTC)):
        row = make_medication(Subject.objects.get(pk=treated.pk), investigator, **OINTMENT, started="2026-06-01")
        assert points_to_check(row) == []


def test_who_is_never_treated_has_nothing_to_be_checked(screened: Subject, investigator: User) -> None:
    row = make_medication(screened, investigator, **OINTMENT, started="2020")
    assert points_to_check(row)
    end_participation(
        subject=screened, status="withdrawn", ended_on=date(2026, 5, 20), reason="Moved away", by=investigator
    )
    row.subject.refresh_from_db()
    assert points_to_check(row) == []


@pytest.mark.parametrize(
    ("registration", "kind", "asked"),
    [
        (
            "NCT03424629",
            "biologic",
            {
                "EX03": "It must not be in use at the first treatment.",
                "EX04": "It must never have been used before the first treatment.",
            },
        ),
        (
            "NCT03765957",
            "cell_therapy",
            {"EX08": "The last use must be at least 6 completed months before the first treatment."},
        ),
    ],
)
def test_what_is_asked_follows_from_the_protocol_of_the_subject(
    db: None, registration: str, kind: str, asked: dict[str, str]
) -> None:
    site = make_site(make_trial(registration), "GZ")
    doctor = make_member("investigator", site)
    row = make_medication(
        make_subject(site, doctor), doctor, name="X", indication="Y", treatment_kind=kind, started="2020"
    )
    assert {point.code: point.asked for point in points_to_check(row)} == asked


def test_numbers_have_no_gap_when_two_people_record_at_once(committed_db: None) -> None:
    site = make_site(make_trial(), "GZ")
    nurse = make_member("coordinator", site)
    subject = make_subject(site, nurse)
    together = Barrier(4)

    def one() -> None:
        together.wait()
        make_medication(subject, nurse)
        connection.close()

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ConcomitantMedication.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
