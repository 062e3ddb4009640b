"""The time a thawed product waits for its infusion.

Cells die while they wait, so the specification of a product may limit the minutes from the end of thawing to the start
of the infusion: one published trial allows less than 3 hours (PMC9043315, table 1). The limit itself is allowed.
A minute that has begun counts as a whole one, so the number shown is above the limit exactly when the time is.
"""

from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)


def minutes_since_thaw(*, thaw_ended_at: datetime, at: datetime) -> int:
    """Minutes from the end of thawing to the moment `at`, a begun minute counted whole.

    Raises ValueError for a moment before the end of thawing, and for moments without a time zone.
    """
    # Moments of one zone are subtracted by the clock on the wall, which is wrong across a change to summer time.
    waited = _in_utc(at) - _in_utc(thaw_ended_at)
    if waited < timedelta(0):
        raise ValueError(f"{at} lies before the end of thawing, {thaw_ended_at}")
    return -(-waited // MINUTE)


def minutes_left(*, thaw_ended_at: datetime, at: datetime, limit_minutes: int) -> int:
    """Whole minutes in which the infusion may still start; 0 is just in time, negative is too late.

    Raises ValueError as `minutes_since_thaw` does, and for a limit that is not above 0.
    """
    _require_limit(limit_minutes)
    return limit_minutes - minutes_since_thaw(thaw_ended_at=thaw_ended_at, at=at)


def within_limit(*, thaw_ended_at: datetime, started_at: datetime, limit_minutes: int) -> bool:
    """Whether the infusion started in time; the last minute counts. Raises ValueError as `minutes_left` does."""
    return minutes_left(thaw_ended_at=thaw_ended_at, at=started_at, limit_minutes=limit_minutes) >= 0


def start_by(*, thaw_ended_at: datetime, limit_minutes: int) -> datetime:
    """The last moment at which the infusion may start, itself included, in the time zone of `thaw_ended_at`.

    Raises ValueError for a moment without a time zone and for a limit that is not above 0.
    """
    _require_limit(limit_minutes)
    return (_in_utc(thaw_ended_at) + limit_minutes * MINUTE).astimezone(thaw_ended_at.tzinfo)


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def _require_limit(limit_minutes: int) -> None:
    if limit_minutes <= 0:
        raise ValueError(f"the limit is {limit_minutes} minutes; it must be above 0")
