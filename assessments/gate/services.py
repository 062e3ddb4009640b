"""Passing the gate before an infusion."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from assessments.gate.facts import Bag, gate_facts
from assessments.gate.model import InfusionClearance
from assessments.policies import form_may_be_entered, gate_may_be_passed
from assessments.registry import INSTRUMENTS
from audit.context import acting
from clinical.infusion_gate import GateItem, gate, is_clear
from patients.models import Visit
from patients.services.locks import locked_subject
from protocols.schema import INFUSION_FORM
from trials.selectors import held_roles, lot_numbered


def gate_items(visit: Visit, bag: Bag, *, checkers: tuple[str, ...] = ()) -> tuple[GateItem, ...]:
    """Every item of the gate as it stands for this bag; thawing that ends after the start is not known yet."""
    if bag.thaw_ended_at is not None and bag.thaw_ended_at > bag.starts_at:
        bag = replace(bag, thaw_ended_at=None)
    return gate(gate_facts(visit, bag, checkers=checkers))


@transaction.atomic
def clear_infusion(
    *, visit: Visit, bag: Bag, by: User, second_person: User, override_reason: str = ""
) -> InfusionClearance:
    """Record that two persons confirmed subject and product and that the infusion may start.

    Both were asked for their passwords by the caller. Raises ValidationError when they are one person, when the second
    one does not work at the site, when times cannot be, or when something is open and no reason is given;
    NotAllowedNow when the visit cannot receive the infusion.
    """
    locked_subject(visit.subject_id)
    form_may_be_entered(INSTRUMENTS[INFUSION_FORM], visit)
    gate_may_be_passed(visit)
    _refuse_unfit_person(visit, by, second_person)
    _refuse_impossible_times(visit, bag)
    items = gate_items(visit, bag, checkers=(by.username, second_person.username))
    reason = override_reason.strip()
    if not is_clear(items) and not reason:
        raise ValidationError(
            {"override_reason": _("Something is open. Say why the infusion goes ahead all the same.")}
        )
    clearance = InfusionClearance(
        visit=visit,
        lot=lot_numbered(visit.subject.site.trial, bag.lot_number),
        lot_number=bag.lot_number,
        bag_number=bag.bag_number,
        thaw_started_at=bag.thaw_started_at,
        thaw_ended_at=bag.thaw_ended_at,
        starts_at=bag.starts_at,
        items={item.code.value: item.state.value for item in items},
        override_reason="" if is_clear(items) else reason,
        cleared_by=by,
        second_person=second_person,
        cleared_at=timezone.now(),
    )
    with acting(by=by):
        clearance.save(force_insert=True)
    return clearance


def _refuse_unfit_person(visit: Visit, by: User, second: User) -> None:
    message = ""
    if second.pk == by.pk:
        message = _("The second person must be somebody else.")
    elif not held_roles(second, visit.subject.site.trial).may(Permission.ENTER_DATA, visit.subject.site):
        message = _("%(name)s does not work with subjects at this site.") % {"name": second.full_name}
    if message:
        raise ValidationError({"second_username": message})


def _refuse_impossible_times(visit: Visit, bag: Bag) -> None:
    zone = visit.subject.site.zone
    moments: list[tuple[str, datetime | None]] = [
        ("thaw_started_at", bag.thaw_started_at),
        ("thaw_ended_at", bag.thaw_ended_at),
        ("starts_at", bag.starts_at),
    ]
    known: list[Any] = [(name, moment) for name, moment in moments if moment is not None]
    for (_earlier, before), (name, after) in pairwise(known):
        if after < before:
            raise ValidationError({name: _("Thawing begins, then ends, then the infusion starts.")})
    if timezone.localtime(bag.starts_at, zone).date() != visit.occurred_on:
        day = {"day": visit.occurred_on}
        raise ValidationError({"starts_at": _("The infusion must start on the day of the visit, %(day)s.") % day})
