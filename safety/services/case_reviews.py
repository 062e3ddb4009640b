"""The signed assessment of a case by the safety monitor."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.safety.expectedness import SusarVerdict
from clinical.safety.workflow import Step
from safety.case_roles import roles_in, transition_for
from safety.models import CaseStep, SeriousCase
from safety.report_content import about_assessment, proposal_for
from safety.services.case_news import announce
from safety.services.cases import locked_case, newest_version, take
from safety.terms import Expectedness
from signatures.models import Meaning
from signatures.services import sign


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


def _otherwise(proposed: SusarVerdict) -> str:
    if proposed is SusarVerdict.PROPOSED:
        return _("Serious, suspected and unexpected: by these facts it is a SUSAR. Say why you decide otherwise.")
    return _("By these facts it is no SUSAR. Say why you decide otherwise.")
