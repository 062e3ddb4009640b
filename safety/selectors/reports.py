"""What printed reports read beside the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.permissions import Permission
from clinical.safety.clocks import day_in
from patients.models.scoping import ScopedQuerySet
from safety.models import ReportVersion, SeriousCase
from safety.printed.cioms import Sender
from safety.report_content import about_assessment, report_content
from signatures.models import Signature
from trials.models import Trial
from trials.selectors import protocol_of


def report_to_print(case: SeriousCase, version: ReportVersion) -> Mapping[str, Any]:
    """The report exactly as it was signed or, while it is a draft, as it would be signed now."""
    return report_content(case, version) if version.content is None else version.content


def sender_of(case: SeriousCase, version: ReportVersion, *, arm: str, now: datetime) -> Sender:
    """Who sends the report, how the sponsor has judged this version of it, and what the subject's arm is given: of the
    protocol version that the subject is on."""
    protocol = protocol_of(case.subject.protocol_version)
    given = {each.code: each for each in protocol.arms}.get(arm)
    judged = Signature.objects.filter(about=about_assessment(version)).order_by("-signed_at").first()
    zone = case.subject.site.trial.sponsor_zone
    return Sender(
        sponsor=protocol.sponsor,
        product=given.product if given else "",
        route=given.route if given else "",
        received_on=day_in(zone, version.submitted_at) if version.submitted_at else None,
        printed_on=day_in(zone, now),
        judgement=judged.content if judged else {},
    )


def cases_to_print(trial: Trial, user: User) -> ScopedQuerySet:
    """The trial's cases that the user may see, in the order of their numbers.

    A subject who withdrew, also from the use of the data, stays in: the duty to report a serious event remains
    (default).
    """
    cases = SeriousCase.objects.visible_to(user, Permission.VIEW_SAFETY).filter(subject__site__trial=trial)
    return cases.select_related("event", "subject__site").order_by("number", "pk")
