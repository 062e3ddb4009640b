"""Examination, serology and pregnancy test: what is asked for and what is odd."""

from datetime import date, timedelta
from typing import Any

import pytest

from assessments.form_engine import form_class
from assessments.form_specs import ROW_KEY, CrfSpec, FormContext, Severity
from assessments.form_values import missing_items, not_asked, objections
from assessments.instruments.medical_history.spec import SPEC as MEDICAL_HISTORY
from assessments.instruments.physical_examination.model import BodySystem
from assessments.instruments.physical_examination.spec import SPEC as EXAMINATION
from assessments.instruments.physical_examination.spec import SYSTEMS
from assessments.instruments.pregnancy_test.spec import SPEC as PREGNANCY_TEST
from assessments.instruments.serology.spec import SPEC as SEROLOGY
from assessments.instruments.serology.spec import TESTS

VISIT = date(2026, 5, 20)


def found(spec: CrfSpec, values: dict[str, Any], **facts: Any) -> dict[str, Severity]:
    context = FormContext(consent_on=date(2026, 5, 1), visit_on=VISIT, **facts)
    return {objection.code: objection.severity for objection in objections(spec, values, context)}


def test_the_examination_brings_a_line_for_every_body_system() -> None:
    assert SYSTEMS.keys is not None
    keys = SYSTEMS.keys(FormContext(consent_on=VISIT, visit_on=VISIT))
    assert keys == tuple(BodySystem)
    assert [str(SYSTEMS.label(key)) for key in keys[:2]] == ["General appearance", "Skin, other than psoriasis"]


@pytest.mark.parametrize(
    ("result", "needed"),
    [
        (None, {"result"}),
        ("normal", set()),
        ("not_examined", set()),
        ("abnormal", {"finding", "is_significant"}),
    ],
)
def test_only_what_is_abnormal_is_described(result: str | None, needed: set[str]) -> None:
    values = {"systems": ({ROW_KEY: "HEART", "result": result},)}
    reasons = {"systems-HEART-finding": "unknown", "systems-HEART-is_significant": "unknown"}
    assert set(missing_items(EXAMINATION, values, reasons)) == {f"systems-HEART-{name}" for name in needed}


def test_a_finding_of_what_became_normal_is_kept_and_flagged() -> None:
    values = {"systems": ({ROW_KEY: "HEART", "result": "normal", "finding": "Murmur"},)}
    assert found(EXAMINATION, values) == {"systems-HEART-finding_not_asked": Severity.SOFT}


@pytest.mark.parametrize("test", TESTS)
def test_only_a_positive_test_is_asked_about(test: str) -> None:
    assert found(SEROLOGY, {test: "positive"}) == {f"{test}_positive": Severity.SOFT}
    assert found(SEROLOGY, {test: "negative"}) == found(SEROLOGY, {test: "indeterminate"}) == {}


def test_every_test_but_that_of_syphilis_is_required() -> None:
    assert set(missing_items(SEROLOGY, {}, {})) == {"sampled_on", *TESTS} - {"syphilis"}
    assert found(SEROLOGY, {"sampled_on": VISIT + timedelta(days=1)}) == {"sampled_on_after_visit": Severity.HARD}


@pytest.mark.parametrize(
    ("answer", "needed"),
    [("Y", {"specimen", "tested_on", "result"}), ("N", {"no_test_reason"}), (None, {"is_applicable"})],
)
def test_a_test_is_asked_for_only_where_a_pregnancy_can_be(answer: str | None, needed: set[str]) -> None:
    assert set(missing_items(PREGNANCY_TEST, {"is_applicable": answer}, {})) == needed


@pytest.mark.parametrize("where", ["here", "baseline"])
def test_for_a_man_the_form_proposes_that_no_test_is_needed(where: str) -> None:
    def proposed(sex: str) -> dict[str, Any]:
        return PREGNANCY_TEST.prefill(FormContext(consent_on=VISIT, visit_on=VISIT, **{where: {"sex": sex}}))

    assert proposed("M") == {"is_applicable": "N", "no_test_reason": "male"}
    assert proposed("F") == {}


@pytest.mark.parametrize(
    ("sex", "values", "codes"),
    [
        ("M", {"is_applicable": "Y"}, {"test_of_a_man"}),
        ("M", {"is_applicable": "N", "no_test_reason": "male"}, set()),
        ("F", {"is_applicable": "N", "no_test_reason": "male"}, {"no_test_of_a_woman"}),
        ("F", {"is_applicable": "N", "no_test_reason": "sterilised"}, set()),
        ("F", {"is_applicable": "Y"}, set()),
    ],
)
def test_the_answers_agree_with_the_sex_of_the_baseline(sex: str, values: dict[str, Any], codes: set[str]) -> None:
    assert found(PREGNANCY_TEST, values, baseline={"sex": sex}).keys() == codes


@pytest.mark.parametrize(("days", "is_odd"), [(0, False), (7, False), (8, True)])
def test_a_test_of_more_than_a_week_before_the_visit_is_asked_about(days: int, is_odd: bool) -> None:
    values = {"is_applicable": "Y", "tested_on": VISIT - timedelta(days=days)}
    assert found(PREGNANCY_TEST, values) == ({"pregnancy_test_old": Severity.SOFT} if is_odd else {})


def test_a_positive_pregnancy_test_is_asked_about_and_one_after_the_visit_is_refused() -> None:
    assert found(PREGNANCY_TEST, {"is_applicable": "Y", "result": "positive"}) == {
        "pregnancy_test_positive": Severity.SOFT
    }
    assert found(PREGNANCY_TEST, {"is_applicable": "Y", "result": "negative"}) == {}
    late = {"is_applicable": "Y", "tested_on": VISIT + timedelta(days=1)}
    assert found(PREGNANCY_TEST, late) == {"tested_on_after_visit": Severity.HARD}


def test_a_page_that_nobody_has_typed_on_shows_what_is_proposed_and_every_line_that_the_form_brings() -> None:
    context = FormContext(consent_on=VISIT, visit_on=VISIT, baseline={"sex": "M"})
    page = form_class(PREGNANCY_TEST)(context=context, initial=PREGNANCY_TEST.prefill(context))
    assert not_asked(PREGNANCY_TEST, page.shown_values()) == {"specimen", "tested_on", "result"}
    lines = form_class(EXAMINATION)(context=context).shown_values()
    assert len(not_asked(EXAMINATION, lines)) == 2 * len(BodySystem)
    assert form_class(MEDICAL_HISTORY)(context=context).shown_values()["conditions"] == ()
