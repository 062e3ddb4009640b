"""Secret addresses under which a calendar program reads the visits of a site."""

import secrets

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.context import acting, stated
from patients.models import CalendarFeed
from trials.models import Site

SECRET_BYTES = 32


@transaction.atomic
def make_feed(*, site: Site, by: User) -> tuple[CalendarFeed, str]:
    """A new address for the person's own use; returns it with its secret, which is known at this moment only."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed(site=site, user=by, token_digest=CalendarFeed.digest_of(token))
    with acting(by=by, reason="Calendar address made"):
        feed.save(force_insert=True)
    return feed, token


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: User, reason: str) -> CalendarFeed:
    """The address answers no more, from this moment on. An address that is revoked already keeps its moment."""
    stored = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    if stored.revoked_at is None:
        stored.revoked_at = timezone.now()
        with acting(by=by, reason=stated(reason)):
            stored.save(update_fields=["revoked_at"])
    return stored
