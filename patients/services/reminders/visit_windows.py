"""Visit windows: opening soon, open, closing soon, missed. `clinical.reminder_stages` says what and when; this is the
same over all visits at once."""

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

from clinical.reminder_stages import DAY, ReminderStage, reach_of
from notifications.services import Expected, Outcome, sweep
from patients.models import VisitKind
from patients.policies import ENDED
from patients.services.reminders.places import COORDINATORS_FIRST, Places, columns, places, protocols_at
from trials.models import Site

VISIT_WINDOW = "visit_window"

# Each visit is in one stage, the last one that has been reached. `begins_on` compares with `ahead_*` of the site, but
# the day of closing with `closed_*`. Late is what the sweep of an earlier day should have told and no sweep has.
# OFFSET 0 keeps PostgreSQL from writing the facts of a visit anew for each person who is told.
_EXPECTED = f"""
WITH place (site_id, trial_id, registration, ahead, closed, ahead_yesterday, closed_yesterday,
            ahead_before, closed_before) AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::date[], %s::date[], %s::date[],
                         %s::date[], %s::date[])
),
told (site_id, recipient_id) AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[])),
planned (version_id, code, names, before_opening, before_closing) AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::int[], %s::int[])
),
windows AS (
    SELECT visit.id, visit.code, visit.window_opens_on AS opens_on, visit.window_closes_on AS closes_on,
        subject.number, planned.names, planned.before_opening, planned.before_closing, place.*,
        CASE
            WHEN visit.window_closes_on <= place.closed THEN '{ReminderStage.CLOSED}'
            WHEN planned.before_closing > 0
                AND visit.window_opens_on < visit.window_closes_on - planned.before_closing
                AND visit.window_closes_on - planned.before_closing <= place.ahead THEN '{ReminderStage.CLOSES_SOON}'
            WHEN visit.window_opens_on <= place.ahead THEN '{ReminderStage.OPEN}'
            WHEN planned.before_opening > 0
                AND visit.window_opens_on - planned.before_opening <= place.ahead THEN '{ReminderStage.OPENS_SOON}'
        END AS stage
    FROM patients_visit AS visit
    JOIN patients_subject AS subject ON subject.id = visit.subject_id
    JOIN place ON place.site_id = subject.site_id
    JOIN planned ON planned.version_id = subject.protocol_version_id AND planned.code = visit.code
    WHERE visit.outcome = '' AND visit.kind = '{VisitKind.SCHEDULED}'
        AND visit.window_opens_on <= %s::date
        AND subject.status <> ALL (%s)
        AND (NOT visit.needs_enrolment OR subject.enrolled_on IS NOT NULL)
),
staged AS (
    SELECT windows.*, CASE stage
        WHEN '{ReminderStage.OPENS_SOON}' THEN opens_on - before_opening
        WHEN '{ReminderStage.OPEN}' THEN opens_on
        WHEN '{ReminderStage.CLOSES_SOON}' THEN closes_on - before_closing
        ELSE closes_on
    END AS begins_on
    FROM windows WHERE stage IS NOT NULL
),
matter AS (
    SELECT 'visit:' || id AS topic, stage,
        CASE WHEN stage IN ('{ReminderStage.OPENS_SOON}', '{ReminderStage.OPEN}')
            THEN opens_on ELSE closes_on END::text AS occasion,
        trial_id, site_id,
        jsonb_build_object(
            'registration', registration, 'number', number, 'visit', code, 'names', names,
            'opens_on', opens_on, 'closes_on', closes_on
        ) AS facts,
        CASE stage WHEN '{ReminderStage.CLOSED}'
            THEN begins_on <= closed_yesterday AND begins_on > closed_before
            ELSE begins_on <= ahead_yesterday AND begins_on > ahead_before
        END AS is_late
    FROM staged
    OFFSET 0
)
SELECT topic, stage, occasion, recipient_id, trial_id, site_id, facts, is_late FROM matter JOIN told USING (site_id)
"""


def sweep_visit_windows(now: datetime) -> Outcome:
    """Keep what people are told of visit windows as the record is now.

    Told are the coordinators of the site by the delegation log, or its investigators where it has none. Left out are
    visits with an outcome, visits after enrolment of subjects not enrolled yet, and subjects whose participation has
    ended. The number of statements grows with nothing.
    """

    def expected(previous: datetime | None) -> Expected:
        return _expected(places(COORDINATORS_FIRST, now=now, previous=previous))

    return sweep(VISIT_WINDOW, expected, now=now)


class _Days(NamedTuple):
    """How far reminders reach at one site: those of today, of yesterday, and of the day of the sweep before."""

    ahead: date
    closed: date
    ahead_yesterday: date
    closed_yesterday: date
    ahead_before: date
    closed_before: date


class _Planned(NamedTuple):
    """A scheduled visit of one protocol version: its names by language as JSON, and the days of notice."""

    version: int
    code: str
    names: str
    before_opening: int
    before_closing: int


def _expected(at: Places) -> Expected:
    days = [_days(site, at) for site in at.people]
    planned = list(_planned(at.people))
    furthest = max((each.ahead for each in days), default=date.min)
    longest_notice = max((each.before_opening for each in planned), default=0)
    return Expected(
        _EXPECTED,
        [
            [site.pk for site in at.people],
            [site.trial_id for site in at.people],
            [site.trial.registration for site in at.people],
            *columns(days, _Days._fields),
            *at.recipients(),
            *columns(planned, _Planned._fields),
            furthest + longest_notice * DAY,
            sorted(ENDED),
        ],
    )


def _days(site: Site, at: Places) -> _Days:
    today, calendar = site.today(at.now), site.calendar
    found: list[date] = []
    for day in (today, today - DAY, site.today(at.previous)):
        reach = reach_of(day, calendar)
        found += (reach.ahead_until, reach.closed_until)
    return _Days(*found)


def _planned(sites: Collection[Site]) -> Iterator[_Planned]:
    for version, protocol in protocols_at(sites):
        days = protocol.reminder_days
        for visit in protocol.visits:
            names = json.dumps({"en": visit.name, "zh": visit.name_zh}, ensure_ascii=False)
            yield _Planned(version, visit.code, names, days.before_opening, days.before_closing)
