"""The ends of treatment and of the study: days in their order, reasons where something stopped early."""

from datetime import date, timedelta
from typing import Any

import pytest

from assessments.form_specs import CrfSpec, FormContext, Severity
from assessments.form_values import missing_items, objections
from assessments.instruments.end_of_study.spec import SPEC as STUDY
from assessments.instruments.end_of_treatment.spec import SPEC as TREATMENT

CONSENT, FIRST, VISIT = date(2026, 1, 5), date(2026, 1, 19), date(2026, 4, 13)
DAY = timedelta(days=1)

both = pytest.mark.parametrize("spec", [TREATMENT, STUDY], ids=lambda spec: spec.code)
every_day = pytest.mark.parametrize(
    ("spec", "name"),
    [(TREATMENT, "ended_on"), (TREATMENT, "last_dose_on"), (STUDY, "ended_on"), (STUDY, "last_contact_on")],
)


def found(spec: CrfSpec, values: dict[str, Any], first: date | None = FIRST) -> dict[str, Severity]:
    context = FormContext(consent_on=CONSENT, visit_on=VISIT, first_treatment_on=first)
    return {objection.code: objection.severity for objection in objections(spec, values, context)}


@every_day
def test_a_day_lies_between_the_first_treatment_and_the_visit(spec: CrfSpec, name: str) -> None:
    assert found(spec, {name: FIRST}) == found(spec, {name: VISIT}) == {}
    assert found(spec, {name: VISIT + DAY}) == {f"{name}_after_visit": Severity.HARD}
    assert found(spec, {name: FIRST - DAY}) == {f"{name}_before_treatment": Severity.HARD}


@both
def test_of_somebody_never_treated_the_end_is_not_before_the_consent(spec: CrfSpec) -> None:
    assert found(spec, {"ended_on": CONSENT}, first=None) == {}
    assert found(spec, {"ended_on": CONSENT - DAY}, first=None) == {"ended_on_before_consent": Severity.HARD}


def test_a_last_dose_of_somebody_never_treated_is_asked_about() -> None:
    assert found(TREATMENT, {"last_dose_on": FIRST}, first=None) == {"dose_without_treatment": Severity.SOFT}


def test_the_treatment_does_not_end_before_its_last_dose() -> None:
    assert found(TREATMENT, {"ended_on": FIRST, "last_dose_on": FIRST}) == {}
    refused = found(TREATMENT, {"ended_on": FIRST, "last_dose_on": FIRST + DAY})
    assert refused == {"treatment_ends_before_last_dose": Severity.HARD}


@both
def test_an_early_end_has_a_reason_and_another_reason_its_words(spec: CrfSpec) -> None:
    def needed(**values: Any) -> set[str]:
        return set(missing_items(spec, values, {})) & {"stop_reason", "other_reason"}

    assert needed(is_completed="Y") == set()
    assert needed(is_completed="N") == {"stop_reason"}
    assert needed(is_completed="N", stop_reason="ADVERSE EVENT") == set()
    assert needed(is_completed="N", stop_reason="OTHER") == {"other_reason"}
    assert found(spec, {"is_completed": "Y", "stop_reason": "DEATH"}) == {"stop_reason_not_asked": Severity.SOFT}


def test_nobody_is_spoken_to_after_death() -> None:
    dead = {"survival": "dead", "died_on": FIRST + DAY}
    assert found(STUDY, {**dead, "last_contact_on": FIRST + DAY}) == {}
    assert found(STUDY, {**dead, "last_contact_on": FIRST + 2 * DAY}) == {"contact_after_death": Severity.HARD}
    assert "died_on" in missing_items(STUDY, {"survival": "dead"}, {})
    assert "died_on" not in missing_items(STUDY, {"survival": "alive"}, {})


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"is_completed": "N", "stop_reason": "DEATH", "survival": "alive"}, {"death_without_status"}),
        ({"is_completed": "N", "stop_reason": "DEATH", "survival": "unknown"}, {"death_without_status"}),
        ({"is_completed": "N", "stop_reason": "DEATH", "survival": "dead"}, set()),
        ({"is_completed": "N", "stop_reason": "DEATH"}, set()),
        ({"is_completed": "Y", "survival": "dead"}, {"completed_by_the_dead"}),
        ({"is_completed": "Y", "survival": "alive"}, set()),
        ({"is_completed": "N", "stop_reason": "ADVERSE EVENT", "survival": "dead"}, set()),
    ],
)
def test_reason_and_survival_agree(values: dict[str, Any], codes: set[str]) -> None:
    assert found(STUDY, values).keys() == codes
