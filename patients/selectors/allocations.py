"""Reads of allocations: which arms a subject was given, and how far the random list of a trial has been used.

Nothing here tells which arm the next place of a list gives.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from patients.models import AllocationList, Subject
from trials.models import Trial
from trials.selectors import newest_protocol, protocol_of


@dataclass(frozen=True)
class GivenArm:
    """One allocation of a subject; `reason` is empty for the first one."""

    sequence: int
    arm_name: str
    given_on: date
    given_by: str
    is_random: bool
    reason: str


def allocations_of(subject: Subject) -> list[GivenArm]:
    """The arms that the subject was given, oldest first: one statement."""
    names = {arm.code: arm.name for arm in protocol_of(subject.protocol_version).arms}
    return [
        GivenArm(
            sequence=allocation.sequence,
            # A subject who moved to an amended protocol may have been in an arm that it does not have any more.
            arm_name=names.get(allocation.arm_code, allocation.arm_code),
            given_on=allocation.allocated_on,
            given_by=allocation.allocated_by.full_name,
            is_random=allocation.place_id is not None,
            reason=allocation.reason,
        )
        for allocation in subject.allocations.select_related("allocated_by")
    ]


@dataclass(frozen=True)
class StratumUse:
    """How many places a stratum of the list has, and how many have been given; no name: the stratum of all sites."""

    stratum: str
    site_name: str
    places: int
    given: int


def allocation_list_of(trial: Trial) -> AllocationList | None:
    """The random list of the trial with who made it; the caller has asked for the permission."""
    return AllocationList.objects.filter(trial=trial).select_related("trial", "generated_by").first()


def strata_in_use(made: AllocationList) -> list[StratumUse]:
    """The strata of the list in order of their names."""
    names = dict(made.trial.sites.values_list("code", "name"))
    counts = made.places.order_by("stratum").values("stratum").annotate(places=Count("pk"), given=Count("allocation"))
    return [
        StratumUse(row["stratum"], names.get(row["stratum"], ""), places=row["places"], given=row["given"])
        for row in counts
    ]


def ratio_of(trial: Trial, made: AllocationList | None = None) -> list[tuple[str, int]]:
    """Name and share of each arm of the list, or of the list that the newest protocol version asks for; empty when it
    asks for none."""
    protocol = protocol_of(newest_protocol(trial))
    if made is not None:
        names = {arm.code: arm.name for arm in protocol.arms}
        # In the order of the protocol, which the database does not keep; arms that it has no more come last.
        codes: list[str] = [code for code in names if code in made.shares] + sorted(made.shares.keys() - names.keys())
        return [(names.get(code, code), made.shares[code]) for code in codes]
    return [(arm.name, arm.share) for arm in protocol.arms] if protocol.allocation is not None else []
