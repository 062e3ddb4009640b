"""A stored form as people read it, and everything it has ever held."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.permissions import Permission
from assessments import form_engine, selectors
from assessments.history import history_rows
from assessments.views.place import place_of, render_form_page
from patients.access import SubjectRequest, subject_page


@subject_page(Permission.VIEW_SUBJECTS)
def review(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """A stored form as people read it; a form that is not started opens for entry."""
    place = place_of(subject, visit_code, form_code)
    form = selectors.stored_form(place.spec, place.visit)
    may_enter = request.roles.may(Permission.ENTER_DATA, subject.site)
    if form is None and may_enter:
        return redirect(place.url("form-edit"))
    rows = selectors.stored_rows(place.spec, form)
    context = {
        "form": form,
        "groups": form_engine.review_groups(place.spec, form, rows) if form else [],
        "may_enter": may_enter,
        "may_see_history": request.roles.may(Permission.VIEW_HISTORY, subject.site),
    }
    return render_form_page(request, "assessments/review.html", place, context)


@subject_page(Permission.VIEW_HISTORY)
def history(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Every value the form, or one item of it (`?item=`), has ever had: who, when, why."""
    place = place_of(subject, visit_code, form_code)
    form = selectors.stored_form(place.spec, place.visit)
    if form is None:
        raise Http404
    item = request.GET.get("item", "")
    try:
        label = place.spec.label(item) if item else ""
        rows = history_rows(place.spec, form, item)
    except (LookupError, FieldDoesNotExist) as unknown:
        raise Http404 from unknown
    return render_form_page(request, "assessments/history.html", place, {"rows": rows, "item_label": label})
