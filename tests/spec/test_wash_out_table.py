"""What the criteria of the registered trials ask of kinds of treatment before the first one in the trial."""

import pytest

from assessments.registry import catalogue
from clinical.wash_outs import WashOut, wash_out_of
from patients.medication_codes import TreatmentKind
from protocols.loader import STUDIES, load
from protocols.schema import Protocol

#   trial        criterion  kind of treatment  past use                ongoing use
TABLE = """
    NCT03265613  EX09a      topical            14 days ago at least    keeps out
    NCT03265613  EX09b      systemic           28 days ago at least    keeps out
    NCT03265613  EX09b      phototherapy       28 days ago at least    keeps out
    NCT03265613  EX09c      biologic           84 days ago at least    keeps out
    NCT03745417  EX09a      topical            14 days ago at least    keeps out
    NCT03745417  EX09b      systemic           28 days ago at least    keeps out
    NCT03745417  EX09b      phototherapy       28 days ago at least    keeps out
    NCT03745417  EX09c      biologic           84 days ago at least    keeps out
    NCT03424629  EX03       topical            at any time             keeps out
    NCT03424629  EX03       systemic           at any time             keeps out
    NCT03424629  EX03       phototherapy       at any time             keeps out
    NCT03424629  EX03       biologic           at any time             keeps out
    NCT03424629  EX03       cell_therapy       at any time             keeps out
    NCT03424629  EX04       biologic           never                   keeps out
    NCT03765957  EX08       cell_therapy       6 months ago at least   keeps out
    NCT03765957  EX10a      systemic           30 days ago at least    keeps out
    NCT03765957  EX10a      biologic           30 days ago at least    keeps out
    NCT03765957  EX10b      topical            14 days ago at least    keeps out
"""
ROWS = {tuple(line.split(maxsplit=3)) for line in TABLE.strip().splitlines()}


def protocol(registration: str) -> Protocol:
    return load(STUDIES / registration / "1.0", catalogue())


def in_words(asked: WashOut) -> str:
    past = f"{asked.at_least} {asked.unit} ago at least" if asked.at_least else "at any time"
    ongoing = "keeps out" if asked.forbids_ongoing else "is allowed"
    return f"{'never' if asked.is_ever else past} {ongoing}"


@pytest.mark.parametrize("registration", sorted({row[0] for row in ROWS}))
def test_the_criteria_ask_what_the_table_says_and_nothing_else(registration: str) -> None:
    found = {
        (registration, criterion.code, kind.value, in_words(asked))
        for criterion in protocol(registration).criteria
        for kind in TreatmentKind
        if (asked := wash_out_of(criterion.kind, criterion.rule, kind.value)) is not None
    }
    assert found == {(*row[:3], " ".join(row[3].split())) for row in ROWS if row[0] == registration}
