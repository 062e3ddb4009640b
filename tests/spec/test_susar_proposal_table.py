"""When a SUSAR is proposed, for all 81 combinations of what is known, for a safety physician to sign.

"+" yes, "-" no, "?" not known. The last column says what is proposed, or what is missing where nothing can be said yet:
s seriousness, i the investigator's and p the sponsor's judgement of causality, e expectedness.
"""

from itertools import product

import pytest

from clinical.safety.expectedness import SusarFact, SusarProposal, SusarVerdict, propose_susar

#   serious   related by investigator   by sponsor   expected
TABLE = """
    + + + + no
    + + + - yes
    + + + ? e
    + + - + no
    + + - - yes
    + + - ? e
    + + ? + no
    + + ? - yes
    + + ? ? e
    + - + + no
    + - + - yes
    + - + ? e
    + - - + no
    + - - - no
    + - - ? no
    + - ? + no
    + - ? - p
    + - ? ? pe
    + ? + + no
    + ? + - yes
    + ? + ? e
    + ? - + no
    + ? - - i
    + ? - ? ie
    + ? ? + no
    + ? ? - ip
    + ? ? ? ipe
    - + + + no
    - + + - no
    - + + ? no
    - + - + no
    - + - - no
    - + - ? no
    - + ? + no
    - + ? - no
    - + ? ? no
    - - + + no
    - - + - no
    - - + ? no
    - - - + no
    - - - - no
    - - - ? no
    - - ? + no
    - - ? - no
    - - ? ? no
    - ? + + no
    - ? + - no
    - ? + ? no
    - ? - + no
    - ? - - no
    - ? - ? no
    - ? ? + no
    - ? ? - no
    - ? ? ? no
    ? + + + no
    ? + + - s
    ? + + ? se
    ? + - + no
    ? + - - s
    ? + - ? se
    ? + ? + no
    ? + ? - s
    ? + ? ? se
    ? - + + no
    ? - + - s
    ? - + ? se
    ? - - + no
    ? - - - no
    ? - - ? no
    ? - ? + no
    ? - ? - sp
    ? - ? ? spe
    ? ? + + no
    ? ? + - s
    ? ? + ? se
    ? ? - + no
    ? ? - - si
    ? ? - ? sie
    ? ? ? + no
    ? ? ? - sip
    ? ? ? ? sipe
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]
KNOWN = {"+": True, "-": False, "?": None}
LETTERS = {
    "s": SusarFact.SERIOUSNESS,
    "i": SusarFact.INVESTIGATOR_CAUSALITY,
    "p": SusarFact.SPONSOR_CAUSALITY,
    "e": SusarFact.EXPECTEDNESS,
}


def proposal(
    serious: bool | None, investigator: bool | None, sponsor: bool | None, expected: bool | None
) -> SusarProposal:
    return propose_susar(
        is_serious=serious,
        related_by_investigator=investigator,
        related_by_sponsor=sponsor,
        is_expected=expected,
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "".join(row))
def test_what_is_proposed_or_missing(row: list[str]) -> None:
    *facts, expected = row
    found = proposal(*(KNOWN[fact] for fact in facts))
    if expected == "yes":
        assert found == SusarProposal(SusarVerdict.PROPOSED)
    elif expected == "no":
        assert found == SusarProposal(SusarVerdict.NOT_PROPOSED)
    else:
        assert found == SusarProposal(SusarVerdict.NOT_KNOWN_YET, tuple(LETTERS[letter] for letter in expected))


def test_the_table_has_every_combination_once() -> None:
    assert [tuple(row[:4]) for row in ROWS] == list(product("+-?", repeat=4))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "".join(row))
def test_what_is_not_missing_cannot_change_the_verdict_and_what_is_missing_can(row: list[str]) -> None:
    facts = [KNOWN[fact] for fact in row[:4]]
    found = proposal(*facts)
    verdicts = {
        proposal(*guess).verdict
        for guess in product(*[(fact,) if fact is not None else (True, False) for fact in facts])
    }
    assert verdicts == ({found.verdict} if not found.missing else {SusarVerdict.PROPOSED, SusarVerdict.NOT_PROPOSED})
