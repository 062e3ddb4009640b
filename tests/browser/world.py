"""A trial with subjects at every stage, and the list of all pages: who looks at what, and what the answer is."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from clinical.body_regions import BodyRegion
from exports.services import make_export
from patients.services.eligibility import answer_criteria, decide_eligibility
from safety.services import record_adverse_event
from tests.factories import (
    complete_form,
    correct_form,
    eligible_subject,
    infused_subject,
    make_member,
    make_site,
    make_subject,
    make_trial,
    screened_subject,
    take_place,
)
from trials.models import Site

TRIAL = "/trials/NCT03265613/"
SUBJECTS = f"{TRIAL}subjects/"
TREATED, TO_DECIDE, TO_ENROL, NEW = (f"{SUBJECTS}GZ-00{number}/" for number in (1, 2, 3, 4))
FAILED, TO_REVIEW = (f"{SUBJECTS}GZ-00{number}/" for number in (5, 6))


@dataclass(frozen=True)
class Sight:
    """A page as one person sees it; the reader is a coordinator who reads Chinese. `status` is that of the answer."""

    name: str
    person: str
    path: str
    status: int = 200


SIGHTS = (
    Sight("today", "coordinator", TRIAL),
    Sight("subjects", "coordinator", SUBJECTS),
    Sight("subjects-none-found", "coordinator", f"{SUBJECTS}?search=XX"),
    Sight("register", "coordinator", f"{SUBJECTS}new/"),
    Sight("casebook", "coordinator", TREATED),
    Sight("casebook-new", "coordinator", NEW),
    Sight("contact", "coordinator", f"{TREATED}contact/"),
    Sight("enrol", "coordinator", f"{TO_ENROL}enrol/"),
    Sight("end", "coordinator", f"{TREATED}end/"),
    Sight("rescreen", "coordinator", f"{FAILED}rescreen/"),
    Sight("eligibility-failed", "coordinator", f"{FAILED}eligibility/"),
    Sight("visit", "coordinator", f"{NEW}visits/SCR/"),
    Sight("visit-done", "coordinator", f"{TREATED}visits/W0/"),
    Sight("demographics-edit", "coordinator", f"{TREATED}visits/SCR/forms/demographics/edit/"),
    Sight("vital-signs-edit", "coordinator", f"{TREATED}visits/W12/forms/vital_signs/edit/"),
    Sight("pasi-edit", "coordinator", f"{TREATED}visits/W12/forms/pasi/edit/"),
    Sight("bsa-edit", "coordinator", f"{TREATED}visits/W12/forms/bsa/edit/"),
    Sight("infusion-edit", "coordinator", f"{TREATED}visits/W0/forms/infusion/edit/"),
    Sight("infusion", "coordinator", f"{TREATED}visits/W0/forms/infusion/"),
    Sight("pasi", "coordinator", f"{TREATED}visits/W12/forms/pasi/"),
    Sight("pasi-history", "coordinator", f"{TREATED}visits/W12/forms/pasi/history/"),
    Sight("events-of-subject", "coordinator", f"{TREATED}adverse-events/"),
    Sight("events-none", "coordinator", f"{NEW}adverse-events/"),
    Sight("event-record", "coordinator", f"{TREATED}adverse-events/record/"),
    Sight("event", "coordinator", f"{TREATED}adverse-events/1/"),
    Sight("event-correct", "coordinator", f"{TREATED}adverse-events/1/correct/"),
    Sight("event-history", "coordinator", f"{TREATED}adverse-events/1/history/"),
    Sight("password", "coordinator", "/account/password/"),
    Sight("not-found", "coordinator", f"{SUBJECTS}VIE-001/", 404),
    Sight("not-now", "coordinator", f"{NEW}enrol/", 409),
    Sight("today-chinese", "reader", TRIAL),
    Sight("casebook-chinese", "reader", TREATED),
    Sight("pasi-edit-chinese", "reader", f"{TREATED}visits/W12/forms/pasi/edit/"),
    Sight("today-investigator", "investigator", TRIAL),
    Sight("eligibility", "investigator", f"{TO_DECIDE}eligibility/"),
    Sight("eligibility-open", "investigator", f"{NEW}eligibility/"),
    Sight("eligibility-to-review", "investigator", f"{TO_REVIEW}eligibility/"),
    Sight("today-monitor", "monitor", TRIAL),
    Sight("events", "monitor", f"{TRIAL}adverse-events/"),
    Sight("protocol", "monitor", f"{TRIAL}protocol/"),
    Sight("form-not-started", "monitor", f"{NEW}visits/SCR/forms/pasi/"),
    Sight("forbidden", "monitor", f"{SUBJECTS}new/", 403),
    Sight("today-administrator", "administrator", TRIAL),
    Sight("people", "administrator", f"{TRIAL}people/"),
    Sight("new-account", "administrator", f"{TRIAL}people/new/"),
    Sight("exports", "administrator", f"{TRIAL}exports/"),
)


def shares(at_most: int = 8) -> list[tuple[Sight, ...]]:
    """All pages in shares of one person each, small enough for test processes to divide them evenly."""
    by_person: dict[str, list[Sight]] = {}
    for sight in SIGHTS:
        by_person.setdefault(sight.person, []).append(sight)
    return [share for sights in by_person.values() for share in _parts(sights, at_most)]


def _parts(sights: list[Sight], at_most: int) -> list[tuple[Sight, ...]]:
    return [tuple(sights[start : start + at_most]) for start in range(0, len(sights), at_most)]


def share_name(share: tuple[Sight, ...]) -> str:
    """What a share is called in a report."""
    return f"{share[0].person}-from-{share[0].name}"


def build() -> dict[str, User]:
    """Write the subjects that `SIGHTS` names, and return the people."""
    trial = make_trial()
    site = make_site(trial, "GZ")
    make_site(trial, "VIE")
    people: dict[str, User] = {
        "coordinator": make_member("coordinator", site, full_name="Li Na"),
        "reader": make_member("coordinator", site, full_name="王芳", language="zh-hans"),
        "investigator": make_member("investigator", site, full_name="Zhang Wei"),
        "monitor": make_member("monitor", site, full_name="Chen Yu"),
        "administrator": make_member("administrator", trial=trial, full_name="Anna Bauer"),
    }
    nurse = people["coordinator"]
    treated = infused_subject(site, nurse, days_ago=84)
    smaller = dict.fromkeys((f"{region}_area" for region in BodyRegion), 1)
    complete_form(take_place(treated, "W12", nurse), "pasi", nurse, **smaller)
    record_adverse_event(subject=treated, fields=_fever(site.today() - timedelta(days=3)), by=nurse)
    screened_subject(site, nurse)
    decide_eligibility(subject=screened_subject(site, nurse), outcome="eligible", by=people["investigator"])
    take_place(make_subject(site, nurse), "SCR", nurse)
    _screening_that_changed(site, nurse, people["investigator"])
    make_export(trial=trial, by=people["administrator"]).file.close()
    return people


def _screening_that_changed(site: Site, nurse: User, investigator: User) -> None:
    """A screen failure, and a decision whose facts were corrected afterwards."""
    failed = screened_subject(site, nurse)
    answer_criteria(subject=failed, answers={"EX07": True}, by=investigator, reason="Allergy found")
    decide_eligibility(subject=failed, outcome="screen_failure", by=investigator)
    corrected = eligible_subject(site, nurse)
    correct_form(corrected.visits.get(code="SCR"), "pasi", nurse, head_area=1)


def _fever(onset_on: date) -> dict[str, Any]:
    return {
        "term": "Fever",
        "onset_on": onset_on,
        "grade": 3,
        "is_serious": True,
        "caused_hospitalisation": True,
        "relation": "probable",
        "action_taken": "dose_not_changed",
        "outcome": "recovering",
    }
