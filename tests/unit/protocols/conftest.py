"""A small protocol without a problem, as texts, for tests that break it in one place."""

from collections.abc import Callable

import pytest

from protocols.catalogue import Catalogue, Fact, FactKind, FormLines
from protocols.loader import parse
from protocols.problems import Problem, ProtocolError

PROTOCOL = """
registration = "NCT00000000"
version = "1.0"
title = "A small trial"
short_title = "Small"
sponsor = "A hospital"
phase = "Phase 1"
design = "Interventional"
planned_subjects = 7
sources = ["Made up"]
reminder_days_before = 3
anchor = "W0"
"""
ARMS = """
[[arm]]
code = "CELLS"
name = "Cells"
product = "Cells"
cells_per_kg = 500_000
route = "intravenous"
infusion_visits = ["W0"]

[[arm]]
code = "TABLET"
name = "Tablet"
product = "A tablet"
route = "oral"
dose_mg_low = 5
dose_mg_high = 25
dosing_form = "tablet"
dosing_visits = ["W0", "W4"]
share = 2

[allocation]
stratified_by = ["site"]
"""
VISITS = """
[[epoch]]
code = "before"
name = "Before"

[[epoch]]
code = "after"
name = "After"

[[visit]]
code = "SCR"
name = "Screening"
name_zh = "访视"
epoch = "before"
relative_to = "consent"
target = "P0D"
pre_window = "P0D"
post_window = "P27D"
forms = ["pasi", "demographics"]
default = true
note = "Made up."

[[visit]]
code = "W0"
name = "Week 0"
name_zh = "访视"
epoch = "after"
relative_to = "consent"
target = "P14D"
pre_window = "P13D"
post_window = "P14D"
forms = ["infusion", "tablet"]

[[visit]]
code = "W4"
name = "Week 4"
name_zh = "访视"
epoch = "after"
relative_to = "W0"
target = "P28D"
pre_window = "P3D"
post_window = "P3D"
forms = ["pasi", "bsa", "tablet"]

[[visit]]
code = "W8"
name = "Week 8"
name_zh = "访视"
epoch = "after"
relative_to = "W0"
target = "P8W"
pre_window = "P3D"
post_window = "P3D"
forms = []

[unscheduled]
name = "Unscheduled visit"
name_zh = "计划外访视"
forms = ["pasi", "tablet"]

[early_termination]
name = "Early termination"
name_zh = "提前终止"
forms = ["pasi"]
default = true
note = "Made up."

[panels]
bsa = ["HEAD", "TRUNK"]
"""
CRITERIA = """
[[inclusion]]
code = "IN01"
text = "PASI > 10"
rule = "pasi_total > 10.0"

[[inclusion]]
code = "IN02"
text = "Consent"
rule = "consent_given"

[[exclusion]]
code = "EX01"
text = "Anxiety"
question = "Is there anxiety?"
"""
ENDPOINTS = """
[[endpoint]]
code = "PASI75"
name = "PASI-75"
role = "primary"
measure = "pasi_total"
kind = "responder"
improvement_at_least = 75
at = "W4"
time_frame = "4 weeks"

[[endpoint]]
code = "AE"
name = "Adverse events"
role = "secondary"
kind = "incidence"
at = "W4"
time_frame = "4 weeks"
note = "Counted elsewhere."
"""
EXAMPLES = """
[[example]]
name = "Eligible"
consent_on = 2024-01-01
first_treatment_on = 2024-02-01
facts = { pasi_total = 12, consent_given = true, sex = "F" }
judgements = { EX01 = false }
expected_eligibility = "eligible"
expected_standings = { IN01 = "satisfied", EX01 = "satisfied" }

[example.expected_visits]
W4 = { planned_on = 2024-02-29, opens_on = 2024-02-26, closes_on = 2024-03-03 }

[[example]]
name = "Not asked yet"
consent_on = 2024-01-01
facts = { pasi_total = 12.0, consent_given = true }
expected_eligibility = "unknown"
"""


@pytest.fixture
def files() -> dict[str, str]:
    return {
        "protocol.toml": PROTOCOL,
        "arms.toml": ARMS,
        "visits.toml": VISITS,
        "criteria.toml": CRITERIA,
        "endpoints.toml": ENDPOINTS,
        "examples.toml": EXAMPLES,
    }


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        forms={
            "demographics": (
                Fact("age_years", FactKind.NUMBER, "year"),
                Fact("sex", FactKind.TEXT),
                Fact("tablet_last_on", FactKind.DAY),
            ),
            "pasi": (Fact("pasi_total", FactKind.NUMBER),),
            "bsa": (Fact("bsa_percent", FactKind.NUMBER, "%"),),
            "infusion": (Fact("cells_given", FactKind.NUMBER, "cells"),),
            "tablet": (Fact("tablet_mg", FactKind.NUMBER, "mg"),),
        },
        always=(Fact("consent_given", FactKind.YES_NO),),
        lines={
            "bsa": FormLines({"HEAD": frozenset(), "TRUNK": frozenset({"bsa_percent"})}, must_be_chosen=True),
            "infusion": FormLines({"BAG": frozenset()}),
        },
    )


@pytest.fixture
def the_problem(files: dict[str, str], catalogue: Catalogue) -> Callable[[str, str, str], Problem]:
    """Put a text in place of another that stands in a file once; the one problem that is then reported."""

    def found(file: str, old: str, new: str) -> Problem:
        assert files[file].count(old) == 1
        with pytest.raises(ProtocolError) as refused:
            parse({**files, file: files[file].replace(old, new)}, catalogue)
        [problem] = refused.value.problems
        return problem

    return found
