"""Telling of something that happened once, such as an export that is ready: nothing sweeps it, and whoever tells says
when it is settled."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.models import User
from notifications.models import Reminder
from trials.models import Site, Trial


@dataclass(frozen=True, kw_only=True)
class Told:
    """Whom to tell what; see `Reminder` for the fields."""

    kind: str
    topic: str
    stage: str
    recipient: User
    trial: Trial
    site: Site | None = None
    occasion: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def tell(told: Iterable[Told]) -> None:
    """Store reminders; what a person was told before is not told again. One statement, safe against a second caller."""
    now = timezone.now()
    # One order for everybody, so that two callers with the same keys wait for each other and cannot deadlock.
    ordered = sorted(told, key=lambda each: (each.recipient.pk, each.topic, each.stage, each.occasion))
    Reminder.objects.bulk_create(
        (Reminder(**vars(each), told_at=now) for each in ordered),
        ignore_conflicts=True,
    )


def settle(*, kind: str, topic: str) -> None:
    """What was told of the topic holds no more, for anybody: it leaves the inbox, and is not mailed where it was not
    yet. One statement."""
    standing = Reminder.objects.filter(kind=kind, topic=topic, withdrawn_at=None)
    standing.update(withdrawn_at=timezone.now())
