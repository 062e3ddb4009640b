"""The pages of concomitant medication."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.policies import may_receive_data
from patients.selectors.subjects import subject_strip
from safety.forms.medication import MedicationCorrectionForm, MedicationForm
from safety.medication_layout import ENTERED, GROUPS, label
from safety.selectors.medication import differences, history_of, last_change, medication_of_subject, values_in_words
from safety.services.medication import MedicationChangedMeanwhile, correct_medication, record_medication
from safety.wash_outs import all_counted_for, counted_for, points_to_check
from trials.selectors import protocol_of

Crumb = tuple[str, str]


@subject_page(Permission.VIEW_SAFETY)
def subject_medication(request: SubjectRequest, *, subject: Any) -> HttpResponse:
    """The medication of one subject."""
    context = {
        "medications": medication_of_subject(subject=subject, user=request.user),
        "may_record": request.roles.may(Permission.RECORD_ADVERSE_EVENTS, subject.site),
    }
    return _page(request, "safety/medication_list.html", context, crumbs=[(_("Medication"), "")])


@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def record(request: SubjectRequest, *, subject: Any) -> HttpResponse:
    """First entry of a medication."""
    may_receive_data(subject)
    form = MedicationForm(_posted(request), subject=subject)
    if form.is_bound and form.is_valid():
        try:
            found = record_medication(subject=subject, fields=form.values(), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Medication %(number)s is recorded.") % {"number": found.number})
            return redirect(_address("medication", subject, found))
    return _entry_page(request, "safety/medication_record.html", {"form": form}, crumbs=[(_("Record"), "")])


@subject_page(Permission.VIEW_SAFETY)
def medication(request: SubjectRequest, *, subject: Any, medication_number: int) -> HttpResponse:
    """All values of one medication, each with the way to its history, and what to check about it."""
    found = _medication_or_404(request, subject, medication_number)
    words = values_in_words(found)
    context = {
        "medication": found,
        "groups": [(group.title, [(name, label(name), words[name]) for name in group.fields]) for group in GROUPS],
        "counted": counted_for(protocol_of(subject.protocol_version), found.treatment_kind),
        "points_to_check": points_to_check(found),
        "may_correct": request.roles.may(Permission.RECORD_ADVERSE_EVENTS, subject.site),
        "may_see_history": request.roles.may(Permission.VIEW_HISTORY, subject.site),
    }
    crumbs = [_log_crumb(subject), (_name_of(found), "")]
    return _page(request, "safety/medication.html", context, crumbs=crumbs)


@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def correct(request: SubjectRequest, *, subject: Any, medication_number: int) -> HttpResponse:
    """Correction of a medication, for a reason; whoever saves second is shown both versions."""
    found = _medication_or_404(request, subject, medication_number)
    form = MedicationCorrectionForm(_posted(request), subject=subject, instance=found)
    if form.is_bound and form.is_valid():
        try:
            correct_medication(medication=found, fields=form.values(), by=request.user, **form.grounds())
        except ValidationError as error:
            form.add_error(None, error)
        except MedicationChangedMeanwhile as conflict:
            return _show_both(request, form, conflict.medication)
        else:
            text = _("The correction of medication %(number)s is saved.") % {"number": found.number}
            messages.success(request, text)
            return redirect(_address("medication", subject, found))
    return _correction_page(request, found, form)


@subject_page(Permission.VIEW_HISTORY)
def medication_history(request: SubjectRequest, *, subject: Any, medication_number: int) -> HttpResponse:
    """Who stored what, when and why; `?field=` narrows it to one value."""
    found = _medication_or_404(request, subject, medication_number)
    field = request.GET.get("field", "")
    if field and field not in ENTERED:
        raise Http404
    context = {
        "medication": found,
        "saves": history_of(found, field),
        "field_label": label(field) if field else "",
    }
    crumbs = [_log_crumb(subject), _medication_crumb(subject, found), (_("History"), "")]
    return _page(request, "safety/medication_history.html", context, crumbs=crumbs)


def _show_both(request: SubjectRequest, form: MedicationCorrectionForm, stored: Any) -> HttpResponse:
    found, last = differences(stored, form.values()), last_change(stored)
    typed = request.POST.copy()
    # Saving again is a decision taken with both versions in view.
    typed["seen_version"] = str(stored.version)
    again = MedicationCorrectionForm(typed, subject=stored.subject, instance=stored)
    again.add_error(None, _("Somebody else saved this medication meanwhile. Compare the values, then save again."))
    response = _correction_page(request, stored, again, differences=found, last=last)
    response.status_code = 409
    return response


def _correction_page(
    request: SubjectRequest, medication: Any, form: MedicationCorrectionForm, **more: Any
) -> HttpResponse:
    crumbs = [_medication_crumb(request.subject, medication), (_("Correct"), "")]
    context = {"medication": medication, "form": form, **more}
    return _entry_page(request, "safety/medication_correct.html", context, crumbs=crumbs)


def _entry_page(
    request: SubjectRequest, template: str, context: dict[str, Any], *, crumbs: list[Crumb]
) -> HttpResponse:
    """A page with the fields of a medication, and what each kind of treatment counts for."""
    subject = request.subject
    counted = all_counted_for(protocol_of(subject.protocol_version))
    return _page(request, template, {"all_counted": counted, **context}, crumbs=[_log_crumb(subject), *crumbs])


def _page(request: SubjectRequest, template: str, context: dict[str, Any], *, crumbs: list[Crumb]) -> HttpResponse:
    """A page about the subject of the request, with its strip and breadcrumbs."""
    subject, trial = request.subject, request.trial
    above = [
        (_("Subjects"), reverse("patients:subject-list", args=[trial.registration])),
        (subject.number, reverse("assessments:casebook", args=[trial.registration, subject.number])),
    ]
    base = {"subject": subject, "trial": trial, "crumbs": above + crumbs, "strip": subject_strip(subject)}
    return render(request, template, {**base, **context})


def _posted(request: SubjectRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _medication_or_404(request: SubjectRequest, subject: Any, number: int) -> Any:
    found = get_object_or_404(medication_of_subject(subject=subject, user=request.user), number=number)
    found.subject = subject
    return found


def _address(name: str, subject: Any, medication: Any = None) -> str:
    numbers = [medication.number] if medication is not None else []
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, *numbers])


def _log_crumb(subject: Any) -> Crumb:
    return _("Medication"), _address("subject-medication", subject)


def _medication_crumb(subject: Any, medication: Any) -> Crumb:
    return _name_of(medication), _address("medication", subject, medication)


def _name_of(medication: Any) -> str:
    return _("Medication %(number)s") % {"number": medication.number}
