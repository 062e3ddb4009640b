"""Recording, correcting and missing a visit."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.forms.visits import MissedVisitForm, VisitCorrectionForm, VisitDateForm
from patients.selectors import visits as visit_reads
from patients.services.visits import correct_visit_date, record_visit
from patients.services.visits import miss_visit as miss
from patients.views.common import add_error, casebook_url, subject_view
from patients.visit_content import content_of, name_of
from trials.policies import NotAllowedNow


def _visit_or_404(subject: Any, code: str) -> Any:
    visit = visit_reads.visit_of(subject, code)
    if visit is None:
        raise Http404
    return visit


def _visit_page(request: SubjectRequest, visit: Any, **changed: Any) -> HttpResponse:
    """The page of a visit; `changed` replaces the form that was sent and refused."""
    subject = visit.subject
    name = name_of(content_of(visit))
    today = subject.site.today()
    context = {
        "visit": visit,
        "visit_name": name,
        "state": visit.state(today),
        "today": today,
        "date_form": VisitDateForm(today=today),
        "correction_form": VisitCorrectionForm(initial={"occurred_on": visit.occurred_on}),
        "missed_form": MissedVisitForm(),
        **changed,
    }
    return subject_view(request, "patients/visit.html", context, here=name)


@subject_page(Permission.ENTER_DATA)
def visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Record that a visit took place, and on which day."""
    row = _visit_or_404(subject, code)
    if request.method != "POST":
        return _visit_page(request, row)
    form = VisitDateForm(request.POST, today=subject.site.today())
    if form.is_valid():
        try:
            done = record_visit(visit=row, occurred_on=form.cleaned_data["occurred_on"], by=request.user)
        except NotAllowedNow as error:
            add_error(form, error)
        else:
            if done.is_inside_window():
                messages.success(request, _("Visit recorded. Its forms can be entered now."))
            else:
                messages.warning(request, _("Visit recorded. It lies outside its window."))
            return redirect(casebook_url(subject) + f"#visit-{code}")
    return _visit_page(request, row, date_form=form)


@require_POST
@subject_page(Permission.ENTER_DATA)
def correct_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Change the day of a visit, for a reason."""
    row = _visit_or_404(subject, code)
    form = VisitCorrectionForm(request.POST)
    if form.is_valid():
        try:
            correct_visit_date(visit=row, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Date of visit corrected."))
            return redirect(casebook_url(subject) + f"#visit-{code}")
    return _visit_page(request, row, correction_form=form)


@require_POST
@subject_page(Permission.ENTER_DATA)
def miss_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Record that a visit did not take place."""
    row = _visit_or_404(subject, code)
    form = MissedVisitForm(request.POST)
    if form.is_valid():
        try:
            miss(visit=row, reason=form.cleaned_data["missed_reason"], by=request.user)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Recorded as missed."))
            return redirect(casebook_url(subject) + f"#visit-{code}")
    return _visit_page(request, row, missed_form=form)
