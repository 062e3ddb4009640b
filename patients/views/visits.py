"""Recording, correcting and missing a visit."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.forms.visits import MissedVisitForm, ReopenVisitForm, VisitCorrectionForm, VisitDateForm
from patients.policies import visit_may_be_opened_again
from patients.selectors import visits as visit_reads
from patients.services.visits import correct_visit_date, record_visit
from patients.services.visits import miss_visit as miss
from patients.services.visits import reopen_visit as reopen
from patients.views.common import add_error, casebook_url, subject_view
from patients.views.deviations import link_to_drafts
from patients.visit_content import content_of, name_of
from trials.policies import NotAllowedNow, allows


def _visit_or_404(subject: Any, code: str) -> Any:
    visit = visit_reads.visit_of(subject, code)
    if visit is None:
        raise Http404
    return visit


def _visit_page(request: SubjectRequest, visit: Any, *, status: int = 200, **changed: Any) -> HttpResponse:
    """The page of a visit; `changed` replaces the form that was sent and refused."""
    subject = visit.subject
    name = name_of(content_of(visit))
    today = subject.site.today()
    is_treated = visit_reads.is_to_be_treated(visit)
    stored = {"occurred_on": visit.occurred_on, "contact_mode": visit.contact_mode}
    may_see_history = request.roles.may(Permission.VIEW_HISTORY, subject.site)
    context = {
        "visit": visit,
        "visit_name": name,
        "state": visit.state(today),
        "today": today,
        "may_enter": request.roles.may(Permission.ENTER_DATA, subject.site),
        "earlier_plans": visit_reads.earlier_plans(visit) if may_see_history else [],
        "forms_of_another_day": visit_reads.forms_of_another_day(visit) if visit.occurred_on else [],
        "date_form": VisitDateForm(today=today, is_treated=is_treated),
        "correction_form": VisitCorrectionForm(initial=stored, is_treated=is_treated),
        "missed_form": MissedVisitForm(),
        "reopen_form": ReopenVisitForm(),
        "may_reopen": allows(visit_may_be_opened_again, visit),
        **changed,
    }
    response = subject_view(request, "patients/visit.html", context, here=name)
    response.status_code = status
    return response


@subject_page(Permission.VIEW_SUBJECTS)
def visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Where a visit stands; record that it took place, on which day and how."""
    row = _visit_or_404(subject, code)
    if request.method != "POST":
        return _visit_page(request, row)
    if not request.roles.may(Permission.ENTER_DATA, subject.site):
        raise PermissionDenied
    form = VisitDateForm(request.POST, today=subject.site.today(), is_treated=visit_reads.is_to_be_treated(row))
    if form.is_valid():
        try:
            done = record_visit(visit=row, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            if done.is_inside_window():
                messages.success(request, _("Visit recorded. Its forms can be entered now."))
            else:
                messages.warning(request, _("Visit recorded. It lies outside its window."))
            link_to_drafts(request, done)
            return redirect(casebook_url(subject) + f"#visit-{code}")
    return _visit_page(request, row, date_form=form, status=422)


@require_POST
@subject_page(Permission.ENTER_DATA)
def correct_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Change the day of a visit, or how it took place, for a reason."""
    row = _visit_or_404(subject, code)
    form = VisitCorrectionForm(request.POST, is_treated=visit_reads.is_to_be_treated(row))
    if form.is_valid():
        try:
            corrected = correct_visit_date(visit=row, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Date of visit corrected."))
            if visit_reads.forms_of_another_day(corrected):
                messages.warning(request, _("Forms keep the day on which they were assessed; the visit names them."))
            link_to_drafts(request, corrected)
            return redirect("patients:visit", subject.site.trial.registration, subject.number, code)
    return _visit_page(request, row, correction_form=form, status=422)


@require_POST
@subject_page(Permission.ENTER_DATA)
def miss_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Record that a visit did not take place."""
    row = _visit_or_404(subject, code)
    form = MissedVisitForm(request.POST)
    if form.is_valid():
        try:
            missed = miss(visit=row, reason=form.cleaned_data["missed_reason"], by=request.user)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Recorded as missed."))
            link_to_drafts(request, missed)
            return redirect(casebook_url(subject) + f"#visit-{code}")
    return _visit_page(request, row, missed_form=form, status=422)


@require_POST
@subject_page(Permission.ENTER_DATA)
def reopen_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Take back that a visit was missed."""
    row = _visit_or_404(subject, code)
    form = ReopenVisitForm(request.POST)
    if form.is_valid():
        try:
            reopen(visit=row, reason=form.cleaned_data["reopen_reason"], by=request.user)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("The visit waits again."))
            return redirect(casebook_url(subject) + f"#visit-{code}")
    return _visit_page(request, row, reopen_form=form, status=422)
