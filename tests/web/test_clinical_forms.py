"""Examination and previous treatment through their pages: lines typed, refused, stored and read."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.instruments.physical_examination.model import BodySystem
from assessments.registry import INSTRUMENTS
from assessments.selectors import stored_rows
from patients.models import Subject, Visit
from tests.factories import complete_form, infused_subject, take_place
from tests.web.pages import text
from tests.worlds import screening_visit
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

NORMAL = {f"systems-{system}-result": "normal" for system in BodySystem}

WORLDS = {"visit": screening_visit}


@pytest.fixture
def visit(site: Site) -> Visit:
    return Visit.objects.get(subject__site=site, code="SCR")


def of(name: str, visit: Visit, code: str) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def send(client: Client, visit: Visit, code: str, version: int = 0, **typed: str) -> Any:
    typed = {"assessed_on": "2026-05-20", "version": str(version), "complete": "1", **typed}
    return client.post(of("form-edit", visit, code), typed, follow=True)


def lines(visit: Visit, code: str) -> list[Any]:
    spec = INSTRUMENTS[code]
    form = spec.model._default_manager.get(visit=visit)
    (rows,) = stored_rows(spec, form).values()
    return rows


def test_an_examination_is_typed_line_by_line_and_read_as_a_table(visit: Visit, nurse: Client) -> None:
    heart = {
        "systems-HEART-result": "abnormal",
        "systems-HEART-finding": "Systolic murmur",
        "systems-HEART-is_significant": "N",
    }
    page = send(nurse, visit, "physical_examination", **{**NORMAL, **heart})
    assert "Physical examination is complete." in text(page)
    stored = {row.row_key: (row.result, row.finding) for row in lines(visit, "physical_examination")}
    assert list(stored) == list(BodySystem)
    assert (stored["HEART"], stored["ABDOMEN"]) == (("abnormal", "Systolic murmur"), ("normal", ""))
    review = text(nurse.get(of("form", visit, "physical_examination")))
    assert all(text in review for text in ("Skin, other than psoriasis", "Abnormal", "Systolic murmur"))


def test_an_abnormal_system_is_complete_only_with_its_finding(visit: Visit, nurse: Client) -> None:
    page = send(nurse, visit, "physical_examination", **{**NORMAL, "systems-HEART-result": "abnormal"})
    assert page.status_code == 422
    assert "Enter a value; this form is complete only with all of them." in text(page)
    assert not INSTRUMENTS["physical_examination"].model._default_manager.exists()


def test_a_therapy_is_added_as_a_line_and_an_emptied_line_goes(visit: Visit, nurse: Client) -> None:
    uses = ("topical_use", "phototherapy_use", "biologic_use", "cell_therapy_use", "trial_participation")
    form = {
        **dict.fromkeys(uses, "never"),
        "systemic_use": "past",
        "systemic_last_on": "2026-01-31",
        "has_other_medicines": "N",
        "treatments-keys": "1,2",
        "treatments-2-term": "Acitretin",
        "treatments-2-kind": "systemic",
        "treatments-2-dose": "25",
        "treatments-2-unit": "mg",
        "treatments-2-route": "ORAL",
        "treatments-2-started_on": "2024",
        "treatments-2-is_ongoing": "N",
        "treatments-2-ended_on": "2026-01",
    }
    page = send(nurse, visit, "previous_treatment", **form)
    assert "Previous treatment is complete." in text(page)
    (line,) = lines(visit, "previous_treatment")
    assert (line.row_key, line.term, line.route, line.ended_on) == ("2", "Acitretin", "ORAL", "2026-01")
    assert "Acitretin" in text(nurse.get(of("form", visit, "previous_treatment")))
    emptied = {name: value for name, value in form.items() if not name.startswith("treatments-2")}
    send(nurse, visit, "previous_treatment", 1, **emptied, reason="Listed by mistake")
    assert lines(visit, "previous_treatment") == []


def test_a_last_use_that_the_lines_contradict_has_to_be_explained(visit: Visit, nurse: Client) -> None:
    uses = ("systemic_use", "phototherapy_use", "biologic_use", "cell_therapy_use", "trial_participation")
    form = {
        **dict.fromkeys(uses, "never"),
        "topical_use": "never",
        "has_other_medicines": "N",
        "treatments-keys": "1",
        "treatments-1-term": "Betamethasone",
        "treatments-1-kind": "topical",
        "treatments-1-started_on": "2024",
        "treatments-1-is_ongoing": "Y",
    }
    page = send(nurse, visit, "previous_treatment", **form)
    assert "The form says that this kind of treatment was never used." in text(page)
    explained = {"confirm__treatments-1-kind_never_used": "Used by the partner"}
    assert "Previous treatment is complete." in text(send(nurse, visit, "previous_treatment", **form, **explained))


def test_an_end_before_the_last_dose_is_refused_and_said_once(site: Site, investigator: User, nurse: Client) -> None:
    visit = take_place(infused_subject(site, investigator, days_ago=84), "W12", investigator)
    dates = {"ended_on": "2026-05-18", "last_dose_on": "2026-05-19"}
    page = send(nurse, visit, "end_of_treatment", **dates, is_completed="Y")
    assert page.status_code == 422
    assert text(page).count('<p class="field-error">The treatment ends before its last infusion or dose.') == 1
    later = {**dates, "ended_on": "2026-05-19"}
    assert "End of treatment is complete." in text(send(nurse, visit, "end_of_treatment", **later, is_completed="Y"))


def test_for_a_man_the_pregnancy_test_is_proposed_as_not_needed(
    investigator: User, nurse: Client, enrolled: Subject
) -> None:
    visit = take_place(enrolled, "W0", investigator)
    page = text(nurse.get(of("form-edit", visit, "pregnancy_test")))
    assert 'value="male"' in page
    assert page.count(" checked") >= 2
    complete_form(visit, "pregnancy_test", investigator)
    assert "Male" in text(nurse.get(of("form", visit, "pregnancy_test")))
