"""The pages of the questionnaires: what is asked, what is worked out while typing, what is shown afterwards."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Visit
from tests.factories import complete_form, make_subject, make_trial_asking_for, take_place, values_for
from tests.web.pages import words
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

CODES = ("dlqi", "pruritus_vas", "pga", "zung_sas", "zung_sds")
ANSWERS_PER_ITEM = {"item_01": 4, "item_02": 4, "item_03": 5, "item_07": 3, "item_07a": 3, "item_10": 5}


@pytest.fixture
def trial(db: None) -> Trial:
    return make_trial_asking_for(*CODES)


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def of(name: str, visit: Visit, code: str) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def typed(code: str, visit: Visit, **changed: str) -> dict[str, str]:
    values = {name: str(value) for name, value in values_for(code, visit).items()}
    return {"assessed_on": "2026-05-20", "version": "0", **values, **changed}


@pytest.mark.parametrize("code", CODES)
def test_a_questionnaire_is_typed_completed_and_read(visit: Visit, nurse: Client, code: str) -> None:
    page = nurse.post(of("form-edit", visit, code), {**typed(code, visit), "complete": "1"}, follow=True)
    assert page.redirect_chain == [(of("form", visit, code), 302)]
    assert "is complete." in words(page)


@pytest.mark.parametrize(("name", "count"), ANSWERS_PER_ITEM.items())
def test_an_item_of_the_dlqi_offers_the_answers_of_the_questionnaire_and_no_more(
    visit: Visit, nurse: Client, name: str, count: int
) -> None:
    page = nurse.get(of("form-edit", visit, "dlqi")).content.decode()
    assert len(re.findall(rf'<input type="radio" name="{name}"', page)) == count


@pytest.mark.parametrize("code", ["zung_sas", "zung_sds"])
def test_a_scale_is_twenty_rows_of_four_buttons(visit: Visit, nurse: Client, code: str) -> None:
    page = nurse.get(of("form-edit", visit, code)).content.decode()
    buttons = re.findall(r'<input type="radio" name="(item_\d\d)"', page)
    assert buttons == [f"item_{item:02d}" for item in range(1, 21) for _ in range(4)]
    assert page.count("form-section form-section-rows") == 4


@pytest.mark.parametrize(
    ("code", "first", "last"), [("zung_sas", "1 · rarely", "4 · mostly"), ("pga", "0 · clear", "5 · severe")]
)
def test_a_button_says_the_score_that_its_digit_key_chooses(
    visit: Visit, nurse: Client, code: str, first: str, last: str
) -> None:
    page = words(nurse.get(of("form-edit", visit, code)))
    assert first in page
    assert last in page


def test_total_and_meaning_are_shown_while_typing(visit: Visit, nurse: Client) -> None:
    page = words(nurse.post(of("form-live", visit, "dlqi"), typed("dlqi", visit)))
    assert "DLQI total 19" in page
    assert "Effect on life very large effect" in page


def test_seven_a_that_does_not_count_is_asked_about_while_typing(visit: Visit, nurse: Client) -> None:
    page = words(nurse.post(of("form-live", visit, "dlqi"), typed("dlqi", visit, item_07="Y")))
    assert "it is not asked for any more" in page


def test_an_answer_that_the_questionnaire_does_not_offer_is_refused(visit: Visit, nurse: Client) -> None:
    for name, answer in (("item_01", "NR"), ("item_03", "4"), ("item_07a", "3")):
        response = nurse.post(of("form-edit", visit, "dlqi"), typed("dlqi", visit, **{name: answer}))
        assert response.status_code == 422
        assert "is not one of the available choices" in words(response)


def test_a_read_questionnaire_shows_scores_and_not_relevant_in_words(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    complete_form(visit, "dlqi", coordinator, item_06="NR")
    page = words(nurse.get(of("form", visit, "dlqi")))
    assert "2 · strong" in page
    assert "not relevant" in page
    assert "very large effect" in page


def test_what_is_not_worked_out_yet_is_shown_as_unknown(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit, "zung_sas"), typed("zung_sas", visit, item_20=""))
    page = nurse.get(of("form-edit", visit, "zung_sas")).content.decode()
    rows = re.findall(r'<div data-derived="(\w+)"\s+class="([\w -]*)">', page)
    assert {name for name, css in rows if "is-unknown" in css} == {"raw_score", "index_score", "level"}
