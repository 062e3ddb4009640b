"""What an export says of lines of forms: their order, what stands in them, and what the dictionary tells of them."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import ROLES
from assessments.form_specs import ROW_KEY
from assessments.instruments.infusion_vital_signs.model import TimePoint
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, save_form
from exports.dictionary import HEADER, dictionary_rows
from exports.services import make_export
from exports.tables import all_tables
from patients.models import Visit
from tests.exported import Row, members_of, rows_of
from tests.factories import (
    clear,
    complete_form,
    correct_form,
    enrolled_subject,
    entry_for,
    make_member,
    make_range,
    make_site,
    make_subject,
    make_trial,
    results_for,
    system,
    take_place,
)
from trials.models import Site, Trial
from trials.services import delegate


@pytest.fixture
def trial(committed_db: None) -> Trial:
    return make_trial()


@pytest.fixture
def site(trial: Trial) -> Site:
    return make_site(trial)


@pytest.fixture
def doctor(site: Site) -> User:
    return make_member("investigator", site)


@pytest.fixture
def manager(trial: Trial) -> User:
    return make_member("data_manager", trial=trial)


@pytest.fixture
def visit(site: Site, doctor: User) -> Visit:
    return take_place(make_subject(site, doctor), "SCR", doctor)


def exported(trial: Trial, by: User, name: str) -> list[Row]:
    return rows_of(members_of(make_export(trial=trial, by=by)), f"{name}.csv")


def conditions(visit: Visit, by: User, *terms: str) -> None:
    """A draft with these conditions, the first with the highest number."""
    keys = range(len(terms) + 8, 8, -1)
    lines = tuple({ROW_KEY: str(key), "term": term} for key, term in zip(keys, terms, strict=True))
    entry = Entry({"has_conditions": "Y", "conditions": lines}, visit.occurred_on)
    spec = INSTRUMENTS["medical_history"]
    save_form(spec=spec, visit=visit, entry=entry, complete=False, by=by, expected_version=0)


def test_lines_come_in_the_order_of_the_page_under_the_form_they_belong_to(
    trial: Trial, visit: Visit, doctor: User, manager: User
) -> None:
    other = take_place(make_subject(visit.subject.site, doctor), "SCR", doctor)
    conditions(other, doctor, "Gout")
    conditions(visit, doctor, "Migraine", "Asthma", "Eczema")
    found = [
        (row["subject"], row["line"], row["term"])
        for row in exported(trial, manager, "form_medical_history_conditions")
    ]
    first, second = visit.subject.number, other.subject.number
    assert found == [
        (first, "11", "Migraine"),
        (first, "10", "Asthma"),
        (first, "9", "Eczema"),
        (second, "9", "Gout"),
    ]


def test_a_laboratory_line_has_result_and_unit_of_the_report_and_what_was_worked_out(
    trial: Trial, visit: Visit, doctor: User, manager: User
) -> None:
    make_range(visit.subject.site, "HGB", "13", "17.5", unit="g/dL")
    typed = {"result": Decimal("9.90"), "unit": "g/dL", "low": None, "high": None, "significance": "cs"}
    rows = tuple({**row, **typed} if row[ROW_KEY] == "HGB" else row for row in results_for("laboratory", visit))
    complete_form(visit, "laboratory", doctor, results=rows)
    file = exported(trial, manager, "form_laboratory_results")
    assert [row["line"] for row in file] == ["CA", "ALT", "AST", "BILI", "CREAT", "CYSTATC", "HGB", "PLAT", "WBC"]
    said = {
        name: file[6][name]
        for name in ("unit", "standard_unit", "range_source", "flag", "grade", "grade_term", "significance")
    }
    assert said == {
        "unit": "g/dL",
        "standard_unit": "g/L",
        "range_source": "site",
        "flag": "LOW",
        "grade": "2",
        "grade_term": "Anemia",
        "significance": "cs",
    }
    numbers = {name: Decimal(file[6][name]) for name in ("result", "standard_value", "standard_low", "standard_high")}
    assert numbers == {
        "result": Decimal("9.9"),
        "standard_value": Decimal(99),
        "standard_low": Decimal(130),
        "standard_high": Decimal(175),
    }
    assert (file[6]["low"], file[6]["high"]) == ("", "")


def test_a_laboratory_line_says_why_it_has_no_result(trial: Trial, visit: Visit, doctor: User, manager: User) -> None:
    entry = entry_for("laboratory", visit, results=results_for("laboratory", visit, PLAT=None))
    entry = replace(entry, missing={"results-PLAT-result": "not_done"})
    spec = INSTRUMENTS["laboratory"]
    save_form(spec=spec, visit=visit, entry=entry, complete=True, by=doctor, expected_version=0)
    why = {row["line"]: row["result_missing"] for row in exported(trial, manager, "form_laboratory_results")}
    assert {line: reason for line, reason in why.items() if reason} == {"PLAT": "not_done"}


def test_several_clearances_of_a_visit_come_in_their_order_with_both_persons(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    visit = take_place(enrolled_subject(site, doctor), "W0", doctor)
    for bag in ("2", "1", "3"):
        clear(visit, doctor, bag_number=bag)
    found = exported(trial, manager, "infusion_clearances")
    assert [row["bag_number"] for row in found] == ["2", "1", "3"]
    assert {row["cleared_by"] for row in found} == {doctor.username}
    assert doctor.username not in {row["second_person"] for row in found}
    assert all(json.loads(row["items"]) for row in found)


def test_who_may_see_a_site_but_not_export_it_gets_none_of_its_lines(trial: Trial, visit: Visit, doctor: User) -> None:
    conditions(visit, doctor, "Asthma")
    elsewhere = make_site(trial, "VIE")
    other = take_place(make_subject(elsewhere, doctor_of(elsewhere)), "SCR", doctor_of(elsewhere))
    conditions(other, doctor_of(elsewhere), "Gout")
    reader = make_member("data_manager", elsewhere)
    delegate(user=reader, trial=trial, role=ROLES["monitor"], site=visit.subject.site, by=system())
    terms = [row["term"] for row in exported(trial, reader, "form_medical_history_conditions")]
    assert terms == ["Gout"]


def doctor_of(site: Site) -> User:
    name = f"doctor.{site.code}"
    return User.objects.filter(username=name).first() or make_member("investigator", site, username=name)


def test_a_line_that_was_taken_out_is_in_no_file(trial: Trial, site: Site, doctor: User, manager: User) -> None:
    day = site.today() - timedelta(days=1)
    visit = take_place(make_subject(site, doctor, signed_on=day), "SCR", doctor)
    complete_form(visit, "medical_history", doctor)
    correct_form(visit, "medical_history", doctor, has_conditions="N", conditions=())
    assert exported(trial, manager, "form_medical_history_conditions") == []


@pytest.fixture(scope="module")
def described() -> dict[tuple[str, str], dict[str, str]]:
    """The data dictionary, by table and column."""
    rows = (dict(zip(HEADER, row, strict=True)) for row in dictionary_rows(all_tables()))
    return {(row["table"], row["column"]): row for row in rows}


@pytest.mark.parametrize(
    ("table", "column", "facts"),
    [
        ("form_infusion_vital_signs_readings", "temperature_c", {"unit": "°C", "cdash": "TEMP", "required": "Y"}),
        ("form_infusion_vital_signs_readings", "respirations_per_min", {"unit": "/min", "required": "N"}),
        ("form_laboratory_results", "result", {"cdash": "LBORRES", "required": "Y", "derived": "N"}),
        ("form_laboratory_results", "significance", {"cdash": "LBCLSIG", "required": "N", "derived": "N"}),
        ("form_laboratory_results", "unit", {"cdash": "LBORRESU", "required": "N"}),
        ("form_laboratory_results", "flag", {"cdash": "LBNRIND", "derived": "Y"}),
        ("form_laboratory_results", "flag", {"codes": "LOW=low; NORMAL=normal; HIGH=high"}),
        ("form_laboratory_results", "grade", {"cdash": "LBTOXGR", "derived": "Y", "low": "0", "high": "4"}),
        ("form_medical_history_conditions", "ended_on", {"required": "N"}),
        ("form_medical_history_conditions", "line", {"codes": "", "required": "Y"}),
        ("form_medical_history_conditions", "started_on_missing", {"type": "text", "required": "N"}),
    ],
)
def test_the_dictionary_tells_of_a_column_of_lines(
    described: dict[tuple[str, str], dict[str, str]], table: str, column: str, facts: dict[str, str]
) -> None:
    found: Any = described[table, column]
    assert {name: found[name] for name in facts} == facts


def test_the_dictionary_says_what_the_lines_are_called(described: dict[tuple[str, str], dict[str, str]]) -> None:
    codes = described["form_infusion_vital_signs_readings", "line"]["codes"].split("; ")
    assert [code.split("=")[0] for code in codes] == TimePoint.values
