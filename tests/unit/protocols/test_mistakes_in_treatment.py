"""The table of mistakes, continued: what arms take, how they are allotted, visits off the schedule, and days."""

import pytest

A, V, C, N, X = "arms.toml", "visits.toml", "criteria.toml", "endpoints.toml", "examples.toml"

DOSES = """dose_mg_low = 5
dose_mg_high = 25
dosing_form = "tablet"
dosing_visits = ["W0", "W4"]
"""
TABLET = f"""[[arm]]
code = "TABLET"
name = "Tablet"
product = "A tablet"
route = "oral"
{DOSES}share = 2
"""
UNSCHEDULED = """[unscheduled]
name = "Unscheduled visit"
name_zh = "计划外访视"
forms = ["pasi", "tablet"]
"""
EITHER = "either cells_per_kg and infusion_visits, or dose_mg_low, dose_mg_high, dosing_form and dosing_visits"
CELLS_AT, TABLET_AT = "arm[CELLS].infusion_visits", "arm[TABLET].dosing_visits"

MISTAKES = {
    # name: (file, what stands there, what is put there, key, part of the message)
    "arm without a treatment": (A, DOSES, "", "arm[TABLET]", f"has no treatment: add {EITHER}"),
    "arm with two treatments": (
        A,
        DOSES,
        f"{DOSES}cells_per_kg = 5\n",
        "arm[TABLET]",
        f"two treatments: keep {EITHER}",
    ),
    "arm without cells": (A, "cells_per_kg = 500_000", "", "arm[CELLS].cells_per_kg", "is missing"),
    "no cells at all": (A, "500_000", "0", "arm[CELLS].cells_per_kg", "must be 1 or more"),
    "arm without infusion visits": (A, 'infusion_visits = ["W0"]', "", CELLS_AT, "is missing"),
    "empty infusion visits": (A, 'infusion_visits = ["W0"]', "infusion_visits = []", CELLS_AT, "is empty: name"),
    "infusion at an unknown visit": (A, '["W0"]', '["W0", "W1"]', CELLS_AT, "'W1' is not a visit"),
    "anchor misspelt as an infusion visit": (A, '["W0"]', '["WO"]', CELLS_AT, "'WO' is not a visit"),
    "infusion visit without the form": (
        A,
        '["W0"]',
        '["W0", "W4"]',
        CELLS_AT,
        "W4 does not ask for the form 'infusion'",
    ),
    "lower dose missing": (A, "dose_mg_low = 5", "", "arm[TABLET].dose_mg_low", "is missing: add a whole number"),
    "upper dose missing": (A, "dose_mg_high = 25", "", "arm[TABLET].dose_mg_high", "is missing: add a whole number"),
    "upper dose of nothing": (A, "high = 25", "high = 0", "arm[TABLET].dose_mg_high", "must be 1 or more"),
    "doses the wrong way round": (A, "high = 25", "high = 4", "arm[TABLET].dose_mg_high", "is below dose_mg_low"),
    "dosing form missing": (A, 'dosing_form = "tablet"', "", "arm[TABLET].dosing_form", "is missing"),
    "unknown dosing form": (
        A,
        '"tablet"',
        '"pill"',
        "arm[TABLET].dosing_form",
        "'pill' is not a form; known are demographics, pasi, bsa, infusion, tablet.",
    ),
    "dosing visits missing": (A, 'dosing_visits = ["W0", "W4"]', "", TABLET_AT, "is missing: add a list"),
    "empty dosing visits": (A, '["W0", "W4"]', "[]", TABLET_AT, "is empty: name the visits"),
    "dosing at an unknown visit": (A, '["W0", "W4"]', '["W0", "W5"]', TABLET_AT, "'W5' is not a visit"),
    "dosing visit without the form": (
        A,
        '["W0", "W4"]',
        '["W0", "W4", "W8"]',
        TABLET_AT,
        "W8 does not ask for the form 'tablet': add it",
    ),
    "anchor left out of dosing visits": (A, '["W0", "W4"]', '["W4"]', TABLET_AT, "leaves out the anchor W0"),
    "dose where none is given": (
        V,
        "forms = []",
        'forms = ["tablet"]',
        "visit[W8].forms",
        "asks for 'tablet', but no arm is treated so there: remove it or add the visit to an arm.",
    ),
    "infusion where none is given": (
        V,
        "forms = []",
        'forms = ["infusion"]',
        "visit[W8].forms",
        "asks for 'infusion', but no arm is treated so there",
    ),
    "unknown key in an arm": (A, "share = 2", "share = 2\ndose = 5", "arm[TABLET].dose", "is not a key known here"),
    "arm by default without a note": (A, "share = 2", "default = true", "arm[TABLET].note", "say where the default"),
    "no share of the arm": (A, "share = 2", "share = 0", "arm[TABLET].share", "is 0, but must be 1 or more"),
    "part of a share": (A, "share = 2", "share = 0.5", "arm[TABLET].share", "is 0.5, but must be a whole number"),
    "allocation to one arm": (
        A,
        TABLET,
        "",
        "allocation",
        "needs two arms or more: add an arm, or remove the allocation",
    ),
    "unknown stratum": (
        A,
        '["site"]',
        '["site", "sex"]',
        "allocation.stratified_by",
        "'sex' is not known here; a list may be divided by: site.",
    ),
    "allocation without strata": (
        A,
        'stratified_by = ["site"]',
        "",
        "allocation.stratified_by",
        "is missing: add a list",
    ),
    "unknown key in an allocation": (
        A,
        '["site"]',
        '["site"]\nblock_sizes = [3, 6]',
        "allocation.block_sizes",
        "is not a key known here: remove it",
    ),
    "allocation by default without a note": (
        A,
        '["site"]',
        '["site"]\ndefault = true',
        "allocation.note",
        "is missing: say",
    ),
    "two allocations": (
        A,
        "[allocation]",
        "[[allocation]]",
        "allocation",
        "is a list in square brackets, but must be a table",
    ),
    "visit called early termination": (
        V,
        'code = "W8"',
        'code = "ET"',
        "visit[ET].code",
        "is reserved: 'ET' and 'UNS-...'",
    ),
    "visit called unscheduled": (V, 'code = "W8"', 'code = "UNS-1"', "visit[UNS-1].code", "is reserved"),
    "visit called unscheduled without a number": (V, 'code = "W8"', 'code = "UNS"', "visit[UNS].code", "is reserved"),
    "no unscheduled visits": (V, UNSCHEDULED, "", "unscheduled", "is missing: add a table"),
    "unscheduled visits that are no table": (
        V,
        "[unscheduled]",
        "[[unscheduled]]",
        "unscheduled",
        "but must be a table",
    ),
    "unknown key in unscheduled visits": (
        V,
        "[unscheduled]",
        '[unscheduled]\ncode = "UNS"',
        "unscheduled.code",
        "is not a key known here",
    ),
    "unknown form at unscheduled visits": (
        V,
        '["pasi", "tablet"]',
        '["mri"]',
        "unscheduled.forms",
        "'mri' is not a form",
    ),
    "unknown form at early termination": (
        V,
        'forms = ["pasi"]',
        'forms = ["mri"]',
        "early_termination.forms",
        "'mri' is not a form; known are",
    ),
    "early termination by default without a note": (
        V,
        'forms = ["pasi"]\ndefault = true\nnote = "Made up."',
        'forms = ["pasi"]\ndefault = true',
        "early_termination.note",
        "say where the default comes from",
    ),
    "number for a telephone": (
        V,
        "forms = []",
        "forms = []\nby_phone = 1",
        "visit[W8].by_phone",
        "must be true or false",
    ),
    "visit without a Chinese name": (
        V,
        'name = "Week 8"\nname_zh = "访视"',
        'name = "Week 8"',
        "visit[W8].name_zh",
        "is missing: add a text in quotes",
    ),
    "unscheduled visits without a Chinese name": (V, 'name_zh = "计划外访视"', "", "unscheduled.name_zh", "is missing"),
    "early termination without a Chinese name": (
        V,
        'name_zh = "提前终止"',
        "",
        "early_termination.name_zh",
        "is missing",
    ),
    "rule that reads a day": (
        C,
        "pasi_total > 10.0",
        "tablet_last_on > 10.0",
        "inclusion[IN01].rule",
        "reads the day 'tablet_last_on'; read how long ago it was: days_since_tablet_last or months_since_tablet_last.",
    ),
    "rule over the time since a day nobody publishes": (
        C,
        "pasi_total > 10.0",
        "days_since_tablet > 10.0",
        "inclusion[IN01].rule",
        "uses 'days_since_tablet', which no form publishes",
    ),
    "time since compared with a text": (
        C,
        "pasi_total > 10.0",
        "months_since_tablet_last == sex",
        "inclusion[IN01].rule",
        "right kinds [months_since_tablet_last (number), sex (text)]",
    ),
    "measure that is a day": (N, '"pasi_total"', '"tablet_last_on"', "endpoint[PASI75].measure", "of the kind day"),
    "example with a moment": (
        X,
        'sex = "F"',
        "tablet_last_on = 2024-01-01T08:00:00",
        "example[Eligible].facts.tablet_last_on",
        "is 2024-01-01T08:00:00, but a fact is a finite number, true, false, a text or a day.",
    ),
    "example with a time of day": (X, 'sex = "F"', "sex = 07:30:00", "example[Eligible].facts.sex", "is 07:30:00, but"),
    "example with a number for a day": (
        X,
        'sex = "F"',
        "tablet_last_on = 3",
        "example[Eligible].facts.tablet_last_on",
        "but tablet_last_on is of the kind day",
    ),
    "example with a day for a number": (
        X,
        "pasi_total = 12,",
        "pasi_total = 2024-01-01,",
        "example[Eligible].facts.pasi_total",
        "is 2024-01-01, but pasi_total is of the kind number",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "key", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_treatment_is_reported_once_with_file_key_and_advice(the_problem, file, old, new, key, message):
    problem = the_problem(file, old, new)
    assert (problem.file, problem.key) == (file, key)
    assert message in problem.message


def test_a_form_that_a_treatment_needs_is_missed_by_the_arm(the_problem):
    problem = the_problem(V, '"bsa", "tablet"]', '"bsa"]')
    assert (problem.file, problem.key) == (A, TABLET_AT)
    assert "W4 does not ask for the form 'tablet': add it to the forms of that visit." in problem.message
