"""What tests find written: a database is filled once for all tests that begin alike, and each of them rolls its own
changes back.

A test that asks for the fixture `site` begins with that site written, one that asks for `trial` with the trial. For
more a module names, by fixture, the functions that write it in `WORLDS`, the fullest first; the fixture reads it then.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from types import ModuleType
from typing import Any

import time_machine

World = Callable[[], Any]
NOW = datetime(2026, 5, 20, 4, tzinfo=UTC)
"""The moment at which worlds are written: noon in Guangzhou on the day that most tests take for today."""


def world_for(module: ModuleType, fixtures: list[str]) -> World | None:
    """What a test of this module with these fixtures finds written; None: nothing at all."""
    for fixture, build in getattr(module, "WORLDS", {}).items():
        if fixture in fixtures:
            return build
    # A module with a trial or a site of its own means another one.
    if "trial" not in fixtures or hasattr(module, "trial"):
        return None
    if "site" not in fixtures or hasattr(module, "site"):
        return one_trial
    return next((build for fixture, build in SHARED.items() if fixture in fixtures), one_site)


def at_noon(build: Callable[[], Any]) -> World:
    """Writes the same at `NOW`."""

    @wraps(build)
    def written() -> None:
        with time_machine.travel(NOW, tick=False):
            build()

    return written


@at_noon
def one_trial() -> None:
    """NCT03265613 with its protocol version 1.0 and no sites."""
    from tests.factories import make_trial

    make_trial()


@at_noon
def one_site() -> None:
    """The same with the site GZ in Asia/Shanghai."""
    _site()


@at_noon
def screening_visit() -> None:
    """A subject of the site GZ who signed today and whose screening visit took place, without forms; the coordinator
    wrote it."""
    from tests.factories import make_subject, member_of, take_place

    by = member_of(site := _site(), "coordinator")
    take_place(make_subject(site, by), "SCR", by)


@at_noon
def treated_subject() -> None:
    """A subject of the site GZ whose first infusion, by its investigator, was 40 days ago, 14 days after consent: the
    window of week 4 closed 9 days ago."""
    _treated(days_ago=40, consent_before=14)


@at_noon
def subject_in_week_four() -> None:
    """A subject of the site GZ whose first infusion, by its investigator, was 28 days ago, on the day of consent: week
    4 is planned for today, its window is open from three days ago to three days on."""
    _treated(days_ago=28)


@at_noon
def screened_today() -> None:
    """A subject of the site GZ who signed today, with the forms of the screening complete and no decision."""
    from tests.factories import screened_subject

    _written_by_investigator(screened_subject)


@at_noon
def eligible_today() -> None:
    """A subject of the site GZ who signed today and was found eligible."""
    from tests.factories import eligible_subject

    _written_by_investigator(eligible_subject)


@at_noon
def enrolled_today() -> None:
    """A subject of the site GZ who signed today and was enrolled."""
    from tests.factories import enrolled_subject

    _written_by_investigator(enrolled_subject)


@at_noon
def infused_today() -> None:
    """A subject of the site GZ who signed, was enrolled and had the first infusion today."""
    from tests.factories import infused_subject

    _written_by_investigator(infused_subject)


SHARED = {"infused": infused_today, "enrolled": enrolled_today, "eligible": eligible_today, "screened": screened_today}
"""By fixture, the furthest stage first."""


def _site() -> Any:
    from tests.factories import make_site, make_trial

    return make_site(make_trial(), "GZ")


def _written_by_investigator(make: Callable[..., Any], **days: int) -> None:
    from tests.factories import member_of

    make(site := _site(), member_of(site, "investigator"), **days)


def _treated(**days: int) -> None:
    from tests.factories import infused_subject

    _written_by_investigator(infused_subject, **days)
