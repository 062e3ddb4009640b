"""A trial of any size: subjects at every stage with all their visits, under audit, in few statements."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection, transaction

from accounts.models import User
from audit.context import acting
from clinical.visit_windows import CONSENT
from patients.models import InformedConsent, Subject, SubjectStatus
from protocols.schema import Protocol
from tests import database
from trials.models import Site
from trials.selectors import newest_protocol, protocol_of

VISITS_EACH = 15
SPREAD_DAYS = 400
SCREENING_DAYS = 14

# A visit is done a day after it was planned, once that is five days ago; later every seventeenth is left open.
_VISITS = """
INSERT INTO patients_visit (subject_id, code, kind, position, needs_enrolment, planned_on, window_opens_on,
                            window_closes_on, outcome, occurred_on, contact_mode, note, arm_code)
SELECT subject_id, code, kind, position, needs_enrolment, planned_on, planned_on - before, planned_on + after,
       CASE WHEN is_done THEN 'done' ELSE '' END, CASE WHEN is_done THEN planned_on + 1 END, 'on_site', '', ''
FROM (
    SELECT subject.id AS subject_id, visit.*, 'scheduled' AS kind,
           CASE WHEN visit.from_consent THEN consent.signed_on ELSE subject.first_treatment_on END + visit.target
               AS planned_on
    FROM patients_subject subject
    JOIN patients_informedconsent consent ON consent.subject_id = subject.id
    CROSS JOIN unnest(%(codes)s::text[], %(positions)s::int[], %(needs)s::bool[], %(from_consent)s::bool[],
                      %(targets)s::int[], %(befores)s::int[], %(afters)s::int[])
        AS visit (code, position, needs_enrolment, from_consent, target, before, after)
    WHERE subject.id > %(newest)s
) planned
CROSS JOIN LATERAL (
    SELECT COALESCE(planned_on < %(today)s - 5 AND (position < 2 OR (subject_id + position) %% 17 <> 0), false)
        AS is_done
) state
"""

# What a subject lacks to `VISITS_EACH` are unscheduled visits, one every second day from the day of consent on.
_UNSCHEDULED = """
INSERT INTO patients_visit (subject_id, code, kind, position, needs_enrolment, outcome, occurred_on, contact_mode, note,
                            arm_code)
SELECT subject.id, 'UNS-' || n, 'unscheduled', 100 + n, false, 'done',
       LEAST(%(today)s, consent.signed_on + 2 * (n - 1)), 'by_phone', 'Scale', ''
FROM patients_subject subject
CROSS JOIN LATERAL (
    SELECT min(signed_on) AS signed_on FROM patients_informedconsent WHERE subject_id = subject.id
) consent
CROSS JOIN generate_series(
    1, %(visits_each)s - (SELECT count(*)::int FROM patients_visit WHERE subject_id = subject.id)
) n
WHERE subject.id > %(newest)s
"""


def grow(sites: list[Site], subjects: int, *, by: User, spread_days: int = SPREAD_DAYS) -> None:
    """Bring the number of subjects up to this, spread evenly over the sites, with `VISITS_EACH` visits each; the first
    treatments lie in the last `spread_days` days."""
    protocol = protocol_of(newest_protocol(sites[0].trial))
    newest = max(Subject.objects.values_list("pk", flat=True), default=0)
    with acting(by=by, reason="Scale"), transaction.atomic():
        made = Subject.objects.bulk_create(
            _subjects(sites, protocol, range(Subject.objects.count(), subjects), spread_days)
        )
        InformedConsent.objects.bulk_create(_consent(subject, by) for subject in made)
        visits = protocol.visits
        values = {
            "codes": [visit.code for visit in visits],
            "positions": list(range(len(visits))),
            "needs": [position >= _anchor(protocol) for position in range(len(visits))],
            "from_consent": [visit.relative_to == CONSENT for visit in visits],
            "targets": [visit.target_days for visit in visits],
            "befores": [visit.days_before for visit in visits],
            "afters": [visit.days_after for visit in visits],
            "newest": newest,
            "today": sites[0].today(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_VISITS, values)
        fill_visits(after=newest)
    with database.owner_connection(connection.settings_dict["NAME"]) as owner:
        owner.execute("VACUUM ANALYZE patients_subject, patients_informedconsent, patients_visit, patients_visitevent")


def fill_visits(*, after: int) -> None:
    """Give the subjects with a greater key than this unscheduled visits, until each has `VISITS_EACH`; the caller signs
    for them."""
    today = Site.objects.earliest("pk").today()
    with connection.cursor() as cursor:
        cursor.execute(_UNSCHEDULED, {"newest": after, "today": today, "visits_each": VISITS_EACH})


def _subjects(sites: list[Site], protocol: Protocol, numbers: range, spread_days: int) -> Iterator[Subject]:
    """Every tenth is still in screening; the others were treated first on one of the last days."""
    version, today = newest_protocol(sites[0].trial), sites[0].today()
    longest = max(visit.target_days + visit.days_after for visit in protocol.visits)
    for n in numbers:
        site, treated_ago = sites[n % len(sites)], n * 37 % spread_days
        subject = Subject(site=site, number=f"{site.code}-{n:05d}", protocol_version=version)
        if n % 10:
            subject.first_treatment_on = subject.enrolled_on = today - timedelta(days=treated_ago)
            subject.enrolment_number, subject.arm_code = n, protocol.arms[n % len(protocol.arms)].code
            subject.status = SubjectStatus.COMPLETED if treated_ago > longest else SubjectStatus.ON_TREATMENT
        yield subject


def _consent(subject: Subject, by: User) -> InformedConsent:
    treated_on: date = subject.first_treatment_on or subject.site.today()
    return InformedConsent(
        subject=subject,
        signed_on=treated_on - timedelta(days=SCREENING_DAYS),
        sheet_version="1.0",
        language="zh",
        obtained_by=by,
    )


def _anchor(protocol: Protocol) -> int:
    return [visit.code for visit in protocol.visits].index(protocol.anchor)
