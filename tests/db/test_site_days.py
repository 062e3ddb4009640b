"""The working days of a site: set for a reason, kept in history, guarded by the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from audit.context import acting
from audit.history import changes
from clinical.reminder_stages import WorkingDays
from tests.factories import system
from trials.models import Site
from trials.services import set_working_days

pytestmark = pytest.mark.usefixtures("clock")

HOLIDAY, EVE = date(2026, 10, 1), date(2026, 9, 30)
DAY = timedelta(days=1)


def set_days(site: Site, *, reason: str = "Holidays of 2026", **changed: Any) -> Site:
    days = {"working_days": site.working_days, "days_off": site.days_off, **changed}
    return set_working_days(site=site, by=system(), reason=reason, **days)


def by_sql(working_days: str, site: Site) -> None:
    with transaction.atomic(), acting(by=system(), reason="Past every service"), connection.cursor() as cursor:
        cursor.execute("UPDATE trials_site SET working_days = %s WHERE id = %s", [working_days, site.pk])


def test_a_site_works_from_monday_to_friday_unless_it_says_otherwise(site: Site) -> None:
    site.refresh_from_db()
    assert site.calendar == WorkingDays()


def test_days_are_kept_in_order_and_each_once(site: Site) -> None:
    stored = set_days(site, working_days=[7, 1, 2, 1], days_off=[HOLIDAY, EVE, HOLIDAY])
    stored.refresh_from_db()
    assert (stored.working_days, stored.days_off, stored.days_version) == ([1, 2, 7], [EVE, HOLIDAY], 2)
    assert stored.calendar == WorkingDays(frozenset({1, 2, 7}), frozenset({EVE, HOLIDAY}))


def test_earlier_days_stay_in_history_with_the_reason(site: Site) -> None:
    set_days(site, days_off=[HOLIDAY])
    last = changes(site, ["days_off"])[-1]
    assert (last.before, last.after, last.reason) == ([], [HOLIDAY], "Holidays of 2026")


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"working_days": []}, "working_days", "at least one day from Monday to Sunday"),
        ({"working_days": [1, 8]}, "working_days", "at least one day from Monday to Sunday"),
        ({"days_off": [HOLIDAY + n * DAY for n in range(61)]}, "days_off", "From 2026-10-01 on nobody would work"),
        ({"days_off": [date(1, 1, 1), date(9999, 12, 31)]}, "days_off", "0001-01-01, 9999-12-31: give days in years"),
        ({"days_off": [HOLIDAY], "reason": " "}, "reason", "Say why"),
    ],
)
def test_wrong_days_are_refused_by_field(site: Site, changed: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        set_days(site, **changed)
    assert any(message in text for text in refused.value.message_dict[field])
    site.refresh_from_db()
    assert site.calendar == WorkingDays()


def test_a_rest_of_sixty_days_is_the_longest(site: Site) -> None:
    # The first of October 2026 is a Thursday; the rest ends on a Saturday, and the Sunday after it is the 60th day.
    assert len(set_days(site, days_off=[HOLIDAY + n * DAY for n in range(59)]).days_off) == 59


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2199, 12, 31)])
def test_the_first_and_the_last_year_count(site: Site, day: date) -> None:
    assert set_days(site, days_off=[day]).days_off == [day]


def test_days_are_not_set_unseen_or_without_a_change(site: Site) -> None:
    with pytest.raises(ValidationError, match="Nothing was changed"):
        set_days(site, seen_version=1)
    set_days(site, seen_version=1, days_off=[HOLIDAY])
    with pytest.raises(ValidationError, match="Somebody else has changed these days"):
        set_days(site, seen_version=1, days_off=[EVE])


@pytest.mark.parametrize(
    ("working_days", "constraint"),
    [
        ("{}", "trials_site_works_some_day"),
        ("{0}", "trials_site_works_on_weekdays"),
        ("{1,8}", "trials_site_works_on_weekdays"),
        ("{1,NULL}", "trials_site_works_on_weekdays"),
    ],
)
def test_the_database_refuses_working_days_that_cannot_be(site: Site, working_days: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        by_sql(working_days, site)
    by_sql("{1,7}", site)
