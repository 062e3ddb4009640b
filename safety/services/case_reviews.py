"""What the safety monitor does with a case: the signed assessment, and reports to authorities."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from clinical.safety.clocks import day_in
from clinical.safety.expectedness import SusarVerdict
from clinical.safety.workflow import Step
from safety.case_roles import REVIEWERS, roles_in, transition_for
from safety.models import AuthorityReport, CaseStep, SeriousCase
from safety.report_content import about_assessment, proposal_for
from safety.services.case_news import announce
from safety.services.cases import locked_case, newest_version, take
from safety.terms import Expectedness
from signatures.models import Meaning
from signatures.services import sign
from trials.policies import NotAllowedNow


@transaction.atomic
def assess(
    *,
    case: SeriousCase,
    related_by_sponsor: bool,
    expectedness: str,
    is_susar: bool,
    seen_version: int,
    by: User,
    text: str = "",
) -> CaseStep:
    """The safety monitor judges the report that was submitted last, and signs.

    The judgement on expectedness belongs to the sponsor and stands in the assessment: the event of the site is left as
    it is. Whoever decides otherwise than the facts propose says why. The caller has asked for the password again.

    Raises PermissionDenied for others, NotAllowedNow unless the case is in review, ValidationError for a case that
    changed since it was read (`seen_version`), an expectedness that is not judged, or words that are missing.
    """
    case = locked_case(case)
    found = transition_for(case, Step.ASSESS, roles_in(case, by))
    if case.version != seen_version:
        raise ValidationError(_("The case has changed since you read it. Read it again before you sign."))
    if expectedness not in (Expectedness.EXPECTED, Expectedness.UNEXPECTED):
        raise ValidationError({"expectedness": _("Say whether the event is expected.")})
    version = newest_version(case)
    proposed = proposal_for(version, related_by_sponsor=related_by_sponsor, expectedness=expectedness).verdict
    if is_susar != (proposed is SusarVerdict.PROPOSED) and not text.strip():
        raise ValidationError({"text": _otherwise(proposed)})
    assert version.signature is not None
    content: dict[str, Any] = {
        "case": str(case),
        "version": version.number,
        "report_digest": version.signature.digest,
        "related_by_sponsor": related_by_sponsor,
        "expectedness": str(expectedness),
        "proposed": str(proposed),
        "is_susar": is_susar,
        "text": text.strip(),
    }
    signature = sign(content=content, about=about_assessment(version), meaning=Meaning.ASSESSMENT, by=by)
    judged = {"related_by_sponsor": related_by_sponsor, "is_susar": is_susar}
    step = take(case, found, by=by, text=text, signature=signature, **judged)
    announce(case, step, version=version.number)
    return step


@transaction.atomic
def report_to_authority(
    *, case: SeriousCase, sent_on: date, authority: str, by: User, reference: str = "", is_complete: bool = False
) -> AuthorityReport:
    """Record that the case went to an authority on a day of the sponsor's calendar, from day 0 to today.

    Raises PermissionDenied for others than safety monitors, NotAllowedNow before the first submission,
    ValidationError by field for an impossible day or an authority without a name.
    """
    case = locked_case(case)
    if not roles_in(case, by) & REVIEWERS:
        raise PermissionDenied
    if case.day_zero is None:
        raise NotAllowedNow(_("The site has not submitted its report yet, so nothing can have been sent on."))
    today = day_in(case.subject.site.trial.sponsor_zone, timezone.now())
    if not case.day_zero <= sent_on <= today:
        days = {"first": case.day_zero, "last": today}
        raise ValidationError({"sent_on": _("Enter a day from %(first)s (day 0) to %(last)s.") % days})
    report = AuthorityReport(
        case=case,
        sent_on=sent_on,
        authority=authority.strip(),
        reference=reference.strip(),
        is_complete=is_complete,
    )
    report.full_clean()
    with acting(by=by):
        report.save(force_insert=True)
    return report


def _otherwise(proposed: SusarVerdict) -> str:
    if proposed is SusarVerdict.PROPOSED:
        return _("Serious, suspected and unexpected: by these facts it is a SUSAR. Say why you decide otherwise.")
    return _("By these facts it is no SUSAR. Say why you decide otherwise.")
