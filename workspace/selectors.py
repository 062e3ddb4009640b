"""What the landing page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from accounts.models import User
from accounts.permissions import Permission
from assessments.selectors import drafts_left
from patients.models import SubjectStatus
from patients.selectors.consent import subjects_to_consent_again
from patients.selectors.deviations import deviations_to_complete, title_of
from patients.selectors.subjects import subjects_with_status
from patients.selectors.visits import visits_to_attend
from patients.visit_content import name_of
from safety.selectors.alerts import alerts_of
from safety.selectors.desk import review_totals, waiting_for_monitor
from safety.selectors.listing import EventFilter, events_of_trial
from safety.selectors.suggestions import subjects_with_suggestions
from trials.models import Trial
from trials.selectors import protocol_of

# How long the lists of the landing page grow; the rest is reached by a link, or follows when these are done.
VISITS_SHOWN = 25
LINKS_SHOWN = 10


@dataclass(frozen=True)
class Listed:
    """The first rows of a list, and whether there are more."""

    rows: list[Any]
    has_more: bool


def _first(rows: Iterable[Any], shown: int) -> Listed:
    # One row more than is shown tells that there are more, without counting them.
    found = list(islice(rows, shown + 1))
    return Listed(found[:shown], len(found) > shown)


def today(user: User, trial: Trial, permissions: set[Permission]) -> dict[str, Any]:
    """The panels of the landing page, each only for those who can act on it or review it, and none without an end."""
    panels: dict[str, Any] = {"may": {permission.name.lower(): True for permission in permissions}}
    if Permission.ENTER_DATA in permissions:
        panels["visits"] = _visits(user, trial)
        panels["drafts"] = _first(drafts_left(user, trial, at_most=LINKS_SHOWN + 1), LINKS_SHOWN)
        deviations = deviations_to_complete(user, trial)[: LINKS_SHOWN + 1]
        panels["deviations"] = _first(({"deviation": row, "title": title_of(row)} for row in deviations), LINKS_SHOWN)
        panels["to_enrol"] = _subjects(user, trial, SubjectStatus.ELIGIBLE)
    if Permission.REGISTER_SUBJECTS in permissions:
        due = subjects_to_consent_again(user, trial)
        panels["reconsent"] = _first(due[: LINKS_SHOWN + 1], LINKS_SHOWN)
    if Permission.DECIDE_ELIGIBILITY in permissions:
        panels["to_decide"] = _subjects(user, trial, SubjectStatus.SCREENING)
    if Permission.RECORD_ADVERSE_EVENTS in permissions:
        panels["suggested"] = _first(subjects_with_suggestions(trial=trial, user=user), LINKS_SHOWN)
    if Permission.VIEW_SAFETY in permissions:
        panels["events"] = list(events_of_trial(trial=trial, user=user, wanted=EventFilter())[:8])
    if permissions & {Permission.REVIEW_SAFETY, Permission.STOP_ENROLMENT}:
        panels["alerts"] = [alert for alert in alerts_of(trial, user) if alert.holds]
    if Permission.REVIEW_SAFETY in permissions:
        panels["to_review"] = {**review_totals(user, trial), "cases": waiting_for_monitor(user, trial)}
    return panels


def _subjects(user: User, trial: Trial, status: str) -> Listed:
    return _first(subjects_with_status(user, trial, status)[: LINKS_SHOWN + 1], LINKS_SHOWN)


def _visits(user: User, trial: Trial) -> Listed:
    rows = []
    for visit in visits_to_attend(user, trial)[: VISITS_SHOWN + 1]:
        name = name_of(protocol_of(visit.subject.protocol_version).visit(visit.code))
        days = (visit.window_closes_on - visit.site_day).days
        rows.append(
            {
                "visit": visit,
                "name": name,
                "state": visit.state(visit.site_day),
                "days_left": days,
                "days_late": max(-days, 0),
            }
        )
    return _first(rows, VISITS_SHOWN)
