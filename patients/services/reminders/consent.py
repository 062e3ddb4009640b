"""Consent to renew: a newer information sheet is to be signed again, and the subject has not."""

from datetime import datetime

from django.db.models import F

from notifications.services import Expected, Outcome, sweep
from patients.selectors.consent import all_to_consent_again
from patients.services.reminders.places import COORDINATORS_FIRST, DAYS, places

CONSENT = "consent_renewal"
DUE = "due"

_EXPECTED = f"""
WITH {DAYS}, due (subject_id, number, site_id, version, valid_from) AS ({{due}})
SELECT
    'consent:' || due.subject_id AS topic, '{DUE}' AS stage, due.version AS occasion, told.recipient_id,
    place.trial_id, due.site_id,
    jsonb_build_object(
        'registration', place.registration, 'number', due.number, 'sheet', due.version, 'since', due.valid_from
    ) AS facts,
    due.valid_from > place.day_before AND due.valid_from < place.today AS is_late
FROM due JOIN place USING (site_id) JOIN told USING (site_id)
"""


def sweep_consent(now: datetime) -> Outcome:
    """Keep what people are told of consent to renew as the record is now; told once for each sheet.

    Told are the coordinators of the site, or its investigators where it has none.
    """

    def expected(previous: datetime | None) -> Expected:
        at = places(COORDINATORS_FIRST, now=now, previous=previous)
        due = all_to_consent_again(now).values_list("pk", "number", "site_id", F("due"), F("due_from"))
        sql, parameters = due.query.sql_with_params()
        return Expected(_EXPECTED.format(due=sql), [*at.parameters(), *parameters])

    return sweep(CONSENT, expected, now=now)
