"""What a person wants by mail."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from notifications.kinds import KINDS
from notifications.models import MutedKind


@transaction.atomic
def mute(*, user: User, kinds: Iterable[str]) -> None:
    """From now on the user gets no mail of exactly these kinds; they still stand in the inbox.

    Raises ValueError for a kind that is not known or that nobody can do without.
    """
    wanted = set(kinds)
    if wrong := {code for code in wanted if code not in KINDS or KINDS[code].is_safety}:
        raise ValueError(f"cannot be muted: {', '.join(sorted(wrong))}")
    MutedKind.objects.filter(user=user).exclude(kind__in=wanted).delete()
    MutedKind.objects.bulk_create([MutedKind(user=user, kind=code) for code in sorted(wanted)], ignore_conflicts=True)
