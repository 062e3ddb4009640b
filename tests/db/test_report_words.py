"""What a report says when it is read: words where its content has codes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import User
from patients.models import Subject
from safety.models import SeriousCase
from safety.report_content import report_content
from safety.report_names import ReportNames, dose_in_words, names_for
from safety.report_words import changes_between, sections_of
from tests.factories.cases import submitted_case
from trials.selectors import protocol_of

pytestmark = pytest.mark.usefixtures("clock")

FEVER = {"term_code": "fever", "grade": 3}


@pytest.fixture
def case(infused: Subject, investigator: User) -> SeriousCase:
    return submitted_case(infused, investigator, **FEVER)


@pytest.fixture(params=["en", "zh-hans"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


def content_of(case: SeriousCase) -> dict[str, Any]:
    case = SeriousCase.objects.select_related("event__visit", "subject__site__trial").get(pk=case.pk)
    return report_content(case, case.versions.latest("number"))


def said(case: SeriousCase, content: dict[str, Any] | None = None) -> dict[str, str]:
    """Every fact of the report by its label."""
    sections = sections_of(content or content_of(case), names_for(case.subject))
    return {label: value for section in sections for label, value in section.facts}


def test_sex_arm_and_grade_are_words(case: SeriousCase) -> None:
    facts = said(case)
    assert facts["Sex"] == "Male"
    assert facts["Arm"] == "AD-MSCs group (ADMSC)"
    assert facts["Severity grade"] == "3 · Above 40.0 °C for 24 h at most"


def test_a_moment_names_its_distance_from_utc_and_no_zone(case: SeriousCase) -> None:
    with timezone.override("Asia/Shanghai"):
        assert said(case)["Known to be serious since"] == "2026-05-20 11:00 UTC+08:00"


def test_doses_say_the_visit_and_millions_of_cells(case: SeriousCase, language: str) -> None:
    (doses,) = (
        section for section in sections_of(content_of(case), names_for(case.subject)) if "W0" in str(section.lines)
    )
    (line,) = doses.lines
    if language == "en":
        assert line[:4] == ["Week 0: first infusion (W0)", "2026-05-20", "Cells given", "35 million cells"]
    else:
        assert (line[0], line[3]) == ("第0周：首次输注 (W0)", "35×10⁶ 细胞")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("36250000", "cells", "36.25 million cells"),
        ("36254321", "cells", "36.254321 million cells"),
        ("2100000000", "cells", "2,100 million cells"),
        ("40000000", "cells", "40 million cells"),
        ("7.5", "mg", "7.5 mg"),
        ("10", "mg", "10 mg"),
    ],
)
def test_a_dose_is_exact(amount: str, unit: str, words: str) -> None:
    assert dose_in_words({"amount": amount, "unit": unit}) == words


def test_what_the_protocol_does_not_know_stays_as_it_is(case: SeriousCase) -> None:
    names = ReportNames(protocol_of(case.subject.protocol_version))
    assert (names.visit("W99"), names.arm("OLD")) == ("W99", "OLD")
    assert names.visit("UNS-2") == "Unscheduled visit 2 (UNS-2)"


def test_changes_of_grade_and_of_the_arm_are_told_in_words(case: SeriousCase) -> None:
    signed = content_of(case)
    day = case.subject.site.today()
    grades = [{"changed_on": day.isoformat(), "grade": 2}, {"changed_on": (day + timedelta(1)).isoformat(), "grade": 1}]
    current = {
        **signed,
        "event": {**signed["event"], "grade": 4, "grade_changes": grades},
        "subject": {**signed["subject"], "arm": ""},
    }
    found = {
        each.label: (each.before, each.after) for each in changes_between(signed, current, names_for(case.subject))
    }
    assert found["Severity grade"] == ("3 · Above 40.0 °C for 24 h at most", "4 · Above 40.0 °C for more than 24 h")
    after = "2026-05-20: 2 · Above 39.0 to 40.0 °C\n2026-05-21: 1 · 38.0 to 39.0 °C"
    assert found["Changes of grade"] == ("–", after)
    assert found["Arm"] == ("AD-MSCs group (ADMSC)", "–")


def test_medication_against_the_event_is_named(case: SeriousCase) -> None:
    content = content_of(case)
    medicine = {"number": 1, "name": "Paracetamol", **dict.fromkeys(("indication", "treatment_kind", "dose"), "")}
    medicine |= dict.fromkeys(("route", "frequency", "started", "ended"), "")
    content = {**content, "medications": [medicine], "event": {**content["event"], "treatments": [1, 2]}}
    assert said(case, content)["Medication given against it"] == "1 · Paracetamol; 2"


def test_a_subject_who_is_in_no_arm_and_of_unknown_sex_has_dashes(case: SeriousCase) -> None:
    content = content_of(case)
    content["subject"] = {"number": "GZ-001", "age_years": None, "sex": "", "arm": ""}
    facts = said(case, content)
    assert (facts["Sex"], facts["Arm"], facts["Age in years at consent"]) == ("–", "–", "–")
