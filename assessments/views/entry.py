"""Entering and correcting a form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from assessments import form_engine, policies
from assessments.services import Entry, FormConflict, discard_draft, mark_not_done, save_form
from assessments.views.page import REASON_PREFIX, EntryPage, version_in
from assessments.views.place import Place, place_of, render_form_page
from patients.access import SubjectRequest, subject_page
from trials.policies import allows

TEMPLATE = "assessments/entry.html"
NOT_A_SAVE = ("add__", "remove__", "itemise")
"""Buttons that change the page and store nothing."""


@subject_page(Permission.ENTER_DATA)
def entry(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Enter or correct a form."""
    place = place_of(subject, visit_code, form_code)
    policies.form_may_be_entered(place.spec, place.visit)
    page = EntryPage.opened(place, request.user)
    if not allows(policies.treatment_is_cleared, place.spec, place.visit, page.stored):
        return redirect(place.gate_url)
    if request.method != "POST":
        return render_form_page(request, TEMPLATE, place, page.context())
    page = page.sent(request.POST)
    if any(name.startswith(NOT_A_SAVE) for name in request.POST):
        page.form.forget_errors()
        return render_form_page(request, TEMPLATE, place, page.context())
    if page.form.is_valid():
        return _save(request, place, page)
    return render_form_page(request, TEMPLATE, place, page.context(), 422)


def _save(request: SubjectRequest, place: Place, page: EntryPage) -> HttpResponse:
    form = page.form
    if page.changes_nothing():
        discard_draft(spec=place.spec, visit=place.visit, by=request.user)
        messages.info(request, _("Nothing was changed."))
        return redirect(place.url("form"))
    try:
        saved = save_form(
            spec=place.spec,
            visit=place.visit,
            entry=Entry(
                form.values(), form.cleaned_data["assessed_on"], form.missing_reasons(), page.explained(), form.words
            ),
            complete="complete" in request.POST,
            by=request.user,
            expected_version=page.version,
            reason=request.POST.get("reason", ""),
            reasons=page.reasons_of_changes(_texts(request, REASON_PREFIX)),
        )
    except FormConflict as conflict:
        return render_form_page(request, TEMPLATE, place, page.against(conflict.stored).context(), 409)
    except ValidationError as error:
        form_errors(form, error)
        return render_form_page(request, TEMPLATE, place, page.context(), 422)
    if saved.status == "complete":
        messages.success(request, _("%(form)s is complete.") % {"form": place.spec.title})
        return redirect(place.url("form"))
    messages.success(request, _("Draft saved."))
    return redirect(place.url("form-edit"))


def _texts(request: SubjectRequest, prefix: str) -> dict[str, str]:
    """What was written into the fields of this prefix, trimmed, by the rest of their names."""
    return {
        name.removeprefix(prefix): str(text).strip()
        for name, text in request.POST.dict().items()
        if name.startswith(prefix) and str(text).strip()
    }


def form_errors(form: form_engine.EntryForm, error: ValidationError) -> None:
    """Put what the service refused beside the items it names."""
    named = error.error_dict if hasattr(error, "error_dict") else {"": [error]}
    for address, errors in named.items():
        for one in errors:
            for message in one.messages:
                form.blame(address, message)


@require_POST
@subject_page(Permission.ENTER_DATA)
def discard(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Forget what this person has typed and not saved."""
    place = place_of(subject, visit_code, form_code)
    discard_draft(spec=place.spec, visit=place.visit, by=request.user)
    messages.success(request, _("What you had typed is discarded; the form is as it was saved."))
    return redirect(place.url("form-edit"))


@require_POST
@subject_page(Permission.ENTER_DATA)
def not_done(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Record that the form was not done."""
    place = place_of(subject, visit_code, form_code)
    try:
        mark_not_done(
            spec=place.spec,
            visit=place.visit,
            reason_not_done=request.POST.get("reason_not_done", ""),
            by=request.user,
            expected_version=version_in(request.POST),
            reason=request.POST.get("reason", ""),
        )
    except FormConflict as conflict:
        messages.error(request, str(conflict))
        return redirect(place.url("form"))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(place.url("form-edit"))
    messages.success(request, _("Recorded as not done."))
    return redirect(place.casebook_url)
