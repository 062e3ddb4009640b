"""Opening sites, the days on which they work, and where the sponsor is."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from clinical.reminder_stages import LONGEST_REST_DAYS, WorkingDays
from trials.models import Site, Trial

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years in which a day off may be; at the ends of the calendar no day would be left to look for work on."""


@transaction.atomic
def open_site(*, trial: Trial, code: str, name: str, country: str, time_zone: str, by: User) -> Site:
    """A new site of the trial; raises ValidationError when a field breaks a rule."""
    site = Site(trial=trial, code=code, name=name, country=country, time_zone=time_zone)
    site.full_clean()
    with acting(by=by, reason="Site opened"):
        site.save(force_insert=True)
    return site


@transaction.atomic
def set_working_days(
    *,
    site: Site,
    working_days: Collection[int],
    days_off: Collection[date],
    by: User,
    reason: str,
    seen_version: int | None = None,
) -> Site:
    """The ISO weekdays (1 to 7) on which the site works, and the single days on which it does not, for a reason.

    Order does not matter, and a day named twice counts once. Raises ValidationError, by field, without a weekday, for a
    day off outside FIRST_YEAR to LAST_YEAR, and for more than LONGEST_REST_DAYS days without work in a row; also when
    somebody else has changed the days since `seen_version`, when nothing differs, or when the reason is missing.
    """
    stored = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    if seen_version is not None and stored.days_version != seen_version:
        raise ValidationError(
            _("Somebody else has changed these days since you opened them. Check the values and save again.")
        )
    weekdays, rest = sorted(set(working_days)), sorted(set(days_off))
    _refuse_a_site_without_work(weekdays, rest)
    values = {"working_days": weekdays, "days_off": rest}
    changed = [name for name, value in values.items() if getattr(stored, name) != value]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    for name in changed:
        setattr(stored, name, values[name])
    stored.days_version += 1
    stored.full_clean()
    with acting(by=by, reason=stated(reason)):
        stored.save(update_fields=[*changed, "days_version"])
    return stored


@transaction.atomic
def set_sponsor_time_zone(
    *, trial: Trial, time_zone: str, by: User, reason: str, seen_time_zone: str | None = None
) -> Trial:
    """Where the sponsor counts the days of reports to authorities, for a reason; empty: as at the first site.

    Raises ValidationError (field `sponsor_time_zone`) for what is no time zone, also when somebody else has changed it
    since `seen_time_zone` was read, when nothing differs, or when the reason is missing.
    """
    stored = Trial.objects.select_for_update(no_key=True).get(pk=trial.pk)
    if seen_time_zone is not None and stored.sponsor_time_zone != seen_time_zone:
        raise ValidationError(
            _("Somebody else has changed the time zone since you opened it. Check the values and save again.")
        )
    wanted = time_zone.strip()
    if wanted == stored.sponsor_time_zone:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    stored.sponsor_time_zone = wanted
    stored.full_clean()
    with acting(by=by, reason=stated(reason)):
        stored.save(update_fields=["sponsor_time_zone"])
    return stored


def _refuse_a_site_without_work(working_days: Collection[int], days_off: Collection[date]) -> None:
    try:
        calendar = WorkingDays(frozenset(working_days), frozenset(days_off))
    except ValueError:
        raise ValidationError({"working_days": _("Choose at least one day from Monday to Sunday.")}) from None
    outside = [str(day) for day in days_off if not FIRST_YEAR <= day.year <= LAST_YEAR]
    if outside:
        message = _("%(days)s: give days in years from %(first)s to %(last)s.")
        facts = {"days": ", ".join(outside), "first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError({"days_off": message % facts})
    begins = calendar.too_long_rest()
    if begins is not None:
        message = _(
            "From %(day)s on nobody would work for more than %(most)s days in a row, and nobody would read reminders."
        )
        raise ValidationError({"days_off": message % {"day": begins, "most": LONGEST_REST_DAYS}})
