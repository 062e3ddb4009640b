"""Planned dates and windows: worked out from the days that are known, whenever one of them changes."""

from datetime import date

from clinical.visit_windows import CONSENT, plan_visits
from patients.models import Subject, Visit
from patients.services.changes import reminders_may_change
from trials.selectors import protocol_of


def plan(subject: Subject) -> None:
    """Give every visit that has no outcome yet its planned date and window; the caller signs for the writes."""
    protocol = protocol_of(subject.protocol_version)
    planned = plan_visits([visit.timing for visit in protocol.visits], reference_dates(subject))
    changed = []
    for visit in subject.visits.filter(outcome=""):
        target = planned.get(visit.code)
        if target is None:
            continue
        dates = (target.planned_on, target.opens_on, target.closes_on)
        if dates != (visit.planned_on, visit.window_opens_on, visit.window_closes_on):
            visit.planned_on, visit.window_opens_on, visit.window_closes_on = dates
            changed.append(visit)
    if changed:
        Visit.objects.bulk_update(changed, ["planned_on", "window_opens_on", "window_closes_on"])
        reminders_may_change()


def reference_dates(subject: Subject) -> dict[str, date]:
    """The days that visits are planned from: the first consent and, once it has been given, the first infusion."""
    days = {CONSENT: consent_day(subject)}
    if subject.first_treatment_on is not None:
        days[protocol_of(subject.protocol_version).anchor] = subject.first_treatment_on
    return days


def consent_day(subject: Subject) -> date:
    """The day of the subject's first consent; no subject is registered without one."""
    return subject.consents.earliest("signed_on").signed_on
