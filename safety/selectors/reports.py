"""What printed reports read beside the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from accounts.models import User
from accounts.permissions import Permission
from clinical.safety.clocks import day_in
from patients.models import Subject
from patients.models.scoping import ScopedQuerySet
from safety.models import AdverseEvent, ReportVersion, SeriousCase
from safety.printed.cioms import Sender
from safety.printed.dmc import Summary
from safety.report_content import about_assessment, report_content
from safety.selectors.alerts import alerts_of, newest_version
from safety.selectors.incidence import incidence_of
from signatures.models import Signature
from trials.models import Trial
from trials.selectors import protocol_of, sites_for


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


def serious_events_to_print(trial: Trial, user: User) -> ScopedQuerySet:
    """Every serious event of the trial that the user may see, and events with a case that are serious no more: by the
    number of the case, those that nobody has reported yet at the end.

    A subject who withdrew, also from the use of the data, stays in: the duty to report a serious event remains
    (default).
    """
    events = AdverseEvent.objects.visible_to(user, Permission.VIEW_SAFETY).filter(subject__site__trial=trial)
    found = events.filter(Q(is_serious=True) | Q(case__isnull=False)).select_related("case", "subject__site")
    return found.order_by(F("case__number").asc(nulls_last=True), "onset_on", "pk")


def sites_in_summary(trial: Trial, user: User) -> list[str]:
    """The codes of the sites whose subjects the summary for the committee can hold: treated ones, and those with an
    event."""
    sites = sites_for(user, Permission.VIEW_SAFETY).filter(trial=trial)
    treated = Subject.objects.filter(first_treatment_on__isnull=False).values("site")
    concerned = AdverseEvent.objects.filter(subject__site__trial=trial).values("subject__site")
    found = sites.filter(Q(pk__in=treated) | Q(pk__in=concerned))
    return sorted(found.values_list("code", flat=True))


def summary_of(trial: Trial, user: User) -> Summary:
    """What the monitoring committee reads of the trial now, as far as the user may see it."""
    version = newest_version(trial)
    protocol = protocol_of(version)
    return Summary(
        trial=trial,
        sponsor=protocol.sponsor,
        version=version.version,
        arms={arm.code: arm.name for arm in protocol.arms},
        incidence=incidence_of(trial, user),
        serious=list(serious_events_to_print(trial, user)),
        alerts=alerts_of(trial, user),
    )
