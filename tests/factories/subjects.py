"""Subjects at every stage, of any of the trials."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from clinical.eligibility import CriterionKind
from patients.models import Subject, Visit
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.enrolment import enrol
from patients.services.registration import Identity, register_subject
from patients.services.visits import record_visit
from patients.visit_content import forms_of
from tests.factories.forms import complete_form
from trials.models import Site
from trials.selectors import protocol_of

PLANNED_VISITS = ("SCR", "W0", "W4", "W8", "W12", "W16", "W20", "W24")


def make_subject(site: Site, by: User, signed_on: date | None = None, **identity: Any) -> Subject:
    """A subject in screening who signed consent on the day, by default today at the site."""
    return register_subject(
        site=site,
        identity=Identity(**{"initials": "ZXY", **identity}),
        signed_on=signed_on or site.today(),
        sheet_version="1.0",
        language="zh",
        by=by,
    )


def take_place(subject: Subject, code: str, by: User, on: date | None = None) -> Visit:
    """The visit took place, by default today at the site."""
    visit = Visit.objects.get(subject=subject, code=code)
    return record_visit(visit=visit, occurred_on=on or subject.site.today(), by=by)


def complete_all(visit: Visit, by: User, **changed: dict[str, Any]) -> None:
    """Every form that the visit asks of its subject, complete; `changed` holds other values by form."""
    for code in forms_of(visit):
        complete_form(visit, code, by, **changed.get(code, {}))


def answer_all(subject: Subject, by: User, **changed: bool | None) -> None:
    """Every question answered so that the subject may take part; `changed` holds other answers by criterion."""
    criteria = protocol_of(subject.protocol_version).criteria
    answers = {c.code: c.kind == CriterionKind.INCLUSION for c in criteria if c.question}
    answer_criteria(subject=subject, answers={**answers, **changed}, by=by)


def screened_subject(
    site: Site, by: User, signed_on: date | None = None, changed: dict[str, dict[str, Any]] | None = None, **pasi: Any
) -> Subject:
    """Screening visit done on the day of consent, all screening forms complete, all questions answered so that the
    subject may take part; `changed` holds other values by form."""
    subject = make_subject(site, by, signed_on)
    visit = take_place(subject, "SCR", by, on=signed_on)
    complete_all(visit, by, **{"pasi": pasi, **(changed or {})})
    answer_all(subject, by)
    return subject


def eligible_subject(site: Site, by: User, signed_on: date | None = None, **changed: dict[str, Any]) -> Subject:
    """Screened and found eligible, not enrolled yet; `changed` holds other values by form."""
    subject = screened_subject(site, by, signed_on, changed=changed)
    decide_eligibility(subject=subject, outcome="eligible", by=by)
    return Subject.objects.get(pk=subject.pk)


def enrolled_subject(
    site: Site, by: User, signed_on: date | None = None, arm_code: str = "", **changed: dict[str, Any]
) -> Subject:
    """Eligible and enrolled on the day of consent, in the arm, by default the first one or the one that the random
    list gives; `changed` holds other values by form."""
    subject = eligible_subject(site, by, signed_on, **changed)
    arm_code = arm_code or _arm_to_choose(subject)
    return enrol(subject=subject, arm_code=arm_code, enrolled_on=signed_on or site.today(), by=by)


def infused_subject(site: Site, by: User, days_ago: int = 0, consent_before: int = 0) -> Subject:
    """First infusion so many days before today at the site, with all forms of the visit complete.

    Consent and enrolment are `consent_before` days before it; with none, the infusion is a day before its window.
    """
    day = site.today() - timedelta(days=days_ago)
    subject = enrolled_subject(site, by, signed_on=day - timedelta(days=consent_before))
    visit = take_place(subject, "W0", by, on=day)
    complete_all(visit, by)
    return Subject.objects.get(pk=subject.pk)


def _arm_to_choose(subject: Subject) -> str:
    protocol = protocol_of(subject.protocol_version)
    return "" if protocol.allocation is not None else protocol.arms[0].code
