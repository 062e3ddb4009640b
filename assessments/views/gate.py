"""The gate before an infusion."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from assessments import policies, selectors
from assessments.gate import words
from assessments.gate.forms import GateForm, LookForm
from assessments.gate.selectors import clearance_of
from assessments.gate.services import clear_infusion, gate_items
from assessments.views.place import Place, place_of, render_form_page
from patients.access import SubjectRequest, subject_page
from trials.policies import allows
from trials.selectors import lots_of

INFUSION = "infusion"


@subject_page(Permission.ENTER_DATA)
def gate(request: SubjectRequest, subject: Any, visit_code: str) -> HttpResponse:
    """What must hold before the infusion starts, and the signatures of the two who let it start."""
    place = place_of(subject, visit_code, INFUSION)
    if not place.spec.needs_clearance:
        raise Http404
    policies.form_may_be_entered(place.spec, place.visit)
    if request.method != "POST":
        form = GateForm(request=request, initial=_initial(place, clearance_of(place.visit)))
        return _page(request, place, form)
    if "HX-Request" in request.headers:
        look = LookForm(request.POST, request=request)
        look.is_valid()
        return render(request, "assessments/gate_items.html", _items(place, look))
    form = GateForm(request.POST, request=request)
    if form.is_valid() and form.second_person is not None:
        try:
            clear_infusion(
                visit=place.visit,
                bag=form.bag(timezone.now()),
                by=request.user,
                second_person=form.second_person,
                override_reason=form.cleaned_data["override_reason"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The infusion is cleared. Record it now."))
            return redirect(place.url("form-edit"))
    return _page(request, place, form, 422)


def _initial(place: Place, clearance: Any) -> dict[str, Any]:
    visit = place.visit
    now = timezone.now().replace(second=0, microsecond=0)
    starts = {"starts_at": now} if visit.occurred_on == place.subject.site.today() else {}
    if clearance is None:
        return starts
    return starts | {"lot_number": clearance.lot_number, "bag_number": clearance.bag_number}


def _items(place: Place, form: GateForm) -> dict[str, Any]:
    items = gate_items(place.visit, form.bag(_end_of_day(place)))
    return {"lines": words.gate_lines(items), "has_open": words.has_open(items)}


def _end_of_day(place: Place) -> Any:
    """The moment the list looks at while no start is given: now on the day itself, its noon afterwards."""
    now = timezone.now()
    day = place.visit.occurred_on
    if day == place.subject.site.today():
        return now
    return datetime.combine(day, time(12), tzinfo=place.subject.site.zone)


def _page(request: SubjectRequest, place: Place, form: GateForm, status: int = 200) -> HttpResponse:
    context = {
        **_items(place, form),
        "form": form,
        "lots": [lot.lot_number for lot in lots_of(place.subject.site.trial)],
        "stored": selectors.stored_form(place.spec, place.visit),
        "may_clear": allows(policies.gate_may_be_passed, place.visit),
        "version": 0,
    }
    return render_form_page(request, "assessments/gate.html", place, context, status)
