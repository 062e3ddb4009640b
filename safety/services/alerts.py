"""Telling of a stopping rule when it first holds."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import roles_with
from clinical.safety.stopping_rules import RuleStanding
from notifications.models import Reminder
from notifications.services import Outcome, Told, record_run, tell
from safety.selectors.alerts import newest_version, standings_of
from trials.models import ProtocolVersion, Trial

KIND = "safety_stopping_rule"
HOLDS = "holds"


@transaction.atomic
def tell_of_stopping_rules(now: datetime) -> Outcome:
    """Tell everybody who may stop enrolment of each rule that holds, once for each rule of a protocol version.

    It is not withdrawn when the rule stops holding: people have been told, and the desk shows how it stands. Safe
    against a second run at the same time.
    """
    told = [each for trial in Trial.objects.all() for each in _to_tell(trial, now)]
    known = set(Reminder.objects.filter(kind=KIND).values_list("recipient_id", "topic", "occasion"))
    new = [each for each in told if (each.recipient.pk, each.topic, each.occasion) not in known]
    tell(new)
    record_run(KIND, now, told=len(new))
    return Outcome(told=len(new))


def _to_tell(trial: Trial, now: datetime) -> Iterator[Told]:
    version = newest_version(trial)
    holding = [standing for standing in standings_of(trial, version) if standing.holds]
    people = _who_may_stop(trial, now) if holding else []
    for standing in holding:
        for person in people:
            yield _told(trial, version, standing, person)


def _told(trial: Trial, version: ProtocolVersion, standing: RuleStanding, person: User) -> Told:
    rule = standing.rule
    return Told(
        kind=KIND,
        topic=f"stopping_rule:{trial.pk}:{rule.code}",
        stage=HOLDS,
        occasion=version.version,
        recipient=person,
        trial=trial,
        facts={
            "registration": trial.registration,
            "rule": rule.code,
            "text": rule.text,
            "subjects": len(standing.subjects),
        },
    )


def _who_may_stop(trial: Trial, now: datetime) -> list[User]:
    held = trial.delegations.in_force(now).filter(role_code__in=roles_with(Permission.STOP_ENROLMENT))
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))
