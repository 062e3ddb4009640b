"""How long after an infusion an event began."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.finding_codes import INFUSION_CELLS, INFUSION_STARTED, INFUSION_STOPPED
from patients.models import Finding, Visit
from safety.event_days import onset_moment
from safety.models import AdverseEvent

_CODES: Final = (INFUSION_CELLS, INFUSION_STARTED, INFUSION_STOPPED)


@dataclass(frozen=True)
class SinceInfusion:
    """The visit of the infusion that the event followed, and the time from it in words."""

    visit: Visit
    words: str


def since_infusion(event: AdverseEvent) -> SinceInfusion | None:
    """The time from the last infusion before the event began, from its end where the event began after it; in whole
    days where one of the moments is not known. None without an infusion before it, or where the day of onset is not
    known; one statement."""
    if event.onset != event.onset_on.isoformat():
        return None
    by_visit: dict[Visit, dict[str, Finding]] = defaultdict(dict)
    findings = Finding.objects.filter(subject=event.subject_id, test_code__in=_CODES, collected_on__lte=event.onset_on)
    for finding in findings.select_related("visit").order_by("collected_on", "visit__position"):
        by_visit[finding.visit][finding.test_code] = finding
    onset = onset_moment(event)
    for visit, found in reversed(by_visit.items()):
        started, stopped = (_moment(found.get(code)) for code in (INFUSION_STARTED, INFUSION_STOPPED))
        if onset is None or started is None:
            days = (event.onset_on - next(iter(found.values())).collected_on).days
            return SinceInfusion(visit, _days_in_words(days))
        if onset >= started:
            return SinceInfusion(visit, _time_in_words(onset, started, stopped))
    return None


def _moment(finding: Finding | None) -> datetime | None:
    return datetime.fromisoformat(finding.text) if finding is not None and finding.text else None


def _days_in_words(days: int) -> str:
    if days == 0:
        return _("on the day of the infusion")
    return ngettext("%(days)s day after the infusion", "%(days)s days after the infusion", days) % {"days": days}


def _time_in_words(onset: datetime, started: datetime, stopped: datetime | None) -> str:
    if stopped is not None and onset >= stopped:
        return _("%(time)s after the end of the infusion") % {"time": _hours_and_minutes(onset, stopped)}
    return _("%(time)s after the start of the infusion") % {"time": _hours_and_minutes(onset, started)}


def _hours_and_minutes(late: datetime, early: datetime) -> str:
    hours, minutes = divmod(int((late - early).total_seconds()) // 60, 60)
    values = {"hours": hours, "minutes": minutes}
    return _("%(hours)s h %(minutes)s min") % values if hours else _("%(minutes)s min") % values
