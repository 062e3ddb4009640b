"""The pages of cases: the list, one case, its report."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.roles import ROLES, roles_with
from clinical.safety.workflow import Step
from patients.access import SubjectRequest, subject_page
from patients.policies import may_receive_data
from patients.views.common import add_error
from safety.case_roles import transition_for
from safety.forms.cases import DraftForm, SubmitForm
from safety.policies import may_be_submitted
from safety.report_names import names_for
from safety.report_words import sections_of
from safety.selectors import cases as reads
from safety.selectors.authority_reports import authority_reports_of
from safety.selectors.case_people import medical_monitors_of
from safety.selectors.clocks import add_next_clock, clocks_of, due_to_authority
from safety.services import ReportChangedMeanwhile, open_case, save_draft, submit
from safety.services.cases import draft_of, missing_in
from safety.views.case_pages import address, case_or_404, case_page, roles_of
from safety.views.case_steps import actions_for, why_not_closed
from trials.access import TrialRequest, trial_page
from trials.policies import allows

CASES_PER_PAGE = 25


@require_safe
@trial_page(Permission.VIEW_SAFETY)
def case_list(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """The cases of every subject that the user may see, the newest first."""
    found = reads.cases_of_trial(trial=trial, user=request.user)
    page = Paginator(found, CASES_PER_PAGE).get_page(request.GET.get("page"))
    add_next_clock(page.object_list)
    context = {
        "trial": trial,
        "page_obj": page,
        "crumbs": [(_("Cases of serious events"), "")],
    }
    return render(request, "safety/case_list.html", context)


@require_POST
@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def case_open(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Open the case of a serious event that has none, as one that was recorded before there were cases."""
    case = reads.case_of_event(subject=subject, event_number=event_number, user=request.user)
    if case is None:
        event = reads.event_without_case(subject=subject, event_number=event_number, user=request.user)
        if event is None:
            raise Http404
        case = open_case(event=event, by=request.user)
    return redirect("safety:case", request.trial.registration, subject.number, event_number)


@require_safe
@subject_page(Permission.VIEW_SAFETY)
def case(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Where the case stands, its deadlines, what was said and signed, its documents, and what can be done now."""
    found = case_or_404(request, event_number)
    versions = reads.versions_of(found)
    roles = roles_of(request)
    clocks = clocks_of(found)
    may_grow = bool(roles) and allows(may_receive_data, subject)
    steps = list(reads.steps_of(found))
    context = {
        "standing": reads.standing_of(found, versions),
        "versions": versions,
        "steps": steps,
        "judged_before": reads.judged_anew(found, steps),
        "clocks": clocks,
        "documents": reads.documents_of(found),
        "authority_reports": authority_reports_of(found),
        "actions": actions_for(found, roles, is_awaited_by_authority=bool(due_to_authority(clocks)), may_grow=may_grow),
        "why_not_closed": why_not_closed(found, roles, clocks),
        "may_write": request.roles.may(Permission.RECORD_ADVERSE_EVENTS, subject.site),
        "may_attach": may_grow,
        "may_report_on": request.roles.may(Permission.REVIEW_SAFETY, subject.site) and found.day_zero is not None,
    }
    return case_page(request, found, "safety/case.html", context)


@require_safe
@subject_page(Permission.VIEW_SAFETY)
def case_version(request: SubjectRequest, *, subject: Any, event_number: int, version_number: int) -> HttpResponse:
    """One version of the report: exactly what was signed, or, while it is a draft, what would be."""
    found = case_or_404(request, event_number)
    version = next((each for each in reads.versions_of(found) if each.number == version_number), None)
    if version is None:
        raise Http404
    context = {
        "version": version,
        "sections": reads.content_of(found, version),
        "signed": reads.signed_text(version),
    }
    here = _("Version %(number)s") % {"number": version.number}
    return case_page(request, found, "safety/case_version.html", context, here=here)


@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def case_draft(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Write the report; whoever saves second is shown both versions."""
    found = case_or_404(request, event_number)
    version = draft_of(found)
    form = _draft_form(request, version)
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["seen_version"]
        try:
            save_draft(case=found, fields=form.values(), seen_version=seen, by=request.user)
        except ValidationError as error:
            add_error(form, error)
        except ReportChangedMeanwhile as conflict:
            context = {"differences": reads.draft_differences(conflict.version, form.values()), "is_conflict": True}
            form = _again(request, conflict.version)
        else:
            messages.success(request, _("The draft of the report is saved."))
            return redirect(address("case", found))
    status = 409 if context else 422 if form.errors else 200
    here = _("Write the report")
    return case_page(
        request,
        found,
        "safety/case_draft.html",
        {"form": form, "version": version, **context},
        here=here,
        status=status,
    )


@subject_page(Permission.SIGN_SAFETY_REPORTS)
def case_submit(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Read the whole report, sign it with the password and send it to the sponsor; one that is not complete says what
    is missing instead of asking for the password."""
    found = case_or_404(request, event_number)
    transition_for(found, Step.SUBMIT, roles_of(request))
    version = draft_of(found)
    may_be_submitted(found, version)
    content, digest = reads.content_now(found, version)
    missing = missing_in(version)
    form = None if missing else SubmitForm(_posted(request), request=request, initial={"seen": digest})
    if form is not None and form.is_bound and form.is_valid():
        try:
            submit(case=found, seen=form.cleaned_data["seen"], by=request.user)
        except ValidationError as error:
            form = SubmitForm({**request.POST.dict(), "seen": digest}, request=request)
            add_error(form, error)
        else:
            _say_who_was_told(request, found)
            return redirect(address("case", found))
    monitors = medical_monitors_of(found)
    context = {
        "form": form,
        "missing": ", ".join(missing),
        "version": version,
        "sections": sections_of(content, names_for(subject)),
        "digest": digest,
        "told": _others(request, monitors),
        "is_nobody_there": not monitors,
        "who_reviews": _who_reviews(),
    }
    is_refused = request.method == "POST" if form is None else bool(form.errors)
    status = 422 if is_refused else 200
    return case_page(request, found, "safety/case_submit.html", context, here=_("Sign and submit"), status=status)


def _say_who_was_told(request: SubjectRequest, case: Any) -> None:
    monitors = medical_monitors_of(case)
    told = _others(request, monitors)
    words = {"case": case, "people": told, "roles": _who_reviews()}
    if told:
        messages.success(request, _("The report of %(case)s is submitted. Told at once: %(people)s.") % words)
        return
    messages.success(request, _("The report of %(case)s is submitted.") % words)
    if not monitors:
        text = _("Nobody was told: nobody has the role %(roles)s here. Ask an administrator to give it under People.")
        messages.warning(request, text % words)


def _others(request: SubjectRequest, people: Iterable[Any]) -> str:
    """Their names, without whoever asks: nobody is told of what they do themselves."""
    return ", ".join(str(person) for person in people if person.pk != request.user.pk)


def _who_reviews() -> str:
    return " / ".join(str(ROLES[code].name) for code in roles_with(Permission.REVIEW_SAFETY))


def _posted(request: SubjectRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _draft_form(request: SubjectRequest, version: Any) -> DraftForm:
    reporter = version.reporter or request.user.full_name
    return DraftForm(_posted(request), instance=version, initial={"reporter": reporter})


def _again(request: SubjectRequest, version: Any) -> DraftForm:
    typed = request.POST.copy()
    # Saving again is a decision taken with both versions in view.
    typed["seen_version"] = str(version.row_version)
    form = DraftForm(typed, instance=version)
    form.add_error(None, _("Somebody else saved this draft meanwhile. Compare the values below, then save again."))
    return form
