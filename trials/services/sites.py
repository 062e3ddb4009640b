"""Opening sites."""

from django.db import transaction

from accounts.models import User
from audit.context import acting
from trials.models import Site, Trial


@transaction.atomic
def open_site(*, trial: Trial, code: str, name: str, country: str, time_zone: str, by: User) -> Site:
    """A new site of the trial; raises ValidationError when a field breaks a rule."""
    site = Site(trial=trial, code=code, name=name, country=country, time_zone=time_zone)
    site.full_clean()
    with acting(by=by, reason="Site opened"):
        site.save(force_insert=True)
    return site
