"""The pages of one subject's medication: recording, reading, correcting, history, and who is kept out."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.context import acting
from patients.models import Subject
from safety.models import ConcomitantMedication, EventTreatment
from safety.services import record_adverse_event
from safety.services.medication import correct_medication
from tests.factories import UserFactory, make_medication, make_member
from tests.web.pages import signed_in, text, words
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

TYPED: dict[str, Any] = {
    "name": "Betamethasone",
    "indication": "Psoriasis",
    "treatment_kind": "topical",
    "dose": "",
    "route": "TOPICAL",
    "frequency": "daily",
    "started": "2020",
    "ended": "",
}


@pytest.fixture
def subject(infused: Subject) -> Subject:
    return infused


@pytest.fixture
def ointment(subject: Subject, investigator: User) -> ConcomitantMedication:
    return make_medication(subject, investigator, **TYPED)


def address(name: str, subject: Subject, *numbers: int) -> str:
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, *numbers])


def correction(**changed: Any) -> dict[str, Any]:
    return {**TYPED, "seen_version": 1, "reason": "Letter received", **changed}


def test_the_log_without_medication_offers_to_record_one_and_has_a_tab(subject: Subject, nurse: Client) -> None:
    page = nurse.get(address("subject-medication", subject))
    assert "No medication is recorded" in text(page)
    assert address("record-medication", subject) in text(page)
    assert f'<a href="{address("subject-medication", subject)}" aria-current="page">Medication</a>' in text(page)


def test_the_log_shows_days_as_they_are_known(ointment: ConcomitantMedication, nurse: Client) -> None:
    page = words(nurse.get(address("subject-medication", ointment.subject)))
    assert "1 Betamethasone Psoriasis Topical treatment – 2020 Ongoing –" in page


def test_a_medication_is_recorded_and_shown(subject: Subject, nurse: Client) -> None:
    response = nurse.post(address("record-medication", subject), TYPED, follow=True)
    assert response.redirect_chain == [(address("medication", subject, 1), 302)]
    assert "Medication 1 is recorded." in text(response)
    stored = ConcomitantMedication.objects.get()
    assert {name: getattr(stored, name) for name in TYPED} == TYPED


def test_the_entry_page_says_what_each_kind_of_treatment_counts_for(subject: Subject, nurse: Client) -> None:
    page = words(nurse.get(address("record-medication", subject)))
    assert "Phototherapy EX09b The last use must be at least 28 days before the first treatment." in page


def test_an_empty_form_is_refused_at_each_required_field(subject: Subject, nurse: Client) -> None:
    page = nurse.post(address("record-medication", subject), {})
    assert set(page.context["form"].errors) == {"name", "indication", "treatment_kind", "started"}
    assert not ConcomitantMedication.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"started": "2026-05-21"}, "started"), ({"started": "5/2026"}, "started"), ({"ended": "2019"}, "ended")],
)
def test_a_day_that_cannot_be_is_refused_and_what_was_typed_stays(
    subject: Subject, nurse: Client, changed: dict[str, str], field: str
) -> None:
    page = nurse.post(address("record-medication", subject), {**TYPED, **changed})
    assert list(page.context["form"].errors) == [field]
    assert 'value="Betamethasone"' in text(page)
    assert not ConcomitantMedication.objects.exists()


def test_the_page_shows_every_value_with_the_way_to_its_history(ointment: ConcomitantMedication, nurse: Client) -> None:
    page = text(nurse.get(address("medication", ointment.subject, 1)))
    history = address("medication-history", ointment.subject, 1)
    for field in TYPED:
        assert f'href="{history}?field={field}"' in page
    assert "On the skin" in page


def test_the_page_says_what_the_kind_counts_for_and_what_is_to_be_checked(
    ointment: ConcomitantMedication, nurse: Client
) -> None:
    page = words(nurse.get(address("medication", ointment.subject, 1)))
    asked = "The last use must be at least 14 days before the first treatment."
    assert f"Counts for EX09a: {asked}" in page
    assert f"To check for EX09a. {asked} It has no end; the first treatment was on 2026-05-20." in page


def test_a_medicine_of_another_kind_counts_for_nothing(subject: Subject, investigator: User, nurse: Client) -> None:
    make_medication(subject, investigator)
    page = words(nurse.get(address("medication", subject, 1)))
    assert "Counts for" not in page
    assert "To check for" not in page


def test_the_events_it_was_given_against_are_linked(subject: Subject, investigator: User, nurse: Client) -> None:
    fever = {
        "term": "Fever",
        "onset": "2026-05-20",
        "grade": 1,
        "is_serious": False,
        "relation": "possible",
        "action_taken": "dose_not_changed",
        "outcome": "not_recovered",
    }
    event = record_adverse_event(subject=subject, fields=fever, by=investigator)
    medication = make_medication(subject, investigator)
    with acting(by=investigator):
        EventTreatment.objects.create(event=event, medication=medication)
    link = f'<a href="{address("event", subject, 1)}">1 Fever</a>'
    assert link in text(nurse.get(address("medication", subject, 1)))
    assert link in text(nurse.get(address("subject-medication", subject)))


def test_a_correction_is_saved_and_stands_in_the_history(ointment: ConcomitantMedication, nurse: Client) -> None:
    subject = ointment.subject
    form = nurse.get(address("correct-medication", subject, 1)).context["form"]
    assert (form["started"].value(), form["seen_version"].value()) == ("2020", 1)
    response = nurse.post(address("correct-medication", subject, 1), correction(ended="2026-05-20"))
    assert response.url == address("medication", subject, 1)
    history = text(nurse.get(address("medication-history", subject, 1)))
    assert "corrected it: “Letter received”" in history
    assert "<del>Ongoing</del>" in history
    assert "recorded the medication" in history


def test_the_history_of_one_value_shows_only_that_value(ointment: ConcomitantMedication, nurse: Client) -> None:
    page = text(nurse.get(address("medication-history", ointment.subject, 1) + "?field=route"))
    assert "History of: Route" in page
    assert "<dt>Given for</dt>" not in page


@pytest.mark.parametrize("field", ["version", "started_on", "subject__site"])
def test_the_history_of_what_is_no_entered_value_is_not_found(
    ointment: ConcomitantMedication, nurse: Client, field: str
) -> None:
    assert nurse.get(address("medication-history", ointment.subject, 1) + f"?field={field}").status_code == 404


@pytest.mark.parametrize(
    ("changed", "message"), [({"reason": " ", "dose": "1 g"}, "This field is required"), ({}, "Nothing was changed")]
)
def test_a_correction_without_reason_or_change_is_refused(
    ointment: ConcomitantMedication, nurse: Client, changed: dict[str, str], message: str
) -> None:
    page = nurse.post(address("correct-medication", ointment.subject, 1), correction(**changed))
    assert message in text(page)
    assert ConcomitantMedication.objects.get().version == 1


def test_who_saves_second_sees_both_versions_and_can_save_again(ointment: ConcomitantMedication, nurse: Client) -> None:
    other, page_address = UserFactory(), address("correct-medication", ointment.subject, 1)
    correct_medication(medication=ointment, fields={"dose": "1 g"}, reason="Seen", seen_version=1, by=other)
    page = nurse.post(page_address, correction(dose="2 g", ended="2026-05-20"))
    assert page.status_code == 409
    assert str(other) in text(page)
    assert "Dose 1 g 2 g" in words(page)
    assert 'value="2 g"' in text(page)
    assert ConcomitantMedication.objects.get().dose == "1 g"

    again = correction(dose="2 g", seen_version=page.context["form"]["seen_version"].value())
    assert nurse.post(page_address, again).status_code == 302
    assert ConcomitantMedication.objects.get().dose == "2 g"


@pytest.mark.parametrize("name", ["medication", "correct-medication", "medication-history"])
def test_a_medication_that_does_not_exist_is_not_found(subject: Subject, nurse: Client, name: str) -> None:
    assert nurse.get(address(name, subject, 7)).status_code == 404


def all_pages(subject: Subject) -> dict[str, str]:
    names = {
        "subject-medication": (),
        "record-medication": (),
        "medication": (1,),
        "correct-medication": (1,),
        "medication-history": (1,),
    }
    return {name: address(name, subject, *numbers) for name, numbers in names.items()}


def test_the_medication_of_another_site_is_not_found(ointment: ConcomitantMedication, other_site: Site) -> None:
    stranger = signed_in(make_member("coordinator", other_site))
    pages = all_pages(ointment.subject)
    assert {name: stranger.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 404)


@pytest.mark.parametrize("role", ["monitor", "auditor"])
def test_roles_that_read_may_read_and_not_write(ointment: ConcomitantMedication, site: Site, role: str) -> None:
    reader, pages = signed_in(make_member(role, site)), all_pages(ointment.subject)
    found = {name: reader.get(page).status_code for name, page in pages.items()}
    refused = {"record-medication": 403, "correct-medication": 403}
    assert found == {**dict.fromkeys(pages, 200), **refused}
    assert reader.post(pages["record-medication"], TYPED).status_code == 403
    assert ConcomitantMedication.objects.count() == 1
    assert pages["record-medication"] not in text(reader.get(pages["subject-medication"]))
    assert pages["correct-medication"] not in text(reader.get(pages["medication"]))


def test_a_role_without_clinical_data_does_not_find_the_subject(ointment: ConcomitantMedication, trial: Trial) -> None:
    statistician = signed_in(make_member("statistician", trial=trial))
    pages = all_pages(ointment.subject)
    assert {name: statistician.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 404)
