"""Eligibility to look at again: a fact has changed since the decision, or the day planned for the first treatment is
about to pass, up to which rules count how long ago something was."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from notifications.services import Expected, Outcome, sweep
from patients.models import SubjectStatus
from patients.models.eligibility import EligibilityOutcome
from patients.policies import ENDED
from patients.services.reminders.places import DAYS, INVESTIGATORS_FIRST, columns, places, protocols_at
from trials.models import Site

ELIGIBILITY = "eligibility"
TO_REVIEW = "to_review"
LAPSES_SOON = "lapses_soon"

# The decision that holds is the newest one. Only who was found eligible and has not been treated can be too late.
_EXPECTED = f"""
WITH {DAYS},
anchor (version_id, code, notice) AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::int[])),
decided AS (
    SELECT DISTINCT ON (decision.subject_id) decision.*, subject.number, subject.site_id, subject.status,
        subject.protocol_version_id AS version_id
    FROM patients_eligibilitydecision AS decision
    JOIN patients_subject AS subject ON subject.id = decision.subject_id
    WHERE subject.status <> ALL (%s)
    ORDER BY decision.subject_id, decision.decided_at DESC, decision.id DESC
),
again AS (
    SELECT decided.id, decided.subject_id, decided.number, decided.site_id, '{TO_REVIEW}' AS stage,
        (decided.stale_since AT TIME ZONE site.time_zone)::date AS begins_on,
        jsonb_build_object('criteria', decided.stale_criteria) AS more
    FROM decided JOIN trials_site AS site ON site.id = decided.site_id
    WHERE decided.stale_since IS NOT NULL
    UNION ALL
    SELECT decided.id, decided.subject_id, decided.number, decided.site_id, '{LAPSES_SOON}' AS stage,
        visit.window_closes_on - anchor.notice AS begins_on,
        jsonb_build_object('closes_on', visit.window_closes_on) AS more
    FROM decided
    JOIN place USING (site_id)
    JOIN anchor USING (version_id)
    JOIN patients_visit AS visit ON visit.subject_id = decided.subject_id AND visit.code = anchor.code
    WHERE decided.stale_since IS NULL AND decided.outcome = '{EligibilityOutcome.ELIGIBLE}'
        AND decided.status IN ('{SubjectStatus.ELIGIBLE}', '{SubjectStatus.ENROLLED}')
        AND visit.outcome = '' AND place.today BETWEEN visit.window_closes_on - anchor.notice AND visit.window_closes_on
)
SELECT
    'eligibility:' || again.subject_id AS topic, again.stage, again.id || ' ' || again.begins_on AS occasion,
    told.recipient_id, place.trial_id, again.site_id,
    jsonb_build_object('registration', place.registration, 'number', again.number) || again.more AS facts,
    again.begins_on > place.day_before AND again.begins_on < place.today AS is_late
FROM again JOIN place USING (site_id) JOIN told USING (site_id)
"""


class _Anchor(NamedTuple):
    """The visit of the first treatment in one protocol version, and how many days before it closes people are told."""

    version: int
    code: str
    notice: int


def sweep_eligibility(now: datetime) -> Outcome:
    """Keep what people are told of eligibility as the record is now.

    A decision is to be reviewed when a fact, an answer or a criterion it rests on has changed. It lapses when the
    window of the first treatment closes (default: as many days before as the protocol tells of windows that open):
    rules count to the day planned for the first treatment, so nobody has looked at what holds later. Told are the
    investigators of the site, or its coordinators where it has none.
    """

    def expected(previous: datetime | None) -> Expected:
        at = places(INVESTIGATORS_FIRST, now=now, previous=previous)
        anchors = list(_anchors(at.people))
        return Expected(_EXPECTED, [*at.parameters(), *columns(anchors, _Anchor._fields), sorted(ENDED)])

    return sweep(ELIGIBILITY, expected, now=now)


def _anchors(sites: Collection[Site]) -> Iterator[_Anchor]:
    for version, protocol in protocols_at(sites):
        yield _Anchor(version, protocol.anchor, protocol.reminder_days.before_closing)
