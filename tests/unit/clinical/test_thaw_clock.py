"""Time between thawing and infusion, at the limit and over a change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinical.thaw_clock import minutes_left, minutes_since_thaw, start_by, within_limit

THAWED = datetime(2026, 5, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def after(**wait: float) -> datetime:
    return THAWED + timedelta(**wait)


@pytest.mark.parametrize(
    ("wait", "minutes", "left", "in_time"),
    [
        ({"minutes": 0}, 0, 180, True),
        ({"seconds": 1}, 1, 179, True),
        ({"minutes": 1}, 1, 179, True),
        ({"minutes": 179, "seconds": 59}, 180, 0, True),
        ({"minutes": 180}, 180, 0, True),
        ({"minutes": 180, "seconds": 1}, 181, -1, False),
        ({"minutes": 181}, 181, -1, False),
        ({"hours": 27}, 1620, -1440, False),
    ],
)
def test_the_last_minute_of_three_hours_is_in_time(
    wait: dict[str, float], minutes: int, left: int, in_time: bool
) -> None:
    at = after(**wait)
    assert minutes_since_thaw(thaw_ended_at=THAWED, at=at) == minutes
    assert minutes_left(thaw_ended_at=THAWED, at=at, limit_minutes=180) == left
    assert within_limit(thaw_ended_at=THAWED, started_at=at, limit_minutes=180) is in_time


def test_the_last_moment_is_told_in_the_time_of_the_site() -> None:
    last = start_by(thaw_ended_at=THAWED, limit_minutes=90)
    assert (last.isoformat(), last.tzinfo) == ("2026-05-20T10:30:00+08:00", THAWED.tzinfo)
    assert within_limit(thaw_ended_at=THAWED, started_at=last, limit_minutes=90)


def test_moments_of_different_zones_are_compared() -> None:
    assert minutes_since_thaw(thaw_ended_at=THAWED, at=datetime(2026, 5, 20, 1, 10, tzinfo=UTC)) == 10


def test_the_hour_that_the_clocks_skip_in_spring_is_no_waiting_time() -> None:
    vienna = ZoneInfo("Europe/Vienna")
    thawed, started = datetime(2026, 3, 29, 1, 30, tzinfo=vienna), datetime(2026, 3, 29, 3, 30, tzinfo=vienna)
    assert minutes_since_thaw(thaw_ended_at=thawed, at=started) == 60
    assert start_by(thaw_ended_at=thawed, limit_minutes=60) == started


def test_an_infusion_does_not_start_before_the_product_is_thawed() -> None:
    with pytest.raises(ValueError, match="before the end of thawing"):
        minutes_since_thaw(thaw_ended_at=THAWED, at=after(seconds=-1))


@pytest.mark.parametrize("limit", [0, -5])
def test_a_limit_is_above_nought(limit: int) -> None:
    with pytest.raises(ValueError, match=f"the limit is {limit} minutes"):
        within_limit(thaw_ended_at=THAWED, started_at=THAWED, limit_minutes=limit)
    with pytest.raises(ValueError, match=f"the limit is {limit} minutes"):
        start_by(thaw_ended_at=THAWED, limit_minutes=limit)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        minutes_since_thaw(thaw_ended_at=THAWED.replace(tzinfo=None), at=THAWED)
