"""The calendar day at a site, inside the database."""

from datetime import datetime

from django.db.models import DateField, DateTimeField, F, Func, Value
from django.db.models.functions import Cast
from django.utils import timezone


def site_today(time_zone_path: str, now: datetime | None = None) -> Cast:
    """The calendar day at the site, as an SQL expression; `time_zone_path` leads to the site's time zone."""
    moment = Value(now or timezone.now(), output_field=DateTimeField())
    local = Func(F(time_zone_path), moment, function="timezone", output_field=DateTimeField())
    return Cast(local, DateField())
