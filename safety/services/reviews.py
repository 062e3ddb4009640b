"""Marking an event as reviewed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from safety.models import AdverseEvent, EventReview
from safety.services.events import ChangedMeanwhile


@transaction.atomic
def mark_reviewed(*, event: AdverseEvent, seen_version: int, note: str = "", by: User) -> EventReview:
    """Keep that this person has reviewed the event as it was at `seen_version`.

    Raises ChangedMeanwhile when the event is no longer at that version, and ValidationError when the person has marked
    this version before.
    """
    stored = AdverseEvent.objects.select_for_update(of=("self",)).select_related("subject").get(pk=event.pk)
    if stored.version != seen_version:
        raise ChangedMeanwhile(stored)
    if EventReview.objects.filter(event=stored, reviewer=by, event_version=seen_version).exists():
        raise ValidationError(_("You have marked this event as reviewed already, and it has not changed since."))
    review = EventReview(event=stored, reviewer=by, event_version=seen_version, note=note.strip())
    with acting(by=by):
        review.save(force_insert=True)
    return review
