"""Reports of a case to authorities: recording, correcting and taking back."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from clinical.safety.clocks import day_in
from safety.case_roles import REVIEWERS, roles_in
from safety.models import AuthorityReport, SeriousCase
from safety.services.cases import locked_case
from trials.policies import NotAllowedNow

ENTERED: Final = ("sent_on", "authority", "reference", "is_complete")
"""What is entered of a report, in the order of the form."""


class AuthorityReportChangedMeanwhile(Exception):
    """Somebody else saved the report to the authority after it was read; `report` is as it is stored now."""

    def __init__(self, report: AuthorityReport) -> None:
        super().__init__(f"{report} is at version {report.version}")
        self.report = report


@transaction.atomic
def report_to_authority(
    *, case: SeriousCase, sent_on: date, authority: str, by: User, reference: str = "", is_complete: bool = False
) -> AuthorityReport:
    """Record that the case went to an authority on a day of the sponsor's calendar, from the site's first report to
    today.

    Raises PermissionDenied for others than safety monitors, NotAllowedNow before the first submission,
    ValidationError by field for an impossible day or an authority without a name.
    """
    case = locked_case(case)
    _may_report(case, by)
    report = AuthorityReport(case=case)
    _enter(report, {"sent_on": sent_on, "authority": authority, "reference": reference, "is_complete": is_complete})
    with acting(by=by):
        report.save(force_insert=True)
    return report


@transaction.atomic
def correct_authority_report(
    *, report: AuthorityReport, fields: Mapping[str, Any], reason: str, seen_version: int, by: User
) -> AuthorityReport:
    """Store the values (`ENTERED`) that differ from the stored ones, for a reason, in whatever state the case is.

    Raises PermissionDenied for others than safety monitors, NotAllowedNow for a report that is taken back,
    AuthorityReportChangedMeanwhile when it is no longer at `seen_version`, ValidationError without a reason, without a
    change, and by field as `report_to_authority` does.
    """
    reason, report = stated(reason), _locked(report, by=by, seen_version=seen_version)
    changed = _enter(report, fields)
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    report.version += 1
    with acting(by=by, reason=reason):
        report.save(update_fields=[*changed, "version"])
    return report


@transaction.atomic
def take_back_authority_report(*, report: AuthorityReport, reason: str, seen_version: int, by: User) -> AuthorityReport:
    """Say that a report that is recorded was never sent: it stays, and counts for no clock any more.

    Raises as `correct_authority_report` does.
    """
    reason, report = stated(reason), _locked(report, by=by, seen_version=seen_version)
    report.void_reason = reason
    report.version += 1
    report.full_clean()
    with acting(by=by, reason=reason):
        report.save(update_fields=["void_reason", "version"])
    return report


def _may_report(case: SeriousCase, by: User) -> None:
    if not roles_in(case, by) & REVIEWERS:
        raise PermissionDenied
    if case.day_zero is None:
        raise NotAllowedNow(_("The site has not submitted its report yet, so nothing can have been sent on."))


def _locked(report: AuthorityReport, *, by: User, seen_version: int) -> AuthorityReport:
    case = locked_case(report.case)
    _may_report(case, by)
    report = AuthorityReport.objects.get(pk=report.pk)
    report.case = case
    if report.is_void:
        raise NotAllowedNow(_("This report is taken back and stays so. Record what was sent as a new report."))
    if report.version != seen_version:
        raise AuthorityReportChangedMeanwhile(report)
    return report


def _enter(report: AuthorityReport, fields: Mapping[str, Any]) -> list[str]:
    """Put the values into the report and check them; the names of those that differ from what it had."""
    if unknown := fields.keys() - set(ENTERED):
        raise TypeError(f"not entered of a report to an authority: {', '.join(sorted(unknown))}")
    values = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    changed = [name for name, value in values.items() if value != getattr(report, name)]
    for name in changed:
        setattr(report, name, values[name])
    if "sent_on" in changed:
        _is_possible_day(report)
    report.full_clean()
    return changed


def _is_possible_day(report: AuthorityReport) -> None:
    # A day 0 that new information has moved does not unsend what was sent before.
    case, zone = report.case, report.case.subject.site.trial.sponsor_zone
    submitted_at = case.versions.aggregate(first=Min("submitted_at"))["first"]
    days = {"first": day_in(zone, submitted_at), "last": day_in(zone, timezone.now())}
    if not days["first"] <= report.sent_on <= days["last"]:
        message = _("Enter a day from %(first)s, on which the site first reported, to %(last)s.")
        raise ValidationError({"sent_on": message % days})
