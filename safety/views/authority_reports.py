"""Reports of a case to authorities: recording one, correcting it, taking back one that was never sent."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.views.common import add_error
from safety.forms.cases import AuthorityReportCorrectionForm, AuthorityReportForm, TakeBackForm
from safety.selectors.authority_reports import authority_report_of, differences
from safety.services import (
    AuthorityReportChangedMeanwhile,
    correct_authority_report,
    report_to_authority,
    take_back_authority_report,
)
from safety.views.case_pages import address, case_or_404, case_page
from trials.policies import NotAllowedNow


@subject_page(Permission.REVIEW_SAFETY)
def record(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Record that the case went to an authority."""
    case = case_or_404(request, event_number)
    if case.day_zero is None:
        raise NotAllowedNow(_("The site has not submitted its report yet, so nothing can have been sent on."))
    form = AuthorityReportForm(_posted(request))
    if form.is_bound and form.is_valid():
        try:
            report_to_authority(case=case, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, _("The report to the authority is recorded."))
            return redirect(address("case", case))
    context = {"form": form, "said": "authority", "button": _("Record")}
    here = _("Report to an authority")
    status = 422 if form.errors else 200
    return case_page(request, case, "safety/case_step.html", {**context, "here": here}, here=here, status=status)


@subject_page(Permission.REVIEW_SAFETY)
def correct(request: SubjectRequest, *, subject: Any, event_number: int, report_pk: int) -> HttpResponse:
    """Correct what is recorded of a report, for a reason; whoever saves second is shown both versions."""
    case, report = _report_or_404(request, event_number, report_pk)
    form = AuthorityReportCorrectionForm(_posted(request), instance=report)
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        typed, seen = form.values(), form.cleaned_data["seen_version"]
        try:
            correct_authority_report(
                report=report, fields=typed, reason=form.cleaned_data["reason"], seen_version=seen, by=request.user
            )
        except ValidationError as error:
            add_error(form, error)
        except AuthorityReportChangedMeanwhile as conflict:
            context = {"differences": differences(conflict.report, typed), "is_conflict": True}
            again = {**request.POST.dict(), "seen_version": str(conflict.report.version)}
            form = AuthorityReportCorrectionForm(again, instance=conflict.report)
            form.add_error(None, _meanwhile())
        else:
            messages.success(request, _("The correction of the report to the authority is saved."))
            return redirect(address("case", case))
    status = 409 if context else 422 if form.errors else 200
    here = _("Correct a report to an authority")
    context |= {"form": form, "report": report}
    return case_page(request, case, "safety/case_authority_correct.html", context, here=here, status=status)


@subject_page(Permission.REVIEW_SAFETY)
def take_back(request: SubjectRequest, *, subject: Any, event_number: int, report_pk: int) -> HttpResponse:
    """Say of a report that is recorded that it was never sent."""
    case, report = _report_or_404(request, event_number, report_pk)
    form = TakeBackForm(_posted(request), initial={"seen_version": report.version})
    status = 200
    if form.is_bound and form.is_valid():
        try:
            take_back_authority_report(report=report, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        except AuthorityReportChangedMeanwhile as conflict:
            report, status = conflict.report, 409
            form = TakeBackForm({**request.POST.dict(), "seen_version": str(report.version)})
            form.add_error(None, _meanwhile())
        else:
            messages.success(request, _("The report to the authority is taken back."))
            return redirect(address("case", case))
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "report": report}
    here = _("Take back a report to an authority")
    return case_page(request, case, "safety/case_authority_take_back.html", context, here=here, status=status)


def _report_or_404(request: SubjectRequest, event_number: int, pk: int) -> tuple[Any, Any]:
    case = case_or_404(request, event_number)
    report = authority_report_of(case, pk)
    if report is None:
        raise Http404
    if report.is_void:
        raise NotAllowedNow(_("This report is taken back and stays so. Record what was sent as a new report."))
    return case, report


def _meanwhile() -> str:
    return _("Somebody else saved this report meanwhile. Read it as it is stored now, then save again.")


def _posted(request: SubjectRequest) -> Any:
    return request.POST if request.method == "POST" else None
