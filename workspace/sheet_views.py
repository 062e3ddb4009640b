"""The information sheets of a trial."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.selectors.consent import sheets_with_signatures
from patients.services.sheets import correct_sheet
from patients.views.common import add_error
from trials.access import TrialRequest, trial_page
from trials.sheets import add_sheet
from workspace.sheet_forms import SheetCorrectionForm, SheetForm


@trial_page(Permission.VIEW_PROTOCOL)
def sheets(request: TrialRequest, trial: Any) -> HttpResponse:
    """Every version: languages, validity, whether it is to be signed again, how many signed it."""
    today = timezone.localdate()
    context = {
        "trial": trial,
        "rows": [(sheet, _state(sheet, today)) for sheet in sheets_with_signatures(trial)],
        "may_manage": request.roles.may_somewhere(Permission.MANAGE_TRIAL),
        "crumbs": [(_("Information sheets"), "")],
    }
    return render(request, "workspace/sheets.html", context)


def _state(sheet: Any, today: Any) -> str:
    if sheet.is_valid_on(today):
        return "valid"
    return "not_yet" if today < sheet.valid_from else "over"


@trial_page(Permission.MANAGE_TRIAL)
def new_sheet(request: TrialRequest, trial: Any) -> HttpResponse:
    """Another version of the sheet."""
    form = SheetForm(request.POST if request.method == "POST" else None, trial=trial)
    if request.method == "POST" and form.is_valid():
        try:
            sheet = add_sheet(trial=trial, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Sheet %(version)s added.") % {"version": sheet.version})
            return redirect("workspace:sheets", trial.registration)
    return _form_page(request, trial, form, {"here": _("New information sheet")})


@trial_page(Permission.MANAGE_TRIAL)
def edit_sheet(request: TrialRequest, trial: Any, sheet_pk: int) -> HttpResponse:
    """Correct a version nobody has signed, or end the validity of one."""
    sheet: Any = get_object_or_404(sheets_with_signatures(trial), pk=sheet_pk)
    names = ("version", "languages", "valid_from", "valid_until", "must_be_signed_again", "protocol_version")
    initial = {name: getattr(sheet, name) for name in names} | {"seen_version": sheet.row_version}
    typed = request.POST if request.method == "POST" else None
    is_signed = sheet.signatures > 0
    form = SheetCorrectionForm(typed, trial=trial, is_signed=is_signed, initial=initial)
    if typed is not None and form.is_valid():
        try:
            correct_sheet(sheet=sheet, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            latest = {**typed.dict(), "languages": typed.getlist("languages"), "seen_version": str(sheet.row_version)}
            form = SheetCorrectionForm(latest, trial=trial, is_signed=is_signed, initial=initial)
            add_error(form, error)
        else:
            messages.success(request, _("Sheet saved."))
            return redirect("workspace:sheets", trial.registration)
    here = _("Information sheet %(version)s") % {"version": sheet.version}
    return _form_page(request, trial, form, {"here": here, "sheet": sheet, "is_signed": is_signed})


def _form_page(request: TrialRequest, trial: Any, form: Any, more: dict[str, Any]) -> HttpResponse:
    crumbs = [(_("Information sheets"), reverse("workspace:sheets", args=[trial.registration])), (more["here"], "")]
    context = {"trial": trial, "form": form, "crumbs": crumbs, **more}
    return render(request, "workspace/sheet.html", context, status=422 if form.errors else 200)
