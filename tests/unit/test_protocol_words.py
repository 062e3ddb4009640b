"""Doses, days, windows, rules and outcome measures of a protocol in words."""

import re
from dataclasses import replace

import pytest

from assessments.registry import INSTRUMENTS, catalogue
from clinical.eligibility import JUDGEMENT
from protocols.differences import Aspect, Part
from protocols.loader import load, version_folders
from protocols.schema import Arm, Endpoint, EndpointKind, EndpointRole, Protocol, Visit
from workspace import protocol_words as words
from workspace.protocol_differences import ASPECTS, PARTS

PROTOCOLS = {folder.parent.name: load(folder, catalogue()) for folder in version_folders()}


def visit(relative_to: str, days: int, before: int = 0, after: int = 0) -> Visit:
    return Visit(
        code="V",
        name="Visit",
        name_zh="访视",
        forms=(),
        epoch="e",
        relative_to=relative_to,
        target_days=days,
        days_before=before,
        days_after=after,
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("pasi_total > 10.0", "“PASI total” > 10"),
        ("age_years >= 18.0 && age_years <= 65.0", "“Age at consent” ≥ 18 and “Age at consent” ≤ 65"),
        ("(pasi_total>10.5||dlqi_total<3.0)", "(“PASI total” > 10.5 or “DLQI total” < 3)"),
        ('sex == "F"', "“Sex” is “Female”"),
        ("sex != 'M'", "“Sex” is not “Male”"),
        ('psoriasis_type == "plaque"', "“Type of psoriasis” is “Plaque (vulgaris)”"),
        ("consent_given && judgement", "“Consent signed” is yes and the answer is yes"),
        ("!(consent_given)", "not (“Consent signed” is yes)"),
        ("consent_given == true", "“Consent signed” is yes"),
        ("consent_given != false", "“Consent signed” is not no"),
        (
            "ast_u_l > 2.0 * ast_uln_u_l",
            "“Aspartate aminotransferase (AST)” > 2 × “Aspartate aminotransferase (AST), upper limit of normal”",
        ),
        ("days_since_topical_last < 14.0", "“Topical treatment, last use: days since” < 14"),
        ("haemoglobin_g_l - 20.0 > -1.0 / 4.0", "“Haemoglobin” − 20 > − 1 ÷ 4"),
        ("never_published > 1.0", "“never_published” > 1"),
        ('never_published == "odd \\"word\\""', '“never_published” is “odd \\"word\\"”'),
    ],
)
def test_a_rule_reads_as_words(rule: str, expected: str) -> None:
    assert words.rule_in_words(rule) == expected


def test_facts_that_are_called_alike_are_told_apart_by_their_form() -> None:
    text = words.rule_in_words("zung_sas_index > 50.0 || zung_sds_index > 53.0")
    sas, sds = INSTRUMENTS["zung_sas"], INSTRUMENTS["zung_sds"]
    assert f"({sas.title})” > 50 or " in text
    assert f"({sds.title})” > 53" in text


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_no_rule_of_a_protocol_shows_a_code_or_a_sign_of_the_rule_language(protocol: Protocol) -> None:
    for criterion in protocol.criteria:
        if criterion.rule.source != JUDGEMENT:
            text = words.rule_in_words(criterion.rule.source)
            assert not [sign for sign in ("&&", "||", "==", "!=", ">=", "_", '"') if sign in text], text
            assert not re.search(r"\.0\b", text), text
            assert text.count("(") == text.count(")")


def test_a_fact_has_label_unit_form_and_the_meanings_of_its_codes() -> None:
    weight = words.fact_note("weight_kg")
    assert (weight.label, weight.unit, weight.form) == ("Weight", "kg", "Vital signs")
    assert words.fact_note("sex").choices == {"M": "Male", "F": "Female"}
    assert words.fact_note("consent_given").form == "Informed consent"
    assert words.fact_note("days_since_topical_last").form == "Previous treatment"
    assert words.fact_note("gone").label == "gone"


@pytest.mark.parametrize(
    ("timed", "target", "window"),
    [
        (visit("consent", 0), "Day of consent", ""),
        (visit("consent", 0, 0, 27), "Day of consent", "0 to 27 days after consent"),
        (visit("consent", 1, 1, 1), "1 day after consent", "0 to 2 days after consent"),
        (visit("consent", 14, 13, 14), "14 days after consent", "1 to 28 days after consent"),
        (visit("consent", -14, 3, 0), "14 days before consent", "−17 to −14 days after consent"),
        (visit("W0", 84, 3, 3), "Day 85", "Day 82 to 88"),
        (visit("W0", 0, 0, 1), "Day 1", "Day 1 to 2"),
        (visit("W0", -1, 2, 1), "Day −1", "Day −3 to 1"),
        (visit("W4", 1), "1 day after W4", ""),
        (visit("W4", -1, 1, 0), "1 day before W4", "−2 to −1 days after W4"),
    ],
)
def test_days_and_windows_count_the_first_treatment_as_day_one(timed: Visit, target: str, window: str) -> None:
    assert words.target(timed, "W0") == target
    assert words.window(timed, "W0") == window


def test_a_dose_reads_in_cells_per_kilogram_or_in_milligrams() -> None:
    tablet = Arm(code="T", name="T", product="T", route="oral", dose_mg_low=5, dose_mg_high=25, dosing_form="t")
    assert words.dose(tablet) == "5 to 25 mg"
    assert words.dose(replace(tablet, dose_mg_low=25)) == "25 mg"
    assert words.dose(PROTOCOLS["NCT03265613"].arms[0]) == "0.5 million cells/kg"


def test_how_a_subject_comes_into_an_arm_is_said_for_every_kind_of_trial() -> None:
    randomised = PROTOCOLS["NCT03424629"]
    assert words.allocation(randomised) == "At random, 1 : 1 : 1, stratified by site"
    assert words.allocation(replace(randomised, allocation=None)).startswith("Not at random")
    assert words.allocation(PROTOCOLS["NCT03265613"]) == "One arm"
    assert randomised.allocation is not None
    whole = replace(randomised, allocation=replace(randomised.allocation, stratified_by=()))
    assert words.allocation(whole) == "At random, 1 : 1 : 1"


@pytest.mark.parametrize("kind", EndpointKind)
def test_every_kind_of_outcome_has_words(kind: EndpointKind) -> None:
    endpoint = Endpoint("E", "E", EndpointRole.OTHER, "pasi_total", kind, 75, "W12", "12 weeks")
    text = words.measure(endpoint)
    assert text.startswith("“PASI total”: ")
    assert words.measure(replace(endpoint, measure=None)) == text.removeprefix("“PASI total”: ")
    assert ("75 %" in text) == (kind is EndpointKind.RESPONDER)


def test_every_part_and_aspect_of_a_difference_has_words() -> None:
    assert set(PARTS) == set(Part)
    assert set(ASPECTS) == set(Aspect)
