"""Lines of a form on its pages, as they work without JavaScript."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.instruments.medical_history.model import MedicalCondition
from assessments.registry import INSTRUMENTS
from patients.models import Visit
from tests.factories import complete_form, make_site, make_subject, make_trial_asking_for, take_place
from tests.web.pages import signed_in, text
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

CODE = "medical_history"


@pytest.fixture
def site(db: None) -> Site:
    return make_site(make_trial_asking_for(CODE), "GZ")


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def of(name: str, visit: Visit) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, CODE])


def line(key: str, term: str, **changed: str) -> dict[str, str]:
    values = {"term": term, "started_on": "2019-05", "is_ongoing": "Y", **changed}
    return {f"conditions-{key}-{name}": value for name, value in values.items()}


def page_with(*lines: dict[str, str], version: int = 0, **more: str) -> dict[str, str]:
    keys = dict.fromkeys(name.split("-")[1] for one in lines for name in one)
    sent = {"assessed_on": "2026-05-20", "version": str(version), "has_conditions": "Y"}
    sent["conditions-keys"] = ",".join(keys)
    for one in lines:
        sent |= one
    return {**sent, **more}


def stored(visit: Visit) -> list[tuple[str, str]]:
    rows = MedicalCondition.objects.filter(form__visit=visit)
    return list(rows.values_list("row_key", "term"))


def test_an_empty_form_offers_one_line(visit: Visit, nurse: Client) -> None:
    page = text(nurse.get(of("form-edit", visit)))
    assert 'name="conditions-keys" value="1"' in page
    assert 'name="conditions-1-term"' in page


def test_a_line_is_added_and_what_was_typed_stays(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-edit", visit), page_with(line("1", "Asthma"), add__conditions="1"))
    assert page.status_code == 200
    assert 'name="conditions-keys" value="1,2"' in text(page)
    assert 'name="conditions-1-term" value="Asthma"' in text(page)
    assert 'name="conditions-2-term"' in text(page)
    assert "Please look at these points" not in text(page)
    assert stored(visit) == []


def test_a_line_is_removed_from_the_page_and_the_others_stay(visit: Visit, nurse: Client) -> None:
    lines = [line("1", "Asthma"), line("2", "Gout"), line("3", "Migraine")]
    page = nurse.post(of("form-edit", visit), page_with(*lines, remove__conditions="2"))
    assert 'name="conditions-keys" value="1,3"' in text(page)
    assert 'name="conditions-2-term"' not in text(page)
    assert 'name="conditions-3-term" value="Migraine"' in text(page)


def test_a_stored_line_that_was_removed_goes_with_the_save(visit: Visit, coordinator: User, nurse: Client) -> None:
    complete_form(visit, CODE, coordinator)
    both = [line("1", "Asthma"), line("2", "Fracture", started_on="2010", is_ongoing="N", ended_on="2011")]
    page = nurse.post(of("form-edit", visit), page_with(*both, version=1, remove__conditions="1"))
    assert 'name="conditions-1-term"' not in text(page)
    assert [key for key, _ in stored(visit)] == ["1", "2"]
    nurse.post(of("form-edit", visit), page_with(both[1], version=1, reason="Of another subject"))
    assert stored(visit) == [("2", "Fracture")]
    history = text(nurse.get(of("form-history", visit) + "?item=conditions-1-term"))
    assert "Asthma" in history
    assert "Of another subject" in history


def test_a_line_that_was_emptied_is_not_stored(visit: Visit, nurse: Client) -> None:
    empty = line("2", "", started_on="", is_ongoing="")
    nurse.post(of("form-edit", visit), page_with(line("1", "Asthma"), empty, complete="1"))
    assert stored(visit) == [("1", "Asthma")]


def test_an_error_stands_beside_its_line_and_in_the_summary(visit: Visit, nurse: Client) -> None:
    lines = [line("1", "Asthma"), line("2", "Gout", started_on="2027", is_ongoing="N", ended_on="yesterday")]
    page = nurse.post(of("form-edit", visit), page_with(*lines))
    assert page.status_code == 422
    assert text(page).count('<p class="field-error">This is after the visit of 2026-05-20.</p>') == 1
    assert 'href="#id_conditions-2-started_on">condition 2, start:' in text(page).lower()
    assert 'value="yesterday"' in text(page)
    assert stored(visit) == []


def test_a_line_that_lacks_a_value_takes_a_reason_instead(visit: Visit, nurse: Client) -> None:
    lacking = line("1", "Asthma", started_on="")
    page = nurse.post(of("form-edit", visit), page_with(lacking, complete="1"))
    assert page.status_code == 422
    assert "Enter a value or choose the reason why there is none." in text(page)
    reason = {"conditions-1-missing__started_on": "unknown"}
    assert nurse.post(of("form-edit", visit), page_with(lacking | reason, complete="1")).status_code == 302
    assert "Unknown" in text(nurse.get(of("form", visit)))
    assert "Unknown" in text(nurse.get(of("form-history", visit) + "?item=conditions-1-started_on"))


def test_the_reading_page_shows_every_line_with_its_history(visit: Visit, coordinator: User, nurse: Client) -> None:
    complete_form(visit, CODE, coordinator)
    page = text(nurse.get(of("form", visit)))
    for shown in ("Condition 1", "Asthma", "2019-05", "Condition 2", "Fracture", "?item=conditions-2-ended_on"):
        assert shown in page


@pytest.mark.parametrize(
    "item", ["conditions-1-nothing", "nothing-1-term", "conditions-term", "--", "conditions--term"]
)
def test_the_history_of_an_unknown_item_of_a_line_is_not_found_or_empty(
    visit: Visit, coordinator: User, nurse: Client, item: str
) -> None:
    complete_form(visit, CODE, coordinator)
    page = nurse.get(of("form-history", visit) + f"?item={item}")
    assert page.status_code == 404 or "This item has never had a value." in text(page)


def test_a_form_not_done_has_no_lines(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit), page_with(line("1", "Asthma")))
    nurse.post(of("form-not-done", visit), {"version": "1", "reason_not_done": "Left early"})
    assert stored(visit) == []


@pytest.mark.parametrize("keys", ["", "x", "1,1,1", "../1", "99999", ",,,", "1" * 500])
def test_odd_keys_of_lines_are_not_looked_at(visit: Visit, nurse: Client, keys: str) -> None:
    sent = {**page_with(line("1", "Asthma")), "conditions-keys": keys}
    assert nurse.post(of("form-edit", visit), sent).status_code == 302
    assert [key for key, _ in stored(visit)] == (["1"] if keys == "1,1,1" else [])


def test_lines_of_two_people_are_shown_side_by_side_and_both_stay(
    visit: Visit, nurse: Client, investigator: User
) -> None:
    nurse.post(of("form-edit", visit), page_with(line("1", "Asthma")))
    doctor = signed_in(investigator)
    nurse.post(of("form-edit", visit), page_with(line("1", "Asthma"), line("2", "Gout"), version=1))
    page = text(doctor.post(of("form-edit", visit), page_with(line("1", "Bronchial asthma"), version=1)))
    assert 'name="choose__conditions-2-term" value="stored" form="entry" checked>' in page
    assert 'name="choose__conditions-1-term" value="typed" form="entry" checked>' in page
    choices = {f"choose__conditions-2-{name}": "stored" for name in ("term", "started_on", "is_ongoing")}
    choices["choose__conditions-1-term"] = "typed"
    doctor.post(of("form-edit", visit), page_with(line("1", "Bronchial asthma"), version=2, **choices))
    assert stored(visit) == [("1", "Bronchial asthma"), ("2", "Gout")]


def test_a_line_that_is_typed_after_the_choice_counts(visit: Visit, nurse: Client, investigator: User) -> None:
    nurse.post(of("form-edit", visit), page_with(line("1", "Asthma")))
    choice = {"choose__conditions-1-term": "stored", "shown__conditions-1-term": "Bronchial asthma"}
    doctor = signed_in(investigator)
    doctor.post(of("form-edit", visit), page_with(line("1", "Asthma since childhood"), version=1, **choice))
    assert stored(visit) == [("1", "Asthma since childhood")]
    doctor.post(
        of("form-edit", visit),
        page_with(line("1", "Bronchial asthma"), version=2, **choice),
    )
    assert stored(visit) == [("1", "Asthma since childhood")]


def test_lines_that_are_not_asked_are_hidden_while_they_are_empty(visit: Visit, nurse: Client) -> None:
    assert 'data-unasked="conditions"' in text(nurse.get(of("form-edit", visit)))
    answered = nurse.post(of("form-live", visit), page_with(line("1", "", started_on="", is_ongoing="")))
    assert 'data-unasked=""' in text(answered)
    unasked = nurse.post(of("form-live", visit), page_with(line("1", "Asthma"), has_conditions="N"))
    assert "conditions-1-term" not in text(unasked).split('data-unasked="')[1].split('"')[0].split()
    assert "not asked for any more" in text(unasked)


def test_the_instrument_of_these_tests_has_lines() -> None:
    assert [group.name for group in INSTRUMENTS[CODE].row_groups] == ["conditions"]
