"""Every protocol that comes with Dermis loads without a problem, and its example subjects come out as written."""

from pathlib import Path

import pytest

from protocols.catalogue import Catalogue, Fact, FactKind, FormLines
from protocols.examples import run_example
from protocols.loader import load, version_folders
from protocols.schema import ExampleSubject, Protocol


def facts(kind: FactKind, codes: str) -> tuple[Fact, ...]:
    return tuple(Fact(code, kind) for code in codes.split())


def lines(keys: str) -> FormLines:
    return FormLines(dict.fromkeys(keys.split(), frozenset()), must_be_chosen=True)


CATALOGUE = Catalogue(
    forms={
        "demographics": facts(FactKind.NUMBER, "age_years") + facts(FactKind.TEXT, "sex"),
        "vital_signs": facts(FactKind.NUMBER, "weight_kg height_cm bmi_kg_m2"),
        "pasi": facts(FactKind.NUMBER, "pasi_total"),
        "bsa": facts(FactKind.NUMBER, "bsa_percent"),
        "pga": facts(FactKind.NUMBER, "spga"),
        "dlqi": facts(FactKind.NUMBER, "dlqi_total"),
        "pruritus_vas": facts(FactKind.NUMBER, "pruritus_vas"),
        "zung_sas": facts(FactKind.NUMBER, "zung_sas_index"),
        "zung_sds": facts(FactKind.NUMBER, "zung_sds_index"),
        "laboratory": facts(
            FactKind.NUMBER,
            "calcium_mmol_l alt_u_l alt_uln_u_l ast_u_l ast_uln_u_l creatinine_umol_l creatinine_uln_umol_l "
            "cystatin_c_mg_l cystatin_c_uln_mg_l haemoglobin_g_l haemoglobin_lln_g_l haemoglobin_uln_g_l "
            "platelets_10e9_l wbc_10e9_l bilirubin_umol_l bilirubin_uln_umol_l",
        ),
        "psoriasis_history": facts(FactKind.TEXT, "psoriasis_type")
        + facts(FactKind.YES_NO, "psoriasis_face_only psoriasis_drug_induced")
        + facts(FactKind.DAY, "psoriasis_diagnosed_on"),
        "previous_treatment": facts(
            FactKind.TEXT,
            "topical_use systemic_use phototherapy_use biologic_use cell_therapy_use trial_participation",
        )
        + facts(
            FactKind.DAY,
            "topical_last_on systemic_last_on phototherapy_last_on biologic_last_on cell_therapy_last_on "
            "trial_participation_last_on",
        ),
        "reproductive_status": facts(FactKind.TEXT, "pregnancy lactation pregnancy_test")
        + facts(FactKind.YES_NO, "plans_pregnancy")
        + facts(FactKind.DAY, "pregnancy_ended_on lactation_ended_on pregnancy_test_on"),
        "serology": facts(
            FactKind.TEXT, "hbsag_result anti_hbc_result anti_hcv_result anti_hiv_result syphilis_result"
        ),
        "pregnancy_test": facts(FactKind.YES_NO, "pregnancy_test_applies")
        + facts(FactKind.TEXT, "pregnancy_test_result")
        + facts(FactKind.DAY, "pregnancy_tested_on"),
        **dict.fromkeys(
            ("medical_history", "physical_examination", "end_of_treatment", "end_of_study", "infusion_vital_signs"), ()
        ),
        "tumour_markers": facts(FactKind.NUMBER, "afp_ug_l afp_uln_ug_l"),
        "immune_markers": facts(FactKind.NUMBER, "il_17_ng_l"),
        "infusion": facts(FactKind.NUMBER, "cells_given"),
        "methotrexate": facts(FactKind.NUMBER, "methotrexate_mg"),
    },
    always=facts(FactKind.YES_NO, "consent_given"),
    lines={
        "laboratory": lines("CA ALT AST BILI CREAT CYSTATC HGB PLAT WBC"),
        "tumour_markers": lines("AFP CEA CA19_9AG"),
        "immune_markers": lines("CD3 CD4 CD8 CD4CD8 TH1 TH17 TREG TNF INTLK6 INTLK1B INTLK17"),
    },
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


def first_version(registration: str) -> Protocol:
    return load(next(folder for folder in version_folders() if folder.parts[-2:] == (registration, "1.0")), CATALOGUE)


def codes_of(protocol: Protocol, role: str) -> set[str]:
    return {endpoint.code for endpoint in protocol.endpoints if endpoint.role == role}


def test_nct03265613_says_what_its_registry_record_says():
    protocol = first_version("NCT03265613")
    [arm] = protocol.arms
    week_12 = protocol.visit("W12")
    assert (protocol.planned_subjects, protocol.phase, protocol.allocation) == (7, "Phase 1", None)
    assert (arm.cells_per_kg, arm.route, arm.infusion_visits) == (500_000, "intravenous", ("W0", "W4", "W8"))
    assert [protocol.visit(code).target_days for code in ("W4", "W8")] == [28, 56]
    assert (week_12.target_days, week_12.days_before, week_12.days_after, week_12.is_default) == (84, 3, 3, False)
    assert codes_of(protocol, "primary") == {"RELATED_SAE_W12", "RELATED_AE_W12"}
    assert len(codes_of(protocol, "secondary")) == 7
    assert len(protocol.criteria) == 21


def test_nct03745417_says_what_its_registry_record_says():
    protocol = first_version("NCT03745417")
    [arm] = protocol.arms
    week_12 = protocol.visit("W12")
    assert (protocol.planned_subjects, protocol.phase, protocol.allocation) == (5, "Phase 1/2", None)
    assert (arm.cells_per_kg, arm.infusion_visits) == (2_000_000, ("W0", "W2", "W4", "W6", "W8"))
    assert [protocol.visit(code).target_days for code in arm.infusion_visits[1:]] == [14, 28, 42, 56]
    assert (week_12.target_days, week_12.days_before, week_12.days_after, week_12.is_default) == (84, 3, 3, False)
    assert codes_of(protocol, "primary") == {"PASI_RATE_W12"}
    assert len(codes_of(protocol, "secondary")) == 8


def test_the_sister_trials_of_one_hospital_exclude_by_the_same_list():
    listed = [
        [
            (each.code, each.text, each.rule.source, each.question)
            for each in protocol.criteria
            if each.kind == "exclusion"
        ]
        for protocol in map(first_version, ("NCT03265613", "NCT03745417"))
    ]
    assert listed[0] == listed[1]


def test_nct03424629_gives_three_groups_at_random_what_its_registry_record_says():
    protocol = first_version("NCT03424629")
    low, high, comparator = protocol.arms
    assert protocol.planned_subjects == 57
    assert (low.cells_per_kg, high.cells_per_kg) == (1_000_000, 3_000_000)
    assert low.infusion_visits == high.infusion_visits == ("W0", "W1", "W2", "W3", "W5", "W7")
    assert [protocol.visit(code).target_days for code in low.infusion_visits[1:]] == [7, 14, 21, 35, 49]
    assert (comparator.dose_mg_low, comparator.dose_mg_high, comparator.route) == (5, 25, "oral")
    assert (comparator.dosing_visits[0], protocol.visit(comparator.dosing_visits[-1]).target_days) == ("W0", 15 * 7)
    assert protocol.visit("W52").target_days == 52 * 7
    assert protocol.allocation is not None and protocol.allocation.is_default
    assert [arm.share for arm in protocol.arms] == [1, 1, 1]


def test_each_group_of_nct03424629_is_asked_only_for_its_own_treatment():
    protocol = first_version("NCT03424629")
    treatments = {
        arm.code: [form for form in protocol.forms_at("W7", arm.code) if form in protocol.treatment_forms]
        for arm in protocol.arms
    }
    assert treatments == {"LOW": ["infusion"], "HIGH": ["infusion"], "MTX": ["methotrexate"]}
    assert protocol.forms_at("W15", "LOW") == ("vital_signs", "laboratory", "end_of_treatment")


def test_nct03765957_marks_as_default_what_no_source_says():
    protocol = first_version("NCT03765957")
    assert [arm.cells_per_kg for arm in protocol.arms] == [1_500_000, 3_000_000]
    assert all(arm.is_default and arm.note for arm in protocol.arms)
    assert all(visit.is_default and visit.note for visit in protocol.visits)
    assert protocol.allocation is None
    responders = {endpoint.improvement_at_least for endpoint in protocol.endpoints if endpoint.kind == "responder"}
    assert responders == {40}
    [global_assessment] = [endpoint for endpoint in protocol.endpoints if endpoint.measure == "spga"]
    assert (global_assessment.kind, global_assessment.note != "") == ("value", True)


@pytest.mark.parametrize("limit", [82.6, 85.6, 17.2, 20.4])
def test_exactly_one_and_a_half_times_a_decimal_limit_is_not_above_it(limit: float):
    """Each of these times 1.5, in binary arithmetic, comes out below the value that a laboratory would print."""
    criteria = {each.code: each for each in first_version("NCT03765957").criteria}
    printed = round(limit * 1.5, 2)
    for code, value in (("EX06d", "creatinine"), ("EX06e", "bilirubin")):
        known = {f"{value}_umol_l": printed, f"{value}_uln_umol_l": limit}
        assert criteria[code].standing(known) == "satisfied"
        assert criteria[code].standing(known | {f"{value}_umol_l": printed + 0.01}) == "failed"
