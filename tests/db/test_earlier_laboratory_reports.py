"""Reports that 0.2 kept in columns stand in lines after the migration, and lose nothing."""

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.models import User
from assessments.form_data import FormStatus
from assessments.instruments.laboratory.model import Laboratory, LaboratoryLine
from assessments.instruments.laboratory.spec import SPEC
from audit.context import acting
from patients.models import Visit
from tests.factories import make_member, make_site, make_subject, make_trial, take_place

MIGRATION = import_module("assessments.migrations.0004_lines_of_earlier_reports")
COLUMNS = {
    "calcium_mmol_l": None,
    "alt_u_l": Decimal("401.0"),
    "alt_uln_u_l": Decimal("40.0"),
    "creatinine_umol_l": Decimal("76.0"),
    "haemoglobin_g_l": Decimal("99.0"),
    "haemoglobin_lln_g_l": Decimal("130.0"),
    "haemoglobin_uln_g_l": Decimal("175.0"),
    "platelets_10e9_l": Decimal("60.0"),
}


@pytest.fixture
def visit(db: None) -> Visit:
    site = make_site(make_trial())
    by = make_member("investigator", site)
    return take_place(make_subject(site, by), "SCR", by)


def migrated(visit: Visit, status: str = FormStatus.COMPLETE, **facts: Any) -> Laboratory:
    """A report as 0.2 stored it, after the migration."""
    by = make_member("coordinator", visit.subject.site)
    given = {"missing": {"calcium_mmol_l": "not_done", "ast_uln_u_l": "unknown"}, **COLUMNS, **facts}
    with acting(by=by, reason="As 0.2 stored it"):
        report = Laboratory.objects.create(
            visit=visit, status=status, assessed_on=visit.occurred_on, assessed_by=by, **given
        )
    MIGRATION.write_lines(apps, None)
    return Laboratory.objects.get(pk=report.pk)


def lines_of(report: Laboratory) -> dict[str, LaboratoryLine]:
    return {line.row_key: line for line in LaboratoryLine.objects.filter(form=report)}


def test_each_value_stands_in_its_line_with_limits_flag_and_grade(visit: Visit) -> None:
    lines = lines_of(migrated(visit))
    assert list(lines) == ["CA", "ALT", "AST", "BILI", "CREAT", "CYSTATC", "HGB", "PLAT", "WBC"]
    found = {
        key: (line.result, line.unit, line.low, line.high, line.standard_value, line.flag, line.grade, line.grade_term)
        for key, line in lines.items()
        if key in ("CA", "ALT", "CREAT", "HGB", "PLAT")
    }
    d = Decimal
    assert found == {
        "CA": (None, "mmol/L", None, None, None, "", None, ""),
        "ALT": (d(401), "U/L", None, d(40), d(401), "HIGH", 3, "Alanine aminotransferase increased"),
        "CREAT": (d(76), "µmol/L", None, None, d(76), "", None, ""),
        "HGB": (d(99), "g/L", d(130), d(175), d(99), "LOW", 2, "Anemia"),
        "PLAT": (d(60), "10^9/L", None, None, d(60), "", 2, "Platelet count decreased"),
    }
    assert (lines["ALT"].range_source, lines["PLAT"].range_source) == ("report", "")


def test_reasons_and_explanations_move_to_the_line(visit: Visit) -> None:
    report = migrated(visit, confirmed_checks={"alt_u_l_far_above_limit": "Measured twice"})
    assert report.missing == {"results-CA-result": "not_done", "results-AST-high": "unknown"}
    assert report.confirmed_checks == {"results-ALT-result_far_outside": "Measured twice"}
    assert all(SPEC.item_at(address) for address in report.missing)


def test_the_columns_keep_what_they_hold(visit: Visit) -> None:
    report = migrated(visit)
    assert {name: getattr(report, name) for name in COLUMNS} == COLUMNS
    assert set(COLUMNS) < set(SPEC.retired)
    assert {name for names in MIGRATION.COLUMNS.values() for name in names if name} == set(SPEC.retired)


def test_the_system_account_signs_with_the_reason(visit: Visit) -> None:
    report = migrated(visit)
    events = apps.get_model("assessments", "LaboratoryLineEvent").objects.filter(form_id=report.pk)
    contexts = [event.pgh_context for event in events]
    assert len(contexts) == 9
    assert {(context["user"], context["reason"]) for context in contexts} == {
        (User.objects.system().pk, MIGRATION.REASON)
    }


def test_a_report_that_was_not_done_gets_no_lines(visit: Visit) -> None:
    empty = dict.fromkeys(COLUMNS)
    report = migrated(visit, FormStatus.NOT_DONE, reason_not_done="No sample", missing={}, **empty)
    assert lines_of(report) == {}
