"""Is this event to be proposed as a SUSAR, a suspected unexpected serious adverse reaction (ICH E2A)?

It is one when it is serious, suspected and unexpected. Suspected: the investigator or the sponsor counts it as related;
where they disagree, the one who cannot exclude a relation decides. Unexpected: its nature or severity is not in the
reference safety information. A person decides; this is the proposal.
"""

from dataclasses import dataclass
from enum import StrEnum


class SusarFact(StrEnum):
    """What the proposal is read from."""

    SERIOUSNESS = "seriousness"
    INVESTIGATOR_CAUSALITY = "investigator_causality"
    SPONSOR_CAUSALITY = "sponsor_causality"
    EXPECTEDNESS = "expectedness"


class SusarVerdict(StrEnum):
    """Whether a SUSAR is proposed. Not known yet is neither yes nor no."""

    PROPOSED = "proposed"
    NOT_PROPOSED = "not_proposed"
    NOT_KNOWN_YET = "not_known_yet"


@dataclass(frozen=True, slots=True)
class SusarProposal:
    """The verdict; where it is not known yet, `missing` names the facts to ask for, in the order of `SusarFact`."""

    verdict: SusarVerdict
    missing: tuple[SusarFact, ...] = ()


def propose_susar(
    *,
    is_serious: bool | None,
    related_by_investigator: bool | None,
    related_by_sponsor: bool | None,
    is_expected: bool | None,
) -> SusarProposal:
    """Join the facts, None for each that is not known, by three-valued logic.

    One part that does not hold decides against it, whatever is still missing. A fact is missing only where it can still
    change the verdict: with a relation that one side counts, the other side's judgement is not asked for.
    """
    parts: tuple[tuple[bool | None, tuple[SusarFact, ...]], ...] = (
        (is_serious, (SusarFact.SERIOUSNESS,)),
        _suspected(related_by_investigator, related_by_sponsor),
        (None if is_expected is None else not is_expected, (SusarFact.EXPECTEDNESS,)),
    )
    if any(holds is False for holds, _ in parts):
        return SusarProposal(SusarVerdict.NOT_PROPOSED)
    missing = tuple(fact for holds, facts in parts if holds is None for fact in facts)
    return SusarProposal(SusarVerdict.NOT_KNOWN_YET if missing else SusarVerdict.PROPOSED, missing)


def _suspected(by_investigator: bool | None, by_sponsor: bool | None) -> tuple[bool | None, tuple[SusarFact, ...]]:
    """Whether anybody counts the event as related, and whose judgements are still to come."""
    judged = {SusarFact.INVESTIGATOR_CAUSALITY: by_investigator, SusarFact.SPONSOR_CAUSALITY: by_sponsor}
    if True in judged.values():
        return True, ()
    missing = tuple(fact for fact, answer in judged.items() if answer is None)
    return (None if missing else False), missing
