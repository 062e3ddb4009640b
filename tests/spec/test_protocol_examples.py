"""Every protocol that comes with Dermis loads without a problem, and its example subjects come out as written."""

from pathlib import Path

import pytest

from protocols.catalogue import Catalogue, Fact, FactKind
from protocols.examples import run_example
from protocols.loader import load, version_folders
from protocols.schema import ExampleSubject, Protocol

VITAL_SIGNS = ("weight_kg", "height_cm", "temperature_c", "pulse_per_min", "systolic_mmhg", "diastolic_mmhg")
CATALOGUE = Catalogue(
    forms={
        "demographics": (Fact("age_years", FactKind.NUMBER, "year"), Fact("sex", FactKind.TEXT)),
        "pasi": (Fact("pasi_total", FactKind.NUMBER),),
        "bsa": (Fact("bsa_percent", FactKind.NUMBER, "%"),),
        "vital_signs": tuple(Fact(code, FactKind.NUMBER) for code in VITAL_SIGNS),
        "infusion": (Fact("cells_given", FactKind.NUMBER, "cells"),),
    },
    always=(Fact("consent_given", FactKind.YES_NO),),
)


def version_of(folder: Path) -> str:
    return f"{folder.parent.name} {folder.name}"


def all_examples() -> list[object]:
    found: list[object] = []
    for folder in version_folders():
        protocol = load(folder, CATALOGUE)
        for example in protocol.examples:
            found.append(pytest.param(protocol, example, id=f"{version_of(folder)}: {example.name}"))
    return found


@pytest.mark.parametrize(("protocol", "example"), all_examples())
def test_an_example_subject_comes_out_as_its_protocol_says(protocol: Protocol, example: ExampleSubject):
    assert run_example(protocol, example) == []


@pytest.mark.parametrize("folder", version_folders(), ids=version_of)
def test_the_examples_of_a_protocol_show_all_three_outcomes(folder: Path):
    outcomes = {example.expected_eligibility for example in load(folder, CATALOGUE).examples}
    assert outcomes == {"eligible", "not_eligible", "unknown"}


@pytest.mark.parametrize("folder", version_folders(), ids=version_of)
def test_the_examples_of_a_protocol_say_when_every_visit_is(folder: Path):
    protocol = load(folder, CATALOGUE)
    dated = {visit.code for example in protocol.examples for visit in example.expected_visits}
    assert dated == {visit.code for visit in protocol.visits}


def test_nct03265613_says_what_its_registry_record_says():
    protocol = load(
        next(folder for folder in version_folders() if folder.parts[-2:] == ("NCT03265613", "1.0")), CATALOGUE
    )
    [arm] = protocol.arms
    week_12 = protocol.visit("W12")
    assert (protocol.planned_subjects, protocol.phase) == (7, "Phase 1")
    assert (arm.cells_per_kg, arm.route, arm.infusion_visits) == (500_000, "intravenous", ("W0", "W4", "W8"))
    assert [protocol.visit(code).target_days for code in ("W4", "W8")] == [28, 56]
    assert (week_12.target_days, week_12.days_before, week_12.days_after, week_12.is_default) == (84, 3, 3, False)
    assert {endpoint.code for endpoint in protocol.endpoints if endpoint.role == "primary"} == {
        "RELATED_SAE_W12",
        "RELATED_AE_W12",
    }
    assert sum(endpoint.role == "secondary" for endpoint in protocol.endpoints) == 7
    assert [criterion.code for criterion in protocol.criteria if not criterion.question] == ["IN01", "IN02", "IN03"]
    assert len(protocol.criteria) == 19
