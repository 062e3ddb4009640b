"""What a protocol answers: the forms of a visit, names of visits off the schedule, the day that rules count to."""

from datetime import date

import pytest

from protocols.loader import parse


@pytest.fixture
def protocol(files, catalogue):
    return parse(files, catalogue)


@pytest.fixture
def one_armed(files, catalogue):
    """The same trial with cells only: nobody takes tablets, nobody is randomised."""
    arms, visits = files["arms.toml"], files["visits.toml"]
    files["arms.toml"] = arms[: arms.index('[[arm]]\ncode = "TABLET"')]
    files["visits.toml"] = visits.replace('["pasi", "tablet"]', '["pasi", "infusion"]').replace(', "tablet"]', "]")
    return parse(files, catalogue)


@pytest.mark.parametrize(
    ("visit", "arm", "forms"),
    [
        ("W0", "CELLS", ("infusion",)),
        ("W0", "TABLET", ("tablet",)),
        ("W4", "CELLS", ("pasi", "bsa")),
        ("W4", "TABLET", ("pasi", "bsa", "tablet")),
        ("W8", "TABLET", ()),
        ("SCR", "TABLET", ("pasi", "demographics")),
    ],
)
def test_a_treatment_is_documented_for_its_own_arm_where_that_is_treated(protocol, visit, arm, forms):
    assert protocol.forms_at(visit, arm) == forms


@pytest.mark.parametrize(
    ("visit", "forms"), [("SCR", ("pasi", "demographics")), ("W0", ()), ("W4", ("pasi", "bsa")), ("UNS-1", ("pasi",))]
)
def test_no_treatment_is_asked_for_while_the_arm_is_open(protocol, visit, forms):
    assert protocol.forms_at(visit, "") == forms


@pytest.mark.parametrize("arm", ["", "CELLS"])
def test_the_only_arm_is_known_before_a_subject_is_in_it(one_armed, arm):
    assert one_armed.forms_at("W0", arm) == ("infusion",)
    assert one_armed.forms_at("W4", arm) == ("pasi", "bsa")
    assert one_armed.forms_at("UNS-1", arm) == ("pasi", "infusion")


def test_arms_that_share_a_form_are_asked_for_it_at_their_own_visits_only(files, catalogue):
    files["arms.toml"] = files["arms.toml"].replace('infusion_visits = ["W0"]', 'infusion_visits = ["W0", "W4"]')
    files["arms.toml"] += """
[[arm]]
code = "ONCE"
name = "Cells once"
product = "Cells"
route = "intravenous"
cells_per_kg = 1_000_000
infusion_visits = ["W0"]
"""
    files["visits.toml"] = files["visits.toml"].replace('"bsa", "tablet"]', '"bsa", "tablet", "infusion"]')
    protocol = parse(files, catalogue)
    assert protocol.forms_at("W4", "CELLS") == ("pasi", "bsa", "infusion")
    assert protocol.forms_at("W4", "ONCE") == ("pasi", "bsa")


def test_a_treatment_may_be_documented_at_an_unscheduled_visit_of_its_own_arm(protocol):
    assert protocol.forms_at("UNS-2", "TABLET") == ("pasi", "tablet")
    assert protocol.forms_at("UNS-2", "CELLS") == ("pasi",)


def test_early_termination_has_forms_of_its_own(protocol):
    assert [protocol.forms_at("ET", arm) for arm in ("CELLS", "TABLET", "")] == [("pasi",)] * 3


@pytest.mark.parametrize(("visit", "arm"), [("W9", "CELLS"), ("W0", "PLACEBO"), ("UNS-", "CELLS")])
def test_there_are_no_forms_for_a_strange_visit_or_arm(protocol, visit, arm):
    with pytest.raises(KeyError):
        protocol.forms_at(visit, arm)


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        ("W4", "Week 4", "访视"),
        ("UNS-3", "Unscheduled visit 3", "计划外访视 3"),
        ("UNS-12", "Unscheduled visit 12", "计划外访视 12"),
        ("ET", "Early termination", "提前终止"),
    ],
)
def test_every_visit_has_a_name_in_both_languages(protocol, code, english, chinese):
    content = protocol.content(code)
    assert (content.name, content.name_zh) == (english, chinese)


def test_the_number_of_an_unscheduled_visit_changes_nothing_but_its_name(protocol):
    numbered, any_of_them = protocol.content("UNS-3"), protocol.unscheduled
    assert (numbered.forms, numbered.by_phone, numbered.note) == (any_of_them.forms, any_of_them.by_phone, "")
    assert any_of_them.name == "Unscheduled visit"


@pytest.mark.parametrize("code", ["W9", "UNS", "UNS-", "UNS-x", "UNS-1-2", "ET-1", "et", ""])
def test_a_code_of_no_kind_has_no_content(protocol, code):
    with pytest.raises(KeyError):
        protocol.content(code)


@pytest.mark.parametrize(
    ("language", "name"),
    [("zh", "提前终止"), ("zh-hans", "提前终止"), ("en-gb", "Early termination"), ("de", "Early termination")],
)
def test_a_visit_is_named_in_the_language_of_the_page_or_else_in_english(protocol, language, name):
    assert protocol.early_termination.name_in(language) == name


def test_a_visit_may_be_by_telephone_only_where_the_protocol_says_so(files, catalogue):
    files["visits.toml"] = files["visits.toml"].replace("forms = []", "forms = []\nby_phone = true")
    assert [visit.code for visit in parse(files, catalogue).visits if visit.by_phone] == ["W8"]


def test_rules_count_to_the_first_treatment_or_else_to_the_day_planned_for_it(protocol):
    consent_on = date(2024, 2, 20)
    assert protocol.reference_day(consent_on=consent_on, first_treatment_on=date(2024, 3, 1)) == date(2024, 3, 1)
    assert protocol.reference_day(consent_on=consent_on, first_treatment_on=None) == date(2024, 3, 5)


def test_an_infused_arm_is_documented_as_infusions(protocol):
    arm = protocol.arm("CELLS")
    assert arm.is_infused
    assert (arm.treatment_form, arm.treatment_visits, arm.million_per_kg) == ("infusion", ("W0",), "0.5")
    assert (arm.dose_mg_low, arm.dose_mg_high, arm.dosing_form, arm.dosing_visits) == (0, 0, "", ())


def test_an_arm_given_a_medicine_names_its_form_and_the_limits_of_a_dose(protocol):
    arm = protocol.arm("TABLET")
    assert not arm.is_infused
    assert (arm.treatment_form, arm.treatment_visits) == ("tablet", ("W0", "W4"))
    assert (arm.dose_mg_low, arm.dose_mg_high) == (5, 25)
    assert (arm.cells_per_kg, arm.infusion_visits) == (0, ())


def test_a_fixed_dose_is_its_own_lower_and_upper_limit(files, catalogue):
    files["arms.toml"] = files["arms.toml"].replace("dose_mg_high = 25", "dose_mg_high = 5")
    arm = parse(files, catalogue).arm("TABLET")
    assert (arm.dose_mg_low, arm.dose_mg_high) == (5, 5)


def test_an_arm_has_one_share_unless_it_says_otherwise(protocol):
    assert {arm.code: arm.share for arm in protocol.arms} == {"CELLS": 1, "TABLET": 2}


def test_the_forms_of_treatment_are_those_of_all_arms(protocol, one_armed):
    assert protocol.treatment_forms == {"infusion", "tablet"}
    assert one_armed.treatment_forms == {"infusion"}


def test_an_allocation_says_what_its_lists_are_divided_by(protocol, one_armed):
    assert protocol.allocation is not None
    assert protocol.allocation.stratified_by == ("site",)
    assert one_armed.allocation is None


def test_an_allocation_may_have_one_list_for_all(files, catalogue):
    files["arms.toml"] = files["arms.toml"].replace('["site"]', "[]")
    assert parse(files, catalogue).allocation.stratified_by == ()


def test_a_default_keeps_the_note_that_says_where_it_comes_from(files, catalogue):
    files["arms.toml"] = files["arms.toml"].replace("share = 2", 'default = true\nnote = "Made up."')
    files["arms.toml"] += 'default = true\nnote = "Made up, too."\n'
    protocol = parse(files, catalogue)
    assert [(arm.is_default, arm.note) for arm in protocol.arms] == [(False, ""), (True, "Made up.")]
    assert (protocol.allocation.is_default, protocol.allocation.note) == (True, "Made up, too.")
