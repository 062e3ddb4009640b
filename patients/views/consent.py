"""What a subject signed and withdrew."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from audit.history import Change, changes
from patients import policies
from patients.access import SubjectRequest, subject_page
from patients.forms.consent import ConsentCorrectionForm, ConsentForm, WithdrawalForm
from patients.selectors import consent as consent_reads
from patients.selectors import visits as visit_reads
from patients.services.amendment import later_versions
from patients.services.consent import correct_consent, record_consent, withdraw_consent
from patients.views.common import add_error, subject_view
from trials.policies import NotAllowedNow, allows

SCOPES = ("treatment", "follow_up", "data_use")
SHOWN = ("signed_on", "sheet_version", "language")


def _consent_url(subject: Any) -> str:
    return reverse("patients:consent", args=[subject.site.trial.registration, subject.number])


def _consent_or_404(subject: Any, pk: int) -> Any:
    found = consent_reads.consent_of(subject, pk)
    if found is None:
        raise Http404
    return found


def _scopes(subject: Any, withdrawals: list[Any]) -> list[str]:
    """What the subject can still withdraw from."""
    already = withdrawals[-1].scope if withdrawals else ""
    return [scope for scope in SCOPES if allows(policies.may_withdraw, subject, scope, already)]


@subject_page(Permission.VIEW_SUBJECTS)
def consent(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Signatures and withdrawals; a further signature is recorded here."""
    may_record = request.roles.may(Permission.REGISTER_SUBJECTS, subject.site)
    if request.method == "POST" and not may_record:
        raise PermissionDenied
    today = subject.site.today()
    sheets = consent_reads.sheets_to_sign(subject.site.trial, today, subject=subject)
    form = ConsentForm(request.POST if request.method == "POST" else None, sheets=sheets)
    if request.method == "POST" and form.is_valid():
        try:
            record_consent(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Consent recorded."))
            return redirect(request.path)
    withdrawals = consent_reads.withdrawals_of(subject)
    may_sign = allows(policies.consent_may_be_signed_again, subject)
    context = {
        "consents": consent_reads.consents_signed(subject),
        "withdrawals": withdrawals,
        "due": consent_reads.consent_due(subject, today),
        "form": form,
        "has_sheets": bool(sheets),
        "may_record": may_record and (may_sign or form.is_bound),
        "may_correct": may_record and allows(policies.may_receive_data, subject),
        "may_withdraw": request.roles.may(Permission.ENTER_DATA, subject.site) and _scopes(subject, withdrawals),
        "may_move": request.roles.may(Permission.CHANGE_TREATMENT, subject.site) and may_sign,
        "newer": later_versions(subject),
    }
    status = 422 if form.errors else 200
    return subject_view(request, "patients/consent.html", context, here=_("Consent"), status=status)


@subject_page(Permission.REGISTER_SUBJECTS)
def correct(request: SubjectRequest, subject: Any, consent_pk: int) -> HttpResponse:
    """Another day, sheet or language for a signature, for a reason."""
    row = _consent_or_404(subject, consent_pk)
    policies.may_receive_data(subject)
    others = {signed.sheet_version for signed in consent_reads.consents_signed(subject) if signed.pk != row.pk}
    offered = consent_reads.sheets_to_sign(subject.site.trial, subject.site.today())
    sheets = [sheet for sheet in offered if sheet.version not in others]
    initial = {name: getattr(row, name) for name in SHOWN} | {"seen_version": row.row_version}
    form = ConsentCorrectionForm(request.POST if request.method == "POST" else None, sheets=sheets, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            correct_consent(consent=row, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            seen = _consent_or_404(subject, consent_pk).row_version
            form = ConsentCorrectionForm({**request.POST.dict(), "seen_version": seen}, sheets=sheets)
            add_error(form, error)
        else:
            messages.success(request, _("Consent corrected."))
            return redirect(_consent_url(subject))
    status = 422 if form.errors else 200
    return subject_view(
        request, "patients/correct_consent.html", {"form": form, "row": row}, here=_("Correct consent"), status=status
    )


@subject_page(Permission.VIEW_HISTORY)
def history(request: SubjectRequest, subject: Any, consent_pk: int) -> HttpResponse:
    """Every value that a signature has had: who, when, why."""
    row = _consent_or_404(subject, consent_pk)
    labels = {name: row._meta.get_field(name).verbose_name for name in SHOWN}
    rows = [(_in_words(change, row), labels[change.field]) for change in changes(row, list(SHOWN))]
    context = {"row": row, "rows": rows}
    return subject_view(request, "patients/consent_history.html", context, here=_("History of a consent"))


def _in_words(change: Change, row: Any) -> Change:
    """The change as people read it: coded values by their name."""
    words = dict(row._meta.get_field(change.field).flatchoices)
    return replace(change, before=words.get(change.before, change.before), after=words.get(change.after, change.after))


@subject_page(Permission.ENTER_DATA)
def withdraw(request: SubjectRequest, subject: Any) -> HttpResponse:
    """The subject withdraws; says for each scope what will happen before it happens."""
    withdrawals = consent_reads.withdrawals_of(subject)
    scopes = _scopes(subject, withdrawals)
    if request.method == "GET" and not scopes:
        policies.may_withdraw(subject, SCOPES[-1], withdrawals[-1].scope)
    initial = {"withdrawn_on": subject.site.today()}
    form = WithdrawalForm(request.POST if request.method == "POST" else None, scopes=scopes, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_consent(subject=subject, by=request.user, **form.cleaned_data)
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            messages.success(request, _("Withdrawal recorded."))
            return redirect(_consent_url(subject))
    waiting = [visit for visit in visit_reads.visits_of(subject) if not visit.outcome]
    context = {"form": form, "scopes": scopes, "waiting": waiting}
    status = 422 if form.errors else 200
    return subject_view(request, "patients/withdraw.html", context, here=_("Withdraw consent"), status=status)
