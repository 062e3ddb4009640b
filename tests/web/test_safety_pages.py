"""The pages of one subject's adverse events: recording, reading, correcting, history, and who is kept out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from patients.models import Subject
from safety.models import AdverseEvent
from safety.services import correct_adverse_event, record_adverse_event
from tests.factories import UserFactory, make_member, make_subject
from tests.web.pages import signed_in, text
from trials.models import Site, Trial

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
FEVER: dict[str, Any] = {
    "term": "Fever",
    "onset": "2026-05-10",
    "grade": 1,
    "is_serious": False,
    "relation": "possible",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}
FEVER_TYPED = {**FEVER, "term_code": "other", "expectedness": "unknown", "is_serious": "no"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def nurse(coordinator: User) -> User:
    return coordinator


@pytest.fixture
def subject(site: Site, nurse: User) -> Subject:
    return make_subject(site, nurse, date(2026, 5, 1))


@pytest.fixture
def event(subject: Subject, nurse: User) -> AdverseEvent:
    return record_adverse_event(subject=subject, fields=FEVER, by=nurse)


def address(name: str, subject: Subject, *numbers: int) -> str:
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, *numbers])


def test_the_log_of_a_subject_without_events_offers_to_record_one(subject: Subject, nurse: User) -> None:
    page = signed_in(nurse).get(address("subject-events", subject))
    assert "No adverse event is recorded" in text(page)
    assert address("record", subject) in text(page)


def test_the_log_of_a_subject_shows_grade_and_seriousness_in_words(event: AdverseEvent, nurse: User) -> None:
    page = text(signed_in(nurse).get(address("subject-events", event.subject)))
    assert "Fever" in page
    assert "Grade 1, mild" in page
    assert "Not serious" in page
    assert "Ongoing" in page


def test_an_event_is_recorded_and_shown(subject: Subject, nurse: User) -> None:
    client = signed_in(nurse)
    response = client.post(address("record", subject), FEVER_TYPED, follow=True)
    assert response.redirect_chain == [(address("event", subject, 1), 302)]
    assert "Adverse event 1 is recorded." in text(response)
    assert AdverseEvent.objects.get().term == "Fever"


def test_nothing_is_chosen_beforehand_on_an_empty_form(subject: Subject, nurse: User) -> None:
    page = signed_in(nurse).get(address("record", subject))
    assert page.status_code == 200
    assert " checked" not in text(page)


def test_an_empty_form_is_refused_at_each_required_field(subject: Subject, nurse: User) -> None:
    page = signed_in(nurse).post(address("record", subject), {})
    required = {
        "term",
        "term_code",
        "onset",
        "grade",
        "is_serious",
        "relation",
        "expectedness",
        "action_taken",
        "outcome",
    }
    assert set(page.context["form"].errors) == required
    assert "Please look at these points" in text(page)
    assert not AdverseEvent.objects.exists()


def test_an_onset_before_consent_is_refused_and_what_was_typed_stays(subject: Subject, nurse: User) -> None:
    page = signed_in(nurse).post(address("record", subject), {**FEVER_TYPED, "onset": "2026-04-30"})
    assert list(page.context["form"].errors) == ["onset"]
    assert "Enter a day from 2026-05-01 to 2026-05-20." in text(page)
    assert 'value="Fever"' in text(page)


def test_a_serious_event_without_a_criterion_is_refused(subject: Subject, nurse: User) -> None:
    page = signed_in(nurse).post(address("record", subject), {**FEVER_TYPED, "is_serious": "yes"})
    assert list(page.context["form"].errors) == ["is_serious"]
    assert "at least one of the criteria" in text(page)


def test_the_page_of_an_event_shows_every_value_with_the_way_to_its_history(event: AdverseEvent, nurse: User) -> None:
    page = text(signed_in(nurse).get(address("event", event.subject, 1)))
    history = address("event-history", event.subject, 1)
    assert "Possible" in page
    assert "Counts as related to: cell product." in page
    for field in ("term", "grade", "is_serious", "outcome"):
        assert f'href="{history}?field={field}"' in page


def test_grade_four_without_its_criterion_is_pointed_out_on_the_page(subject: Subject, nurse: User) -> None:
    record_adverse_event(subject=subject, fields={**FEVER, "grade": 4}, by=nurse)
    assert "Grade 4 is life-threatening, but" in text(signed_in(nurse).get(address("event", subject, 1)))


def correction(event: AdverseEvent, **changed: Any) -> dict[str, Any]:
    return {**FEVER_TYPED, "seen_version": event.version, "reason": "Letter received", **changed}


def test_the_form_of_a_correction_holds_the_stored_values(event: AdverseEvent, nurse: User) -> None:
    form = signed_in(nurse).get(address("correct", event.subject, 1)).context["form"]
    assert (form["term"].value(), form["is_serious"].value(), form["seen_version"].value()) == ("Fever", "no", 1)


def test_a_correction_is_saved_and_stands_in_the_history(event: AdverseEvent, nurse: User) -> None:
    client = signed_in(nurse)
    response = client.post(address("correct", event.subject, 1), correction(event, grade=2))
    assert response.url == address("event", event.subject, 1)
    assert AdverseEvent.objects.get().grade == 2
    history = text(client.get(address("event-history", event.subject, 1)))
    assert "corrected it: “Letter received”" in history
    assert "<del>1 · Mild: observation only</del>" in history
    assert "recorded the event" in history


def test_a_correction_without_a_reason_is_refused(event: AdverseEvent, nurse: User) -> None:
    page = signed_in(nurse).post(address("correct", event.subject, 1), correction(event, grade=2, reason=" "))
    assert list(page.context["form"].errors) == ["reason"]
    assert AdverseEvent.objects.get().grade == 1


def test_a_correction_that_changes_nothing_is_refused(event: AdverseEvent, nurse: User) -> None:
    page = signed_in(nurse).post(address("correct", event.subject, 1), correction(event))
    assert "Nothing was changed" in text(page)


def test_line_ends_of_the_browser_are_no_change(subject: Subject, nurse: User) -> None:
    event = record_adverse_event(subject=subject, fields={**FEVER, "narrative": "Evening\nNight"}, by=nurse)
    typed = correction(event, narrative="Evening\r\nNight")
    assert "Nothing was changed" in text(signed_in(nurse).post(address("correct", subject, 1), typed))


def test_who_saves_second_sees_both_versions_and_can_save_again(event: AdverseEvent, nurse: User) -> None:
    other = UserFactory()
    correct_adverse_event(event=event, fields={"grade": 2}, reason="Seen again", seen_version=1, by=other)
    client, page_address = signed_in(nurse), address("correct", event.subject, 1)
    page = client.post(page_address, correction(event, grade=3, narrative="40.1 °C"))
    assert page.status_code == 409
    assert str(other) in text(page)
    assert "2 · Moderate" in text(page) and "3 · Severe" in text(page)
    assert "40.1 °C</textarea>" in text(page)
    assert AdverseEvent.objects.get().grade == 2

    again = {
        **correction(event, grade=3, narrative="40.1 °C"),
        "seen_version": page.context["form"]["seen_version"].value(),
    }
    assert client.post(page_address, again).status_code == 302
    assert (AdverseEvent.objects.get().grade, AdverseEvent.objects.get().narrative) == (3, "40.1 °C")


def test_the_history_of_one_value_shows_only_that_value(event: AdverseEvent, nurse: User) -> None:
    page = text(signed_in(nurse).get(address("event-history", event.subject, 1) + "?field=grade"))
    assert "History of: Severity grade" in page
    assert "<dt>Outcome</dt>" not in page


@pytest.mark.parametrize("field", ["version", "password", "subject__site"])
def test_the_history_of_what_is_no_entered_value_is_not_found(event: AdverseEvent, nurse: User, field: str) -> None:
    page = signed_in(nurse).get(address("event-history", event.subject, 1) + f"?field={field}")
    assert page.status_code == 404


@pytest.mark.parametrize("name", ["event", "correct", "event-history"])
def test_an_event_that_does_not_exist_is_not_found(subject: Subject, nurse: User, name: str) -> None:
    assert signed_in(nurse).get(address(name, subject, 7)).status_code == 404


def all_pages(subject: Subject) -> dict[str, str]:
    names = {"subject-events": (), "record": (), "event": (1,), "correct": (1,), "event-history": (1,)}
    return {name: address(name, subject, *numbers) for name, numbers in names.items()}


def test_the_events_of_another_site_are_not_found(event: AdverseEvent, other_site: Site) -> None:
    stranger = signed_in(make_member("coordinator", other_site))
    pages = all_pages(event.subject)
    assert {name: stranger.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 404)


@pytest.mark.parametrize("role", ["monitor", "auditor"])
def test_roles_that_read_may_read_and_not_write(event: AdverseEvent, site: Site, role: str) -> None:
    reader = signed_in(make_member(role, site))
    found = {name: reader.get(page).status_code for name, page in all_pages(event.subject).items()}
    assert found == {"subject-events": 200, "record": 403, "event": 200, "correct": 403, "event-history": 200}
    assert reader.post(address("record", event.subject), FEVER_TYPED).status_code == 403
    assert AdverseEvent.objects.count() == 1


def test_a_reader_is_offered_no_way_to_write(event: AdverseEvent, site: Site) -> None:
    reader = signed_in(make_member("monitor", site))
    assert address("record", event.subject) not in text(reader.get(address("subject-events", event.subject)))
    assert address("correct", event.subject, 1) not in text(reader.get(address("event", event.subject, 1)))


def test_a_role_without_clinical_data_does_not_find_the_subject(event: AdverseEvent, trial: Trial) -> None:
    statistician = signed_in(make_member("statistician", trial=trial))
    pages = all_pages(event.subject)
    assert {name: statistician.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 404)
