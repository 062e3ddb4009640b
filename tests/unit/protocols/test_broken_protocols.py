"""Broken protocols beyond one mistake in one place: several at once, whole files, and the folder's name."""

from dataclasses import replace
from pathlib import PurePath

import pytest

from protocols.loader import parse
from protocols.problems import ProtocolError

P, A, V, C, N, X = "protocol.toml", "arms.toml", "visits.toml", "criteria.toml", "endpoints.toml", "examples.toml"


def problems_of(files, catalogue, **kwargs):
    with pytest.raises(ProtocolError) as refused:
        parse(files, catalogue, **kwargs)
    return refused.value.problems


def test_five_mistakes_in_five_files_are_reported_together(files, catalogue):
    broken = {
        **files,
        P: files[P].replace("planned_subjects = 7", 'planned_subjects = "7"'),
        A: files[A].replace('dosing_visits = ["W0", "W4"]', 'dosing_visits = "none"'),
        V: files[V].replace('"P28D"', '"28 days"'),
        C: files[C].replace("pasi_total", "pasi"),
        X: files[X].replace("[[example]]", "[[example", 1),
    }
    assert [(problem.file, problem.key) for problem in problems_of(broken, catalogue)] == [
        (A, "arm[TABLET].dosing_visits"),
        (C, "inclusion[IN01].rule"),
        (X, ""),
        (P, "planned_subjects"),
        (V, "visit[W4].target"),
    ]


@pytest.mark.parametrize("missing", [P, A, V, C, N, X])
def test_a_missing_file_is_one_problem_not_many(files, catalogue, missing):
    del files[missing]
    [problem] = problems_of(files, catalogue)
    assert str(problem) == f"{missing}: is missing: add this file."


@pytest.mark.parametrize("emptied", [P, A, V, C, N, X])
def test_an_empty_file_is_refused(files, catalogue, emptied):
    problems = problems_of({**files, emptied: ""}, catalogue)
    assert {problem.file for problem in problems} == {emptied}


def test_a_file_that_is_no_part_of_a_protocol_is_refused(files, catalogue):
    [problem] = problems_of({**files, "visit.toml": ""}, catalogue)
    assert problem.file == "visit.toml"
    assert "is not a file of a protocol" in problem.message


def test_a_list_of_something_else_than_tables_is_refused(files, catalogue):
    [problem] = problems_of({**files, N: "endpoint = [1]"}, catalogue)
    assert (problem.key, problem.message) == ("endpoint[1]", "must be a table under [[endpoint]].")


def test_a_visit_dated_from_consent_but_after_the_anchor_comes_too_late_for_a_rule(files, catalogue):
    visits = files[V].replace('relative_to = "W0"\ntarget = "P8W"', 'relative_to = "consent"\ntarget = "P15D"')
    late = {**files, V: visits.replace("forms = []", 'forms = ["bsa"]')}
    [problem] = problems_of({**late, C: files[C].replace("pasi_total", "bsa_percent")}, catalogue)
    assert (problem.file, problem.key) == (C, "inclusion[IN01].rule")


def test_a_form_of_the_anchor_visit_comes_too_late_for_a_rule(files, catalogue):
    visits = files[V].replace('forms = ["infusion", "tablet"]', 'forms = ["infusion", "tablet", "bsa"]')
    late = {**files, V: visits, C: files[C].replace("pasi_total", "bsa_percent")}
    [problem] = problems_of(late, catalogue)
    assert (problem.file, problem.key) == (C, "inclusion[IN01].rule")
    assert "uses 'bsa_percent', but no form scheduled before the anchor visit publishes it" in problem.message


def test_the_first_treatment_of_every_arm_is_at_the_anchor(files, catalogue):
    asked_at_once = files[C].replace("pasi_total > 10.0", "consent_given")
    moved = {**files, P: files[P].replace('anchor = "W0"', 'anchor = "SCR"'), C: asked_at_once}
    problems = problems_of(moved, catalogue)
    assert [(problem.file, problem.key) for problem in problems] == [
        (A, "arm[CELLS].infusion_visits"),
        (A, "arm[TABLET].dosing_visits"),
    ]
    assert all("leaves out the anchor SCR" in problem.message for problem in problems)


def test_an_infusion_that_no_arm_gets_is_refused_wherever_it_is_asked_for(files, catalogue):
    arms = files[A][files[A].index('[[arm]]\ncode = "TABLET"') : files[A].index("[allocation]")]
    visits = files[V].replace('["pasi", "tablet"]', '["pasi", "tablet", "infusion"]')
    visits = visits.replace('forms = ["pasi"]', 'forms = ["pasi", "infusion"]')
    problems = problems_of({**files, A: arms, V: visits}, catalogue)
    assert [(problem.file, problem.key) for problem in problems] == [
        (V, "early_termination.forms"),
        (V, "unscheduled.forms"),
        (V, "visit[W0].forms"),
    ]
    assert all("asks for 'infusion', but no arm is treated so" in problem.message for problem in problems)


def test_an_installation_without_infusions_is_named_at_every_visit_that_asks_for_one(files, catalogue):
    forms = {form: facts for form, facts in catalogue.forms.items() if form != "infusion"}
    poorer = replace(catalogue, forms=forms)
    [problem] = problems_of(files, poorer)
    assert (problem.file, problem.key) == (V, "visit[W0].forms")
    assert "'infusion' is not a form" in problem.message


def test_an_infusion_may_be_asked_for_outside_the_schedule_where_an_arm_is_infused(files, catalogue):
    visits = files[V].replace('["pasi", "tablet"]', '["pasi", "tablet", "infusion"]')
    assert "infusion" in parse({**files, V: visits}, catalogue).unscheduled.forms


def test_a_treatment_without_an_anchor_to_read_is_still_compared_with_the_visits(files, catalogue):
    broken = {
        **files,
        P: files[P].replace('anchor = "W0"', ""),
        V: files[V].replace("forms = []", 'forms = ["tablet"]'),
    }
    problems = problems_of(broken, catalogue)
    assert [(problem.file, problem.key) for problem in problems] == [(P, "anchor"), (V, "visit[W8].forms")]


def test_a_table_without_a_code_is_named_by_its_number(files, catalogue):
    [problem] = problems_of({**files, A: files[A].replace('code = "TABLET"\n', "")}, catalogue)
    assert problem.key == "arm[2].code"


@pytest.mark.parametrize(
    ("folder", "keys"),
    [
        ("studies/NCT00000000/2.0", ["version"]),
        ("studies/NCT00000001/1.0", ["registration"]),
        ("studies/NCT00000001/2.0", ["registration", "version"]),
    ],
)
def test_the_folder_must_be_named_as_the_protocol(files, catalogue, folder, keys):
    problems = problems_of(files, catalogue, folder=PurePath(folder))
    assert [(problem.file, problem.key) for problem in problems] == [(P, key) for key in keys]


def test_a_broken_header_is_not_compared_with_its_folder(files, catalogue):
    broken = {**files, P: files[P].replace('phase = "Phase 1"', "")}
    [problem] = problems_of(broken, catalogue, folder=PurePath("elsewhere/9.9"))
    assert problem.key == "phase"


def test_the_error_lists_every_problem_on_a_line_of_its_own(files, catalogue):
    broken = {**files, P: files[P].replace("= 7", "= 0").replace("= 3", "= -1")}
    with pytest.raises(ProtocolError) as refused:
        parse(broken, catalogue)
    assert str(refused.value).splitlines() == [
        "protocol.toml: planned_subjects: is 0, but must be 1 or more.",
        "protocol.toml: reminder_days_before: is -1, but must be 0 or more.",
    ]
