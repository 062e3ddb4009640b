"""For whom it is the morning of a working day now."""

from datetime import date, datetime

from django.utils import timezone

from accounts.roles import ROLES
from trials.models import Site
from trials.selectors import people_by_site


def mornings(now: datetime, *, from_hour: int | None) -> dict[int, date]:
    """Today's date by primary key of the user, for everybody whose daily mail may go out.

    That is from `from_hour` on (0 to 23) of a day on which one of the person's sites works, by the clock of that site:
    the first of them in the order of the codes. People without a site are not in it. None: at any time of any day.
    """
    found: dict[int, date] = {}
    for site, people in people_by_site(now, roles=ROLES).items():
        if _is_morning(site, now, from_hour):
            for user in people:
                found.setdefault(user, site.today(now))
    return found


def _is_morning(site: Site, now: datetime, from_hour: int | None) -> bool:
    local = timezone.localtime(now, site.zone)
    return from_hour is None or (local.hour >= from_hour and site.calendar.includes(local.date()))
