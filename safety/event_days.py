"""The days on which an event can have begun and ended, from what is known of them."""

from datetime import date, datetime

from clinical.partial_days import earliest, latest
from safety.models import AdverseEvent


def days_of(*, onset: str, ended: str, consent_on: date, today: date) -> tuple[date | None, date | None]:
    """The first day that the onset can be and the last that the end can be; None where nothing was entered.

    The onset is no day before the consent if a later one is possible; the end is no day after today if an earlier one
    is possible.
    """
    first = min(max(earliest(onset), consent_on), latest(onset)) if onset else None
    last = max(min(latest(ended), today), earliest(ended)) if ended else None
    return first, last


def work_out_days(event: AdverseEvent, *, consent_on: date, today: date) -> None:
    """Set `onset_on` and `ended_on` from the days as they were entered; raises ValueError without an onset."""
    onset_on, event.ended_on = days_of(onset=event.onset, ended=event.ended, consent_on=consent_on, today=today)
    if onset_on is None:
        raise ValueError(f"{event} has no onset")
    event.onset_on = onset_on


def onset_moment(event: AdverseEvent) -> datetime | None:
    """The moment at which the event began, where day and time are known."""
    if event.onset_time is None or event.onset != event.onset_on.isoformat():
        return None
    return datetime.combine(event.onset_on, event.onset_time, tzinfo=event.subject.site.zone)
