"""The pages of the safety log."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.policies import may_receive_data
from patients.selectors.subjects import subject_strip
from safety import services
from safety.consistency import points_to_check
from safety.forms.events import CorrectionForm, RecordForm
from safety.forms.grade_lines import GradeLines
from safety.forms.reviews import ReviewForm
from safety.forms.suggestions import DecisionForm
from safety.grade_words import scales
from safety.layout import GROUPS, READ, causes_in_words, concerns, label
from safety.selectors.clocks import add_next_clock_of_events
from safety.selectors.events import (
    differences,
    events_of_subject,
    history_of,
    last_change,
    values_in_words,
)
from safety.selectors.reviews import disagreements, standing_for
from safety.selectors.since_infusion import since_infusion
from safety.selectors.suggestions import open_suggestion, open_suggestions
from safety.services.suggestions import GONE
from safety.special_interest import is_of_special_interest, special_terms
from trials.policies import NotAllowedNow

Crumb = tuple[str, str]


@subject_page(Permission.VIEW_SAFETY)
def subject_events(request: SubjectRequest, *, subject: Any) -> HttpResponse:
    """The events of one subject, and those that the record suggests to whoever records events."""
    return _subject_page(request, subject)


@require_POST
@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def decide_suggestion(request: SubjectRequest, *, subject: Any) -> HttpResponse:
    """A suggestion belongs to an event that is recorded, or is none."""
    events = list(events_of_subject(subject=subject, user=request.user))
    form = DecisionForm(request.POST, events=events)
    if form.is_valid():
        try:
            services.decide_suggestion(subject=subject, by=request.user, **form.decision())
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The decision is kept; the suggestion is gone."))
            return redirect(_address("subject-events", subject))
    return _subject_page(request, subject, form, status=422)


def _subject_page(
    request: SubjectRequest, subject: Any, refused: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    events = list(events_of_subject(subject=subject, user=request.user))
    add_next_clock_of_events(events)
    may_record = request.roles.may(Permission.RECORD_ADVERSE_EVENTS, subject.site)
    suggested = []
    for place, suggestion in enumerate(open_suggestions(subject) if may_record else [], start=1):
        form = DecisionForm(events=events, initial={"source": suggestion.source})
        if refused is not None and refused["source"].value() == suggestion.source:
            form = refused
        form.auto_id = f"suggestion-{place}-%s"
        suggested.append((suggestion, form))
    context = {"events": events, "may_record": may_record, "suggested": suggested, "form": refused}
    crumbs = [(_("Adverse events"), "")]
    return _page(request, "safety/subject_events.html", context, crumbs=crumbs, status=status)


@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def record(request: SubjectRequest, *, subject: Any) -> HttpResponse:
    """First entry of an event, with what a suggestion knows where `?suggestion=` names one."""
    may_receive_data(subject)
    if request.method == "POST" and GradeLines.wants_other_lines(request.POST):
        return _record_page(request, RecordForm(subject=subject, kept=request.POST))
    if request.method != "POST":
        return _record_page(request, RecordForm(subject=subject, suggested=_suggested(request, subject)))
    form = RecordForm(request.POST, subject=subject)
    if form.is_valid():
        suggestion = form.cleaned_data["suggestion"]
        try:
            event = services.record_adverse_event(
                subject=subject, fields=form.values(), by=request.user, suggestion=suggestion
            )
        except ValidationError as refusal:
            if getattr(refusal, "code", "") == GONE:
                # Saving again is a decision taken with that in view.
                typed = request.POST.copy()
                typed["suggestion"] = ""
                form = RecordForm(typed, subject=subject)
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Adverse event %(number)s is recorded.") % {"number": event.number})
            return redirect(_address("event", subject, event))
    return _record_page(request, form)


def _suggested(request: SubjectRequest, subject: Any) -> Any:
    source = request.GET.get("suggestion", "")
    found = open_suggestion(subject, source) if source else None
    if source and found is None:
        raise NotAllowedNow(_("This suggestion was decided meanwhile, or its result was corrected."))
    return found


def _record_page(request: SubjectRequest, form: RecordForm) -> HttpResponse:
    crumbs = [_log_crumb(request.subject), (_("Record"), "")]
    context = {"form": form, "scales": scales(special_terms(request.subject))}
    return _page(request, "safety/record.html", context, crumbs=crumbs)


@subject_page(Permission.VIEW_SAFETY)
def event(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """All values of one event, each with the way to its history."""
    found = _event_or_404(request, subject, event_number)
    words = values_in_words(found)
    is_special = is_of_special_interest(subject, term_code=found.term_code, term=found.term)
    context = {
        "event": found,
        "groups": [
            (group.title, [(name, label(name), words[name]) for name in group.fields if concerns(name, found)])
            for group in GROUPS
        ],
        "related_to": causes_in_words(found.related_to),
        "since_infusion": since_infusion(found),
        "points_to_check": points_to_check(found.outline, is_usually_special=is_special),
        "may_correct": request.roles.may(Permission.RECORD_ADVERSE_EVENTS, subject.site),
        "may_see_history": request.roles.may(Permission.VIEW_HISTORY, subject.site),
        **_review(request, found),
    }
    return _page(request, "safety/event.html", context, crumbs=[_log_crumb(subject), (_event_name(found), "")])


@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def correct(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Correction of an event, for a reason; whoever saves second is shown both versions."""
    found = _event_or_404(request, subject, event_number)
    if request.method == "POST" and GradeLines.wants_other_lines(request.POST):
        return _correction_page(request, found, CorrectionForm(subject=subject, instance=found, kept=request.POST))
    form = CorrectionForm(request.POST if request.method == "POST" else None, subject=subject, instance=found)
    if form.is_bound and form.is_valid():
        try:
            services.correct_adverse_event(event=found, fields=form.values(), by=request.user, **form.grounds())
        except ValidationError as refusal:
            form.add_refusal(refusal)
        except services.ChangedMeanwhile as conflict:
            return _show_both(request, form, conflict.event)
        else:
            text = _("The correction of adverse event %(number)s is saved.") % {"number": found.number}
            messages.success(request, text)
            return redirect(_address("event", subject, found))
    return _correction_page(request, found, form)


@subject_page(Permission.VIEW_HISTORY)
def event_history(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Who stored what, when and why; `?field=` narrows it to one value."""
    found = _event_or_404(request, subject, event_number)
    field = request.GET.get("field", "")
    if field and field not in READ:
        raise Http404
    context = {
        "event": found,
        "saves": history_of(found, field),
        "field_label": label(field) if field else "",
    }
    crumbs = [_log_crumb(subject), _event_crumb(subject, found), (_("History"), "")]
    return _page(request, "safety/event_history.html", context, crumbs=crumbs)


def _review(request: SubjectRequest, event: Any) -> dict[str, Any]:
    """The panel of those who review events; nothing for anybody else."""
    if not request.roles.may(Permission.REVIEW_SAFETY, event.subject.site):
        return {}
    return {
        "review": standing_for(request.user, event),
        "review_form": ReviewForm(initial={"seen_version": event.version}),
        "disagreements": disagreements(event),
    }


def _show_both(request: SubjectRequest, form: CorrectionForm, stored: Any) -> HttpResponse:
    found, last = differences(stored, form.values()), last_change(stored)
    typed = request.POST.copy()
    # Saving again is a decision taken with both versions in view.
    typed["seen_version"] = str(stored.version)
    again = CorrectionForm(typed, subject=stored.subject, instance=stored)
    again.add_error(None, _("Somebody else saved this event meanwhile. Compare the values below, then save again."))
    response = _correction_page(request, stored, again, differences=found, last=last)
    response.status_code = 409
    return response


def _correction_page(request: SubjectRequest, event: Any, form: CorrectionForm, **more: Any) -> HttpResponse:
    subject = event.subject
    crumbs = [_log_crumb(subject), _event_crumb(subject, event), (_("Correct"), "")]
    context = {"event": event, "form": form, "scales": scales(special_terms(subject)), **more}
    return _page(request, "safety/correct.html", context, crumbs=crumbs)


def _page(
    request: SubjectRequest, template: str, context: dict[str, Any], *, crumbs: list[Crumb], status: int = 200
) -> HttpResponse:
    """A page about the subject of the request, with its strip and breadcrumbs."""
    subject, trial = request.subject, request.trial
    above = [
        (_("Subjects"), reverse("patients:subject-list", args=[trial.registration])),
        (subject.number, reverse("assessments:casebook", args=[trial.registration, subject.number])),
    ]
    base = {"subject": subject, "trial": trial, "crumbs": above + crumbs, "strip": subject_strip(subject)}
    return render(request, template, {**base, **context}, status=status)


def _event_or_404(request: SubjectRequest, subject: Any, number: int) -> Any:
    event = get_object_or_404(events_of_subject(subject=subject, user=request.user), number=number)
    event.subject = subject
    return event


def _address(name: str, subject: Any, event: Any = None) -> str:
    numbers = [event.number] if event is not None else []
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, *numbers])


def _log_crumb(subject: Any) -> Crumb:
    return _("Adverse events"), _address("subject-events", subject)


def _event_crumb(subject: Any, event: Any) -> Crumb:
    return _event_name(event), _address("event", subject, event)


def _event_name(event: Any) -> str:
    return _("Event %(number)s") % {"number": event.number}
