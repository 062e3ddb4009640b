"""Who may bring the report of a serious event from which state to which, for a quality manager to sign.

Every step of every role in every state that is not in the table is refused.
"""

from itertools import product

import pytest

from clinical.safety.workflow import (
    TRANSITIONS,
    Need,
    ReportRole,
    ReportState,
    Step,
    missing_for,
    steps_from,
    transition,
)

#   state       step        leads to    who may                                    needs       version
TABLE = """
    draft       submit      submitted   investigator                               signature   same
    submitted   take_up     in_review   medical_monitor                            -           same
    in_review   ask         questions   medical_monitor                            reason      same
    questions   answer      in_review   coordinator+investigator                   reason      same
    in_review   assess      assessed    medical_monitor                            signature   same
    assessed    close       closed      medical_monitor                            -           same
    submitted   follow_up   draft       coordinator+investigator+medical_monitor   reason      next
    in_review   follow_up   draft       coordinator+investigator+medical_monitor   reason      next
    questions   follow_up   draft       coordinator+investigator+medical_monitor   reason      next
    assessed    follow_up   draft       coordinator+investigator+medical_monitor   reason      next
    closed      follow_up   draft       coordinator+investigator+medical_monitor   reason      next
"""
ROWS = {(row.split()[0], row.split()[1]): row.split()[2:] for row in TABLE.strip().splitlines()}


@pytest.mark.parametrize(("state", "step", "role"), list(product(ReportState, Step, ReportRole)))
def test_a_step_leads_where_the_table_says_or_is_refused(state: ReportState, step: Step, role: ReportRole) -> None:
    target, who, needs, version = ROWS.get((state, step), ["", "", "", ""])
    if role not in who.split("+"):
        with pytest.raises(ValueError, match=f"{role} cannot {step} a report that is {state}"):
            transition(state, step, role)
        return
    found = transition(state, step, role)
    assert (found.source, found.target) == (state, target)
    assert found.needs == (frozenset() if needs == "-" else {needs})
    assert found.starts_version is (version == "next")


@pytest.mark.parametrize(("state", "role"), list(product(ReportState, ReportRole)))
def test_the_next_states_are_those_of_the_table(state: ReportState, role: ReportRole) -> None:
    expected = {row[0] for (source, _), row in ROWS.items() if source == state and role in row[1].split("+")}
    assert {found.target for found in steps_from(state, role)} == expected


def test_every_row_is_a_transition_and_every_transition_a_row() -> None:
    assert len(ROWS) == len(TRANSITIONS) == len({(found.source, found.step) for found in TRANSITIONS})
    assert {(found.source, found.step) for found in TRANSITIONS} == set(ROWS)


#   step        signed   reason    still missing
NEED_TABLE = """
    submit      no       -         signature
    submit      yes      -         -
    submit      no       why       signature
    ask         yes      -         reason
    ask         no       blank     reason
    ask         no       why       -
    take_up     no       -         -
    take_up     yes      why       -
"""


@pytest.mark.parametrize("row", NEED_TABLE.strip().splitlines())
def test_what_a_step_still_needs(row: str) -> None:
    step, signed, reason, missing = row.split()
    found = next(found for found in TRANSITIONS if found.step == step)
    words = {"-": "", "blank": " \n", "why": "Which dose?"}[reason]
    expected = frozenset() if missing == "-" else frozenset({Need(missing)})
    assert missing_for(found, is_signed=signed == "yes", reason=words) == expected


def test_every_state_can_be_reached_from_a_draft_and_left_again() -> None:
    reached = {ReportState.DRAFT}
    for _ in ReportState:
        reached |= {found.target for state in reached for role in ReportRole for found in steps_from(state, role)}
    assert reached == set(ReportState)
    assert all(any(steps_from(state, role) for role in ReportRole) for state in ReportState)


def test_a_report_changes_in_a_draft_only() -> None:
    to_draft = [found for found in TRANSITIONS if found.target is ReportState.DRAFT]
    assert {found.step for found in to_draft} == {Step.FOLLOW_UP}
    assert all(found.starts_version is (found in to_draft) for found in TRANSITIONS)
