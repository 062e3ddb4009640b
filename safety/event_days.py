"""The days on which an event can have begun and ended, from what is known of them."""

from datetime import date

from clinical.partial_days import earliest, latest
from safety.models import AdverseEvent


def work_out_days(event: AdverseEvent, *, consent_on: date, today: date) -> None:
    """Set `onset_on` and `ended_on` from the days as they were entered, whole or in part.

    The onset is the first day that it can be, but no day before the consent if a later one is possible; the end is the
    last day that it can be, but no day after today if an earlier one is possible.
    """
    event.onset_on = min(max(earliest(event.onset), consent_on), latest(event.onset))
    event.ended_on = max(min(latest(event.ended), today), earliest(event.ended)) if event.ended else None
