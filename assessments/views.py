"""The casebook and the pages of a form: entry, live values, review, history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from assessments import form_engine, policies, selectors
from assessments.context import context_of
from assessments.form_specs import CrfSpec, Severity, is_empty
from assessments.layout import helper_for
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, FormConflict, mark_not_done, save_form
from audit.history import changes
from patients.access import SubjectRequest, subject_page
from patients.eligibility import eligibility_of
from patients.policies import arm_may_change, may_enrol, participation_may_end
from patients.selectors.allocations import allocations_of
from patients.selectors.subjects import consents_of, latest_decision, subject_strip
from patients.selectors.visits import may_terminate_early, visit_of
from patients.timeline import picture_of
from patients.visit_content import content_of, name_of
from trials.policies import allows
from trials.selectors import protocol_of

CONFIRM_PREFIX = "confirm__"
TECHNICAL = frozenset({"row_version", "visit", "assessed_by"})
"""Columns that history does not show: the person stands beside every change."""


@dataclass(frozen=True)
class Place:
    """Where a form stands: subject, visit, instrument."""

    subject: Any
    visit: Any
    spec: CrfSpec

    def url(self, name: str) -> str:
        """Address of a page of this form."""
        arguments = [self.subject.site.trial.registration, self.subject.number, self.visit.code, self.spec.code]
        return reverse(f"assessments:{name}", args=arguments)

    @property
    def casebook_url(self) -> str:
        return reverse("assessments:casebook", args=[self.subject.site.trial.registration, self.subject.number])


def _place(subject: Any, visit_code: str, form_code: str) -> Place:
    visit, spec = visit_of(subject, visit_code), INSTRUMENTS.get(form_code)
    if visit is None or spec is None:
        raise Http404
    if not allows(policies.form_is_in_schedule, spec, visit):
        raise Http404
    return Place(subject, visit, spec)


def _render(
    request: SubjectRequest, template: str, place: Place, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    visit_name = name_of(content_of(place.visit))
    crumbs = [
        (_("Subjects"), reverse("patients:subject-list", args=[place.subject.site.trial.registration])),
        (place.subject.number, place.casebook_url),
        (visit_name, f"{place.casebook_url}#visit-{place.visit.code}"),
        (str(place.spec.title), ""),
    ]
    base = {
        "subject": place.subject,
        "trial": place.subject.site.trial,
        "visit": place.visit,
        "visit_name": visit_name,
        "spec": place.spec,
        "place": place,
        "crumbs": crumbs,
        "strip": subject_strip(place.subject),
        "urls": {name: place.url(f"form-{name}") for name in ("edit", "live", "history")}
        | {"review": place.url("form"), "not_done": place.url("form-not-done")},
    }
    return render(request, template, {**base, **context}, status=status)


@subject_page(Permission.VIEW_SUBJECTS)
def casebook(request: SubjectRequest, subject: Any) -> HttpResponse:
    """The subject's landing page: what comes next, and visits by forms."""
    trial = subject.site.trial
    rows = selectors.casebook(subject)
    crumbs = [(_("Subjects"), reverse("patients:subject-list", args=[trial.registration])), (subject.number, "")]
    context = {
        "subject": subject,
        "trial": trial,
        "crumbs": crumbs,
        "strip": subject_strip(subject),
        "rows": rows,
        "picture": picture_of((row.entry for row in rows), subject.site.today()),
        "protocol": protocol_of(subject.protocol_version),
        "consents": consents_of(subject),
        "decision": latest_decision(subject),
        "allocations": allocations_of(subject),
        "may_change_arm": allows(arm_may_change, subject),
        "eligibility": eligibility_of(subject) if subject.status == "screening" else None,
        "can": {
            permission.name.lower(): request.roles.may(permission, subject.site)
            for permission in (
                Permission.ENTER_DATA,
                Permission.DECIDE_ELIGIBILITY,
                Permission.ENROL_SUBJECTS,
                Permission.CHANGE_TREATMENT,
            )
        },
        "may_enrol": allows(may_enrol, subject),
        "may_terminate_early": may_terminate_early(subject),
        "may_end": allows(participation_may_end, subject, "withdrawn"),
    }
    return render(request, "assessments/casebook.html", context)


@subject_page(Permission.VIEW_SUBJECTS)
def review(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """A stored form as people read it; a form that is not started opens for entry."""
    place = _place(subject, visit_code, form_code)
    form = selectors.stored_form(place.spec, place.visit)
    may_enter = request.roles.may(Permission.ENTER_DATA, subject.site)
    if form is None and may_enter:
        return redirect(place.url("form-edit"))
    context = {
        "form": form,
        "groups": form_engine.review_groups(place.spec, form) if form else [],
        "may_enter": may_enter,
        "may_see_history": request.roles.may(Permission.VIEW_HISTORY, subject.site),
    }
    return _render(request, "assessments/review.html", place, context)


@subject_page(Permission.ENTER_DATA)
def entry(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Enter or correct a form."""
    place = _place(subject, visit_code, form_code)
    policies.form_may_be_entered(place.spec, place.visit)
    stored = selectors.stored_form(place.spec, place.visit)
    if request.method != "POST":
        return _render(request, "assessments/entry.html", place, _entry_context(place, _unbound(place, stored), stored))
    form = _bound(place, stored, request.POST)
    if form.is_valid():
        return _save(request, place, form, stored)
    return _render(request, "assessments/entry.html", place, _entry_context(place, form, stored, request.POST), 422)


def _unbound(place: Place, stored: Any) -> form_engine.EntryForm:
    context = context_of(place.visit, place.spec)
    initial = {"assessed_on": place.visit.occurred_on, **place.spec.prefill(context)} if stored is None else None
    form = form_engine.form_class(place.spec)(instance=stored, context=context, initial=initial)
    form.helper = helper_for(place.spec)
    return form


def _bound(place: Place, stored: Any, data: Mapping[str, Any]) -> form_engine.EntryForm:
    # A fresh instance: validation must not write what was typed into the stored row, which is still shown beside it.
    instance = place.spec.model(missing=stored.missing if stored else {})
    form = form_engine.form_class(place.spec)(data, instance=instance, context=context_of(place.visit, place.spec))
    form.helper = helper_for(place.spec)
    return form


def _entry_context(
    place: Place, form: form_engine.EntryForm, stored: Any, data: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the entry page shows; `version` is the one the form was opened at, so that a conflict stays one until
    decided."""
    data = data or {}
    soft = [o for o in form.objections() if o.severity == Severity.SOFT] if form.is_bound else []
    return {
        "form": form,
        "stored": stored,
        "version": data.get("version", stored.row_version if stored else 0),
        "needs_reason": stored is not None and stored.status != "draft",
        "reason": data.get("reason", ""),
        "soft": [
            (o, data.get(CONFIRM_PREFIX + o.code, (stored.confirmed_checks if stored else {}).get(o.code, "")))
            for o in soft
        ],
        "live": _live_values(place, form, stored),
        "grid": _grid(place.spec, form),
        "can_see_history": True,
    }


def _live_values(place: Place, form: form_engine.EntryForm, stored: Any) -> dict[str, Any]:
    derived = form.derived() if form.is_bound else {d.name: getattr(stored, d.name, None) for d in place.spec.derived}
    return {
        "rows": [
            {
                "derived": d,
                "label": place.spec.label(d.name),
                "value": form_engine.display(place.spec, d.name, derived[d.name]),
                "is_known": not is_empty(derived[d.name]),
            }
            for d in place.spec.derived
        ],
        "response": place.spec.compare(derived, form.context),
        "objections": form.objections() if form.is_bound else [],
    }


def _grid(spec: CrfSpec, form: form_engine.EntryForm) -> list[tuple[Any, list[Any]]]:
    return [(group, [form[item.name] for item in group.items]) for group in spec.groups]


def _save(request: SubjectRequest, place: Place, form: form_engine.EntryForm, stored: Any) -> HttpResponse:
    complete = "complete" in request.POST
    confirmed = {
        name.removeprefix(CONFIRM_PREFIX): text.strip()
        for name, text in request.POST.dict().items()
        if name.startswith(CONFIRM_PREFIX) and text.strip()
    }
    raised = {objection.code for objection in form.objections()}
    sent = Entry(
        values=form.values(),
        assessed_on=form.cleaned_data["assessed_on"],
        missing=form.missing_reasons(),
        confirmed={code: text for code, text in confirmed.items() if code in raised},
    )
    try:
        saved = save_form(
            spec=place.spec,
            visit=place.visit,
            entry=sent,
            complete=complete,
            by=request.user,
            expected_version=_version(request),
            reason=request.POST.get("reason", ""),
        )
    except FormConflict as conflict:
        context = _entry_context(place, form, conflict.stored, request.POST)
        context["conflict"] = {
            "by": conflict.stored.assessed_by,
            "rows": form_engine.differences(place.spec, conflict.stored, form.values()),
        }
        return _render(request, "assessments/entry.html", place, context, 409)
    except ValidationError as error:
        form_errors(form, error)
        return _render(request, "assessments/entry.html", place, _entry_context(place, form, stored, request.POST), 422)
    if saved.status == "complete":
        messages.success(request, _("%(form)s is complete.") % {"form": place.spec.title})
        return redirect(place.url("form"))
    messages.success(request, _("Draft saved."))
    return redirect(place.url("form-edit"))


def _version(request: SubjectRequest) -> int:
    try:
        return int(request.POST.get("version", "0"))
    except ValueError:
        return 0


def form_errors(form: form_engine.EntryForm, error: ValidationError) -> None:
    """Put what the service refused beside the items it names."""
    named = error.error_dict if hasattr(error, "error_dict") else {"": [error]}
    for name, errors in named.items():
        known = {str(message) for message in form.errors.get(name, [])}
        for one in errors:
            for message in one.messages:
                if message not in known:
                    form.add_error(name if name in form.fields else None, message)


@require_POST
@subject_page(Permission.ENTER_DATA)
def live(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Derived values and checks of what is typed at this moment; stores nothing."""
    place = _place(subject, visit_code, form_code)
    form = _bound(place, None, request.POST)
    form.is_valid()
    context = {"spec": place.spec, "live": _live_values(place, form, None), "form": form}
    return render(request, place.spec.live_template, context)


@require_POST
@subject_page(Permission.ENTER_DATA)
def not_done(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Record that the form was not done."""
    place = _place(subject, visit_code, form_code)
    try:
        mark_not_done(
            spec=place.spec,
            visit=place.visit,
            reason_not_done=request.POST.get("reason_not_done", ""),
            by=request.user,
            expected_version=_version(request),
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


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", {})


@subject_page(Permission.VIEW_HISTORY)
def history(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Every value the form, or one item of it (`?item=`), has ever had: who, when, why."""
    place = _place(subject, visit_code, form_code)
    form = selectors.stored_form(place.spec, place.visit)
    if form is None:
        raise Http404
    item = request.GET.get("item", "")
    names = {f.name for f in place.spec.model._meta.fields}
    if item and item not in names:
        raise Http404
    rows = [
        {
            "change": change,
            "label": place.spec.label(change.field),
            "before": form_engine.display(place.spec, change.field, change.before, form),
            "after": form_engine.display(place.spec, change.field, change.after, form),
        }
        for change in changes(form, [item] if item else None)
        if change.field not in TECHNICAL and not (_is_blank(change.before) and _is_blank(change.after))
    ]
    label = place.spec.label(item) if item else ""
    return _render(request, "assessments/history.html", place, {"rows": rows, "item_label": label})
