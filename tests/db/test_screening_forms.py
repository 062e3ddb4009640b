"""The screening forms, stored: what they publish, and what the database itself refuses."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.form_specs import ROW_KEY
from assessments.instruments.laboratory_panel.facts import HIGH, LOW, VALUE, fact_code
from assessments.registry import INSTRUMENTS
from assessments.selectors import stored_rows
from assessments.services import Entry, mark_not_done, save_form
from audit.context import acting
from patients.models import Finding, Visit
from tests.factories import (
    complete_form,
    enrolled_subject,
    entry_for,
    make_member,
    make_site,
    make_subject,
    make_trial,
    take_place,
    values_for,
    write_past_schedule,
)

SCREENING_FORMS = ("laboratory", "psoriasis_history", "previous_treatment", "reproductive_status", "serology")


@pytest.fixture
def screening(db: None) -> tuple[Visit, User]:
    """A screening visit that took place, and who enters its forms."""
    site = make_site(make_trial())
    by = make_member("investigator", site)
    return take_place(make_subject(site, by), "SCR", by), by


def found(visit: Visit, code: str) -> dict[str, Any]:
    return {f.test_code: f.value for f in Finding.objects.filter(visit=visit, source_form=code)}


def test_the_laboratory_publishes_every_number_under_its_name(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    complete_form(visit, "laboratory", by)
    numbers = {
        fact_code(row[ROW_KEY], name): row[typed]
        for row in values_for("laboratory", visit)["results"]
        for name, typed in ((VALUE, "result"), (LOW, "low"), (HIGH, "high"))
        if row[typed] is not None
    }
    published = found(visit, "laboratory")
    graded = {code for code in published if code.endswith("_ctcae_grade")}
    assert {code: value for code, value in published.items() if code not in graded} == numbers
    assert {published[code] for code in graded} == {0}
    assert len(numbers) == 24
    assert Finding.objects.get(visit=visit, test_code="creatinine_umol_l").unit == "µmol/L"


def test_yes_and_no_are_published_as_true_and_false(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    complete_form(visit, "psoriasis_history", by, is_face_only="Y")
    assert found(visit, "psoriasis_history") == {
        "psoriasis_type": "plaque",
        "psoriasis_diagnosed_on": date(2010, 9, 1),
        "psoriasis_face_only": True,
        "psoriasis_drug_induced": False,
    }
    kept = Finding.objects.get(visit=visit, test_code="psoriasis_drug_induced")
    assert (kept.yes_no, kept.text) == (False, None)


def test_a_yes_or_no_that_is_unknown_is_not_published(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    entry = Entry(
        values={**values_for("psoriasis_history", visit), "is_face_only": None},
        assessed_on=visit.occurred_on,
        missing={"is_face_only": "unknown"},
    )
    spec = INSTRUMENTS["psoriasis_history"]
    save_form(spec=spec, visit=visit, entry=entry, complete=True, by=by, expected_version=0)
    assert "psoriasis_face_only" not in found(visit, "psoriasis_history")


def test_days_of_last_use_are_published_as_days(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    complete_form(visit, "previous_treatment", by)
    facts = found(visit, "previous_treatment")
    assert facts["topical_last_on"] == visit.occurred_on - timedelta(days=40)
    assert (facts["topical_use"], facts["biologic_use"]) == ("past", "never")
    assert "biologic_last_on" not in facts


def test_a_past_use_is_complete_only_with_its_last_day_but_a_draft_may_lack_it(
    screening: tuple[Visit, User],
) -> None:
    visit, by = screening
    arguments: dict[str, Any] = {
        "spec": INSTRUMENTS["previous_treatment"],
        "visit": visit,
        "entry": entry_for("previous_treatment", visit, biologic_use="past"),
        "by": by,
        "expected_version": 0,
    }
    with pytest.raises(ValidationError) as refusal:
        save_form(**arguments, complete=True)
    assert set(refusal.value.message_dict) == {"biologic_last_on"}
    assert save_form(**arguments, complete=False).status == "draft"


def test_a_day_beside_a_use_that_has_none_is_kept_and_publishes_nothing(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    spec, day = INSTRUMENTS["previous_treatment"], visit.occurred_on - timedelta(days=3)
    entry = entry_for("previous_treatment", visit, biologic_last_on=day)
    arguments: dict[str, Any] = {"spec": spec, "visit": visit, "by": by}
    draft = save_form(**arguments, entry=entry, complete=False, expected_version=0)
    with pytest.raises(ValidationError, match="it is not asked for any more"):
        save_form(**arguments, entry=entry, complete=True, expected_version=draft.row_version)
    explained = replace(entry, confirmed={"biologic_last_on_not_asked": "Typed for another treatment"})
    form = save_form(**arguments, entry=explained, complete=True, expected_version=draft.row_version)
    form.refresh_from_db()
    assert (form.status, form.biologic_use, form.biologic_last_on) == ("complete", "never", day)
    facts = found(visit, "previous_treatment")
    assert "biologic_last_on" not in facts
    assert facts["topical_last_on"] == visit.occurred_on - timedelta(days=40)


def test_the_end_of_a_pregnancy_that_never_was_is_kept_and_publishes_nothing(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    entry = replace(
        entry_for("reproductive_status", visit, pregnancy_ended_on=visit.occurred_on),
        confirmed={"pregnancy_ended_on_not_asked": "Of the sister"},
    )
    save_form(
        spec=INSTRUMENTS["reproductive_status"], visit=visit, entry=entry, complete=True, by=by, expected_version=0
    )
    assert "pregnancy_ended_on" not in found(visit, "reproductive_status")


def test_each_therapy_is_stored_as_a_line_of_its_own(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    form = complete_form(visit, "previous_treatment", by)
    (line,) = stored_rows(INSTRUMENTS["previous_treatment"], form)["treatments"]
    assert (line.term, line.dose, line.unit, line.started_on) == ("Betamethasone", Decimal("2.000"), "g", "2020")


def test_the_serology_publishes_each_result(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    complete_form(visit, "serology", by, syphilis=None, anti_hbc="indeterminate")
    assert found(visit, "serology") == {
        "hbsag_result": "negative",
        "anti_hbc_result": "indeterminate",
        "anti_hcv_result": "negative",
        "anti_hiv_result": "negative",
    }


def test_a_pregnancy_test_publishes_result_and_day_and_whether_it_applies(site: Any, coordinator: User) -> None:
    subject = enrolled_subject(site, make_member("investigator", site))
    visit = take_place(subject, "W0", coordinator)
    complete_form(visit, "pregnancy_test", coordinator)
    assert found(visit, "pregnancy_test") == {"pregnancy_test_applies": False}
    test = {"is_applicable": "Y", "no_test_reason": None, "specimen": "urine", "result": "negative"}
    entry = replace(
        entry_for("pregnancy_test", visit, tested_on=visit.occurred_on, **test),
        confirmed={"test_of_a_man": "The demographics are wrong"},
    )
    spec = INSTRUMENTS["pregnancy_test"]
    save_form(spec=spec, visit=visit, entry=entry, complete=True, by=coordinator, expected_version=1, reason="Wrong")
    assert found(visit, "pregnancy_test") == {
        "pregnancy_test_applies": True,
        "pregnancy_test_result": "negative",
        "pregnancy_tested_on": visit.occurred_on,
    }


def test_the_reproductive_status_publishes_states_days_and_plans(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    ended = visit.occurred_on - timedelta(days=366)
    complete_form(visit, "reproductive_status", by, pregnancy="past", pregnancy_ended_on=ended)
    assert found(visit, "reproductive_status") == {
        "pregnancy": "past",
        "pregnancy_ended_on": ended,
        "lactation": "never",
        "pregnancy_test": "negative",
        "pregnancy_test_on": visit.occurred_on,
        "plans_pregnancy": False,
    }


def test_for_a_man_the_reproductive_status_is_not_done_and_publishes_nothing(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    complete_form(visit, "demographics", by)
    form = mark_not_done(
        spec=INSTRUMENTS["reproductive_status"], visit=visit, reason_not_done="Male", by=by, expected_version=0
    )
    assert form.status == "not_done"
    assert found(visit, "reproductive_status") == {}


def test_the_vital_signs_store_and_publish_the_body_mass_index(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    form = complete_form(visit, "vital_signs", by)
    form.refresh_from_db()
    assert form.bmi_kg_m2 == Decimal("23.7")
    assert found(visit, "vital_signs")["bmi_kg_m2"] == Decimal("23.7")


def page_of(visit: Visit, code: str, by: User, **typed: str) -> str:
    """The entry page of a form, as it opens, or as it answers what was typed and completed."""
    client = Client()
    client.force_login(by)
    place = [visit.subject.site.trial.registration, visit.subject.number, visit.code, code]
    address = reverse("assessments:form-edit", args=place)
    sent = {"assessed_on": visit.occurred_on.isoformat(), "version": "0", "complete": "1", **typed}
    answer = client.post(address, sent) if typed else client.get(address)
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("code", SCREENING_FORMS)
def test_a_screening_form_opens_with_all_its_items_and_days_are_typed_as_days(
    screening: tuple[Visit, User], code: str
) -> None:
    visit, by = screening
    page = page_of(visit, code, by)
    days = [item.name for item in INSTRUMENTS[code].items if item.name.endswith("_on")]
    assert all(f'name="{item.name}"' in page for item in INSTRUMENTS[code].items)
    assert page.count('data-day="date"') == len(days) + 1  # and the day of assessment


def test_a_day_beside_a_use_without_one_is_asked_about_once(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    page = page_of(visit, "previous_treatment", by, topical_use="never", topical_last_on="2020-01-01")
    assert page.count('name="confirm__topical_last_on_not_asked"') == 1
    assert "Topical treatment, last use: there is an answer, but it is not asked for any more." in page


def test_a_last_day_may_not_be_left_out_with_a_reason(screening: tuple[Visit, User]) -> None:
    visit, by = screening
    page = page_of(visit, "previous_treatment", by)
    assert 'name="missing__topical_use"' in page
    assert 'name="missing__topical_last_on"' not in page


IMPOSSIBLE = {
    "a lower limit of haemoglobin at the upper": ("laboratory", "haemoglobin_lln_g_l = 175, haemoglobin_uln_g_l = 175"),
    "haemoglobin in g/dL": ("laboratory", "haemoglobin_g_l = 14.8"),
    "calcium in mg/dL": ("laboratory", "calcium_mmol_l = 9.4"),
    "creatinine in mg/dL": ("laboratory", "creatinine_umol_l = 0.9"),
    "a dose of nothing": ("methotrexate", "dose_mg = 0"),
    "a dose of 50.1 mg": ("methotrexate", "dose_mg = 50.1"),
    "an end of treatment before its last dose": (
        "end_of_treatment",
        "ended_on = '2026-01-01', last_dose_on = '2026-01-02'",
    ),
    "a contact after death": (
        "end_of_study",
        "survival = 'dead', died_on = '2026-01-01', last_contact_on = '2026-01-02'",
    ),
    "a body mass index of 2.9": ("vital_signs", "bmi_kg_m2 = 2.9"),
}


@pytest.mark.parametrize(("code", "change"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_the_database_itself_refuses(site: Any, coordinator: User, code: str, change: str) -> None:
    visit = take_place(make_subject(site, coordinator), "SCR", coordinator)
    form = write_past_schedule(visit, code, coordinator)
    with (
        pytest.raises(IntegrityError, match="check constraint"),
        transaction.atomic(),
        acting(by=coordinator, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {form._meta.db_table} SET {change} WHERE id = %s", [form.pk])
