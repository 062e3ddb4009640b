"""The clocks of a serious event in words: which report each is for, when it ends, what is left of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinical.safety.clock_faces import ClockKind

LABELS: Final[Mapping[ClockKind, Promise]] = {
    ClockKind.SITE_TO_SPONSOR: gettext_lazy("Report of the site to the sponsor, 24 hours"),
    ClockKind.SUSAR_OTHER: gettext_lazy("Report of the SUSAR to the authority, 15 days"),
    ClockKind.SUSAR_URGENT: gettext_lazy("Report of the fatal or life-threatening SUSAR to the authority, 7 days"),
    ClockKind.SUSAR_URGENT_COMPLETE: gettext_lazy("Complete report to the authority, 8 more days"),
}
"""What each clock is called on pages; its limit may be shorter, where a SUSAR becomes fatal later."""
IF_SUSAR: Final = gettext_lazy("If it is a SUSAR: %(report)s")
"""What a clock of the authority is called before the safety monitor has judged."""

_HOURS_ONLY: Final = timedelta(hours=48)
"""From here on whole days are told, not hours and minutes."""


def moment_in_words(moment: datetime, zone: tzinfo) -> str:
    """Date and time on the wall there, with its distance from UTC: in an autumn night one time comes twice."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} UTC{local.isoformat()[-6:]}"


def length_left_in_words(left: timedelta) -> str:
    """What is left, in whole minutes; a negative length is how long the clock has been overdue."""
    words = {"length": _length(abs(left))}
    return _("%(length)s left") % words if left >= timedelta(0) else _("overdue for %(length)s") % words


def days_left_in_words(days: int) -> str:
    """What is left after today, in days; negative: how long the clock has been overdue."""
    if days == 0:
        return _("due today")
    if days > 0:
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    return ngettext("overdue for %(days)d day", "overdue for %(days)d days", -days) % {"days": -days}


def _length(length: timedelta) -> str:
    if length >= _HOURS_ONLY:
        return ngettext("%(days)d day", "%(days)d days", length.days) % {"days": length.days}
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d min") % {"minutes": minutes}
