"""The list of subjects, registration, contact details."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.forms.calendar import day_of
from patients.forms.registration import IdentityForm, RegistrationForm
from patients.selectors import consent as consent_reads
from patients.selectors import subjects as subject_reads
from patients.services.registration import correct_identity, register_subject
from patients.views.common import add_error, casebook_url, subject_view
from trials.access import TrialRequest, trial_page
from trials.selectors import newest_protocol

ROWS_PER_PAGE = 25


@trial_page(Permission.VIEW_SUBJECTS)
def subject_list(request: TrialRequest, trial: Any) -> HttpResponse:
    """All subjects the user may see, filtered by the address."""
    names = ("search", "site", "status", "version", "arm", "sort")
    wanted: dict[str, Any] = {name: request.GET.get(name, "").strip() for name in names}
    wanted["search"] = wanted["search"] or request.GET.get("q", "").strip()
    overdue = request.GET.get("overdue") == "1"
    typed_day = request.GET.get("day", "").strip()
    day = day_of(typed_day)
    rows = subject_reads.subject_rows(request.user, trial, **wanted, overdue=overdue, day=day)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    versions, arms = subject_reads.version_and_arm_choices(trial)
    context = {
        "trial": trial,
        "page_obj": page,
        "rows": [(subject, subject_reads.arm_name(subject)) for subject in page],
        "filters": {**wanted, "overdue": overdue, "day": typed_day},
        "sort": wanted["sort"] or "number",
        "no_day": typed_day if day is None else "",
        "is_filtered": bool(overdue or day) or any(value for name, value in wanted.items() if name != "sort"),
        "sites": subject_reads.visible_sites(request.user, trial),
        "statuses": subject_reads.status_choices(),
        "versions": versions,
        "arms": arms,
        "may_register": request.roles.may_somewhere(Permission.REGISTER_SUBJECTS),
        "crumbs": [(_("Subjects"), "")],
    }
    return render(request, "patients/subject_list.html", context)


@trial_page(Permission.REGISTER_SUBJECTS)
def register(request: TrialRequest, trial: Any) -> HttpResponse:
    """A new subject: consent first, then a number."""
    sites = subject_reads.sites_to_register_at(request.user, trial)
    today = max((site.today() for site in sites), default=timezone.localdate())
    sheets = consent_reads.sheets_to_sign(trial, today)
    offer = {"has_sheets": bool(sheets), "is_one_valid_today": any(sheet.is_valid_on(today) for sheet in sheets)}
    form = RegistrationForm(request.POST or None, sites=sites, sheets=sheets)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        alike = subject_reads.registered_alike(data["site"], initials=data["initials"], signed_on=data["signed_on"])
        if alike and not data["is_another_person"]:
            form.ask_whether_another(alike)
            return _registration_page(request, trial, form, offer)
        consent = {name: data[name] for name in ("site", "signed_on", "sheet_version", "language")}
        try:
            subject = register_subject(**consent, identity=form.identity(), by=request.user)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, _("%(number)s is registered.") % {"number": subject.number})
            return redirect(casebook_url(subject))
    return _registration_page(request, trial, form, offer)


def _registration_page(request: TrialRequest, trial: Any, form: Any, offer: dict[str, bool]) -> HttpResponse:
    crumbs = [(_("Subjects"), reverse("patients:subject-list", args=[trial.registration])), (_("New subject"), "")]
    context = {"trial": trial, "form": form, "crumbs": crumbs, "protocol_version": newest_protocol(trial), **offer}
    status = 422 if form.errors else 200
    return render(request, "patients/register.html", context, status=status)


@subject_page(Permission.VIEW_IDENTITY)
def identity(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Initials and contact details, for the site only."""
    details = subject_reads.identity_of(subject)
    form = IdentityForm(request.POST or None, instance=details, initial={"seen_version": details.row_version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            correct_identity(
                identity=form.instance, seen_version=data["seen_version"], by=request.user, reason=data["reason"]
            )
        except ValidationError as error:
            form = IdentityForm(
                {**request.POST.dict(), "seen_version": subject_reads.identity_of(subject).row_version},
                instance=details,
            )
            add_error(form, error)
        else:
            messages.success(request, _("Contact details saved."))
            return redirect(casebook_url(subject))
    return subject_view(request, "patients/identity.html", {"form": form}, here=_("Contact details"))
