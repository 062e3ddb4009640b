"""Pages about subjects: list, registration, eligibility, enrolment, visits."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients import forms, policies, selectors
from patients.access import SubjectRequest, subject_page
from patients.eligibility import eligibility_of
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.enrolment import end_participation as end
from patients.services.enrolment import enrol as enrol_subject
from patients.services.registration import correct_identity, register_subject
from patients.services.visits import correct_visit_date, record_visit
from patients.services.visits import miss_visit as miss
from trials.access import TrialRequest, trial_page
from trials.policies import NotAllowedNow, allows
from trials.selectors import newest_protocol, protocol_of

ROWS_PER_PAGE = 25


def _casebook(subject: Any) -> str:
    return reverse("assessments:casebook", args=[subject.site.trial.registration, subject.number])


def _page(request: SubjectRequest, template: str, context: dict[str, Any], *, here: str) -> HttpResponse:
    """A page about the subject of the request, with its strip and breadcrumbs."""
    subject, trial = request.subject, request.trial
    crumbs = [
        (_("Subjects"), reverse("patients:subject-list", args=[trial.registration])),
        (subject.number, _casebook(subject)),
        (here, ""),
    ]
    base = {"subject": subject, "trial": trial, "crumbs": crumbs, "strip": selectors.subject_strip(subject)}
    return render(request, template, {**base, **context})


def _add_error(form: Any, error: ValidationError | NotAllowedNow) -> None:
    """Show what a service refused beside what was typed."""
    if isinstance(error, NotAllowedNow):
        form.add_error(None, str(error))
    elif hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, error)


@trial_page(Permission.VIEW_SUBJECTS)
def subject_list(request: TrialRequest, trial: Any) -> HttpResponse:
    """All subjects the user may see, filtered by the address."""
    filters = {name: request.GET.get(name, "") for name in ("search", "site", "status")}
    overdue = request.GET.get("overdue") == "1"
    filters["search"] = filters["search"] or request.GET.get("q", "")
    rows = selectors.subject_rows(
        request.user,
        trial,
        search=filters["search"],
        site=filters["site"],
        status=filters["status"],
        overdue=overdue,
    )
    context = {
        "trial": trial,
        "page_obj": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "filters": {**filters, "overdue": overdue},
        "is_filtered": any(filters.values()) or overdue,
        "sites": selectors.visible_sites(request.user, trial),
        "statuses": selectors.status_choices(),
        "may_register": request.roles.may_somewhere(Permission.REGISTER_SUBJECTS),
        "crumbs": [(_("Subjects"), "")],
    }
    return render(request, "patients/subject_list.html", context)


@trial_page(Permission.REGISTER_SUBJECTS)
def register(request: TrialRequest, trial: Any) -> HttpResponse:
    """A new subject: consent first, then a number."""
    form = forms.RegistrationForm(request.POST or None, sites=selectors.sites_to_register_at(request.user, trial))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        alike = selectors.registered_alike(data["site"], initials=data["initials"], signed_on=data["signed_on"])
        if alike and not data["is_another_person"]:
            form.ask_whether_another(alike)
            return _registration_page(request, trial, form)
        consent = {name: data[name] for name in ("site", "signed_on", "sheet_version", "language")}
        try:
            subject = register_subject(**consent, identity=form.identity(), by=request.user)
        except ValidationError as error:
            _add_error(form, error)
        else:
            messages.success(request, _("%(number)s is registered.") % {"number": subject.number})
            return redirect(_casebook(subject))
    return _registration_page(request, trial, form)


def _registration_page(request: TrialRequest, trial: Any, form: Any) -> HttpResponse:
    crumbs = [(_("Subjects"), reverse("patients:subject-list", args=[trial.registration])), (_("New subject"), "")]
    context = {"trial": trial, "form": form, "crumbs": crumbs, "protocol_version": newest_protocol(trial)}
    return render(request, "patients/register.html", context)


@subject_page(Permission.VIEW_IDENTITY)
def identity(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Initials and contact details, for the site only."""
    details = selectors.identity_of(subject)
    form = forms.IdentityForm(request.POST or None, instance=details, initial={"seen_version": details.row_version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            correct_identity(
                identity=form.instance, seen_version=data["seen_version"], by=request.user, reason=data["reason"]
            )
        except ValidationError as error:
            form = forms.IdentityForm(
                {**request.POST.dict(), "seen_version": selectors.identity_of(subject).row_version}, instance=details
            )
            _add_error(form, error)
        else:
            messages.success(request, _("Contact details saved."))
            return redirect(_casebook(subject))
    return _page(request, "patients/identity.html", {"form": form}, here=_("Contact details"))


@subject_page(Permission.VIEW_SUBJECTS)
def eligibility(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Every criterion with its facts; the investigator answers and decides here."""
    current = eligibility_of(subject)
    asked = [row.criterion for row in current.criteria if row.criterion.question]
    answers = {row.criterion.code: row.answer for row in current.criteria if row.answer is not None}
    is_open = allows(policies.eligibility_is_open, subject)
    may_decide = is_open and request.roles.may(Permission.DECIDE_ELIGIBILITY, subject.site)
    form = forms.CriteriaForm(request.POST or None, criteria=asked, answers=answers)
    if request.method == "POST":
        if not request.roles.may(Permission.DECIDE_ELIGIBILITY, subject.site):
            raise PermissionDenied
        if form.is_valid():
            try:
                answer_criteria(
                    subject=subject, answers=form.answers(), by=request.user, reason=form.cleaned_data["reason"]
                )
            except (ValidationError, NotAllowedNow) as error:
                _add_error(form, error)
            else:
                messages.success(request, _("Answers saved."))
                return redirect(request.path)
    context = {
        "eligibility": current,
        "form": form,
        "rows": [(row, form[row.criterion.code] if row.criterion.question else None) for row in current.criteria],
        "decision": selectors.latest_decision(subject),
        "may_decide": may_decide,
    }
    return _page(request, "patients/eligibility.html", context, here=_("Eligibility"))


@require_POST
@subject_page(Permission.DECIDE_ELIGIBILITY)
def decide(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Store the investigator's decision."""
    form = forms.DecisionForm(request.POST)
    if form.is_valid():
        try:
            decision = decide_eligibility(subject=subject, outcome=form.cleaned_data["outcome"], by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            text = _("Decision recorded: %(outcome)s.") % {"outcome": decision.get_outcome_display()}
            messages.success(request, text)
            return redirect(_casebook(subject))
    return redirect("patients:eligibility", subject.site.trial.registration, subject.number)


@subject_page(Permission.ENROL_SUBJECTS)
def enrol(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Take an eligible subject into the trial."""
    if request.method == "GET":
        policies.may_enrol(subject)
    protocol = protocol_of(subject.protocol_version)
    initial = {"enrolled_on": subject.site.today()}
    form = forms.EnrolmentForm(request.POST or None, protocol=protocol, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            enrol_subject(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            _add_error(form, error)
        else:
            messages.success(request, _("%(number)s is enrolled.") % {"number": subject.number})
            return redirect(_casebook(subject))
    return _page(request, "patients/enrol.html", {"form": form, "protocol": protocol}, here=_("Enrol"))


@subject_page(Permission.ENTER_DATA)
def end_participation(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Record completion or withdrawal."""
    if request.method == "GET":
        policies.participation_may_end(subject, "withdrawn")
    initial = {"ended_on": subject.site.today()}
    form = forms.EndForm(request.POST or None, subject=subject, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            end(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            _add_error(form, error)
        else:
            messages.success(request, _("End of participation recorded."))
            return redirect(_casebook(subject))
    return _page(request, "patients/end.html", {"form": form}, here=_("End participation"))


def _visit_or_404(subject: Any, code: str) -> Any:
    visit = selectors.visit_of(subject, code)
    if visit is None:
        raise Http404
    return visit


def _visit_page(request: SubjectRequest, visit: Any, **changed: Any) -> HttpResponse:
    """The page of a visit; `changed` replaces the form that was sent and refused."""
    subject = visit.subject
    planned = protocol_of(subject.protocol_version).visit(visit.code)
    today = subject.site.today()
    context = {
        "visit": visit,
        "planned": planned,
        "state": visit.state(today),
        "today": today,
        "date_form": forms.VisitDateForm(today=today),
        "correction_form": forms.VisitCorrectionForm(initial={"occurred_on": visit.occurred_on}),
        "missed_form": forms.MissedVisitForm(),
        **changed,
    }
    return _page(request, "patients/visit.html", context, here=planned.name)


@subject_page(Permission.ENTER_DATA)
def visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Record that a visit took place, and on which day."""
    row = _visit_or_404(subject, code)
    if request.method != "POST":
        return _visit_page(request, row)
    form = forms.VisitDateForm(request.POST, today=subject.site.today())
    if form.is_valid():
        try:
            done = record_visit(visit=row, occurred_on=form.cleaned_data["occurred_on"], by=request.user)
        except NotAllowedNow as error:
            _add_error(form, error)
        else:
            if done.is_inside_window():
                messages.success(request, _("Visit recorded. Its forms can be entered now."))
            else:
                messages.warning(request, _("Visit recorded. It lies outside its window."))
            return redirect(_casebook(subject) + f"#visit-{code}")
    return _visit_page(request, row, date_form=form)


@require_POST
@subject_page(Permission.ENTER_DATA)
def correct_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Change the day of a visit, for a reason."""
    row = _visit_or_404(subject, code)
    form = forms.VisitCorrectionForm(request.POST)
    if form.is_valid():
        try:
            correct_visit_date(visit=row, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            _add_error(form, error)
        else:
            messages.success(request, _("Date of visit corrected."))
            return redirect(_casebook(subject) + f"#visit-{code}")
    return _visit_page(request, row, correction_form=form)


@require_POST
@subject_page(Permission.ENTER_DATA)
def miss_visit(request: SubjectRequest, subject: Any, code: str) -> HttpResponse:
    """Record that a visit did not take place."""
    row = _visit_or_404(subject, code)
    form = forms.MissedVisitForm(request.POST)
    if form.is_valid():
        try:
            miss(visit=row, reason=form.cleaned_data["missed_reason"], by=request.user)
        except (ValidationError, NotAllowedNow) as error:
            _add_error(form, error)
        else:
            messages.success(request, _("Recorded as missed."))
            return redirect(_casebook(subject) + f"#visit-{code}")
    return _visit_page(request, row, missed_form=form)
