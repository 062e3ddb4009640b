"""A stored form as people read it, and everything it has ever held."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.permissions import Permission
from assessments import form_engine, selectors
from assessments.history import history_rows
from assessments.views.place import place_of, render_form_page
from assessments.wording.display import label_in, worded, worded_history, wording_shown
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
        "groups": worded(form_engine.review_groups(place.spec, form, rows), form, place.spec) if form else [],
        "wording": wording_shown(form),
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
        wording = wording_shown(form)
        label = label_in(wording, place.spec, item) if item else ""
        rows = worded_history(history_rows(place.spec, form, item), wording, place.spec)
    except (LookupError, FieldDoesNotExist) as unknown:
        raise Http404 from unknown
    context = {"rows": rows, "item_label": label, "wording": wording}
    return render_form_page(request, "assessments/history.html", place, context)
