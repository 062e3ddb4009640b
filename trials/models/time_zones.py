"""Names of time zones."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    """Accept names of the IANA time zone database only."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone such as Asia/Shanghai."), params={"name": name})
