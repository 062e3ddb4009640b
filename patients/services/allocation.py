"""Giving arms: the random list, the next place on it, and changes of arm."""

import secrets
from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from clinical.randomisation import Place, allocation_list
from patients.models import Allocation, AllocationList, AllocationPlace, Subject
from patients.policies import (
    a_place_can_be_given,
    arm_may_change,
    day_is_possible,
    no_visit_took_place_after,
    other_arms,
)
from patients.services.locks import locked_subject
from patients.services.planning import consent_day
from trials.models import Trial
from trials.policies import NotAllowedNow
from trials.selectors import enrolment_target, newest_protocol, protocol_of

RESERVE = 12
"""Places kept ready beyond the target in each stratum (default); when they are used up, whole blocks follow."""
LONGEST_BLOCK = 8
"""A block holds the ratio at most so many times (default); longer ones would keep no balance between the arms."""


@transaction.atomic
def make_allocation_list(*, trial: Trial, block_sizes: Sequence[int], by: User) -> AllocationList:
    """Make the random list of the trial, once, from a new secret seed; places for every site that is open now.

    Raises NotAllowedNow when there is a list already or the protocol does not randomise, ValidationError for fewer than
    two different block lengths, or one that is no multiple of the sum of the ratio or too long.
    """
    trial = Trial.objects.select_for_update(no_key=True).get(pk=trial.pk)
    protocol = protocol_of(newest_protocol(trial))
    if protocol.allocation is None:
        raise NotAllowedNow(_("The protocol gives no arm at random; there is no list to make."))
    if AllocationList.objects.filter(trial=trial).exists():
        raise NotAllowedNow(_("The list has been made; it is made once and never again."))
    shares = {arm.code: arm.share for arm in protocol.arms}
    _refuse_bad_blocks(block_sizes, sum(shares.values()))
    with acting(by=by, reason="Allocation list made"):
        made = AllocationList.objects.create(
            trial=trial,
            seed=secrets.token_hex(32),
            block_sizes=sorted(set(block_sizes)),
            shares=shares,
            generated_by=by,
        )
        for stratum in strata_of(trial):
            _lengthen(made, stratum, enrolment_target(trial) + RESERVE)
    return made


def _refuse_bad_blocks(block_sizes: Sequence[int], parts: int) -> None:
    longest = parts * LONGEST_BLOCK
    if any(size < 1 or size % parts or size > longest for size in block_sizes):
        message = _("Each block length must be a multiple of %(parts)s (the sum of the ratio), at most %(longest)s.")
        raise ValidationError({"block_sizes": message % {"parts": parts, "longest": longest}})
    # Where all blocks are alike, whoever counts the allocations of an open trial knows the last ones of each block.
    if len(set(block_sizes)) < 2:
        raise ValidationError({"block_sizes": _("Give at least two different block lengths.")})


def strata_of(trial: Trial) -> list[str]:
    """The strata of the list: the codes of the trial's sites, or one empty stratum for all."""
    allocation = protocol_of(newest_protocol(trial)).allocation
    if allocation is None or "site" not in allocation.stratified_by:
        return [""]
    return list(trial.sites.order_by("code").values_list("code", flat=True))


def places_of(made: AllocationList, stratum: str, length: int) -> tuple[Place, ...]:
    """The first places of a stratum as the seed gives them, whole blocks, at least so many."""
    return allocation_list(
        seed=made.seed, stratum=stratum, shares=made.shares, block_sizes=made.block_sizes, length=length
    )


def _lengthen(made: AllocationList, stratum: str, length: int) -> None:
    """Store the places up to this length that are not stored yet; the caller signs for the writes."""
    stored = made.places.filter(stratum=stratum).count()
    AllocationPlace.objects.bulk_create(
        AllocationPlace(
            allocation_list=made, stratum=stratum, position=place.position, block=place.block, arm_code=place.arm
        )
        for place in places_of(made, stratum, length)[stored:]
    )


def next_place(subject: Subject) -> AllocationPlace:
    """The next unused place for this subject.

    The caller has locked the trial and signs for the writes. Raises NotAllowedNow while `a_place_can_be_given` does.
    """
    a_place_can_be_given(subject)
    made = AllocationList.objects.get(trial=subject.site.trial_id)
    # The list tells how it is divided, whatever a later protocol says: one stratum without a name, or one for each
    # site. A site that opened after the list was made has no places yet.
    stratum = "" if made.places.filter(stratum="").exists() else subject.site.code
    unused = made.places.filter(stratum=stratum, allocation=None).order_by("position")
    place = unused.first()
    if place is None:
        _lengthen(made, stratum, made.places.filter(stratum=stratum).count() + RESERVE)
        place = unused.first()
    if place is None:
        raise RuntimeError(f"{made} gives no further place in stratum {stratum!r}")
    return place


def is_as_its_seed_gives(made: AllocationList) -> bool:
    """Whether the stored places are, to the last, those that seed, ratio and block lengths give."""
    stored: dict[str, list[Place]] = {}
    for place in made.places.order_by("stratum", "position"):
        stored.setdefault(place.stratum, []).append(Place(place.position, place.block, place.arm_code))
    return all(tuple(places) == places_of(made, stratum, len(places)) for stratum, places in stored.items())


@transaction.atomic
def change_arm(
    *, subject: Subject, arm_code: str, changed_on: date, seen_sequence: int, reason: str, by: User
) -> Allocation:
    """A second or later allocation: from this day on the subject belongs to another arm. The first one stays.

    Visits that are over keep the arm they took place in. `seen_sequence` is the number of the allocation that was the
    latest one when the change was asked for. Raises NotAllowedNow when the subject is not in an arm or has ended, when
    the protocol has no other arm, or for an impossible day; ValidationError for an unknown arm, the present arm, a
    missing reason, or when somebody else has changed the arm since.
    """
    subject = locked_subject(subject.pk)
    arm_may_change(subject)
    latest = subject.allocations.aggregate(sequence=Max("sequence"), day=Max("allocated_on"))
    if latest["sequence"] != seen_sequence:
        raise ValidationError(_("Somebody else has changed the arm meanwhile. Look at the allocations, then decide."))
    if arm_code not in [arm.code for arm in other_arms(subject)]:
        raise ValidationError({"arm_code": _("Choose another arm of the protocol.")})
    day_is_possible(changed_on, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    no_visit_took_place_after(changed_on, subject)
    if changed_on < latest["day"]:
        raise NotAllowedNow(
            _("%(day)s is before the present allocation of %(present)s.")
            % {"day": changed_on, "present": latest["day"]}
        )
    with acting(by=by, reason=stated(reason)):
        subject.visits.exclude(outcome="").filter(needs_enrolment=True, arm_code="").update(arm_code=subject.arm_code)
        allocation = Allocation(
            subject=subject,
            sequence=latest["sequence"] + 1,
            arm_code=arm_code,
            allocated_on=changed_on,
            allocated_by=by,
            reason=stated(reason),
        )
        allocation.full_clean()
        allocation.save(force_insert=True)
        subject.arm_code = arm_code
        subject.save(update_fields=["arm_code"])
    return allocation
