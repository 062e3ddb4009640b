"""Blank forms to print: which there are, one form as a page or a PDF, the whole casebook as a PDF."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from assessments import blank
from protocols.schema import Protocol
from trials.access import TrialRequest, trial_page
from trials.selectors import protocol_of


@require_safe
@trial_page(Permission.VIEW_PROTOCOL)
def blank_forms(request: TrialRequest, trial: Any) -> HttpResponse:
    """The forms of a protocol version, the newest unless the address names another, by visit."""
    protocol = _protocol(request, trial)
    context = {
        "trial": trial,
        "protocol": protocol,
        "crumbs": [*_crumbs(trial), (_("Blank forms"), "")],
        "any_visit": blank.blank_visit(protocol, blank.VISIT_UNKNOWN),
        "visits": blank.visits_of(protocol),
    }
    return render(request, "assessments/blank_forms.html", context)


@require_safe
@trial_page(Permission.VIEW_PROTOCOL)
def blank_form(request: TrialRequest, trial: Any, form_code: str) -> HttpResponse:
    """One blank form (`?visit=`: with that visit named on it)."""
    form = _form(request, _protocol(request, trial), form_code)
    crumbs = [*_crumbs(trial), (_("Blank forms"), reverse("assessments:blank-forms", args=[trial.registration]))]
    context = {
        "trial": trial,
        "form": form,
        "words": blank.sheet_words(),
        "crumbs": [*crumbs, (form.title, "")],
        "asked_for": request.GET.urlencode(),
    }
    return render(request, "assessments/blank_form.html", context)


@require_safe
@trial_page(Permission.VIEW_PROTOCOL)
def blank_form_pdf(request: TrialRequest, trial: Any, form_code: str) -> HttpResponse:
    """The same form as a PDF."""
    form = _form(request, _protocol(request, trial), form_code)
    name = "-".join(part for part in (trial.registration, form.code, form.visit_code) if part)
    return _pdf([form], title=f"{form.title} ({trial.registration})", name=name)


@require_safe
@trial_page(Permission.VIEW_PROTOCOL)
def blank_casebook_pdf(request: TrialRequest, trial: Any) -> HttpResponse:
    """All forms of all visits, in order, as one PDF."""
    protocol = _protocol(request, trial)
    title = _("Blank casebook of %(trial)s") % {"trial": trial.registration}
    return _pdf(blank.casebook(protocol), title=title, name=f"{trial.registration}-casebook")


def _protocol(request: TrialRequest, trial: Any) -> Protocol:
    version = blank.wanted_version(trial, request.GET.get("version", ""))
    if version is None:
        raise Http404
    return protocol_of(version)


def _form(request: TrialRequest, protocol: Protocol, form_code: str) -> blank.BlankForm:
    try:
        return blank.form_of(protocol, form_code, visit_code=request.GET.get("visit", blank.VISIT_UNKNOWN))
    except LookupError as unknown:
        raise Http404 from unknown


def _crumbs(trial: Any) -> list[tuple[str, str]]:
    return [(_("Protocol"), reverse("workspace:protocol", args=[trial.registration]))]


def _pdf(forms: list[blank.BlankForm], *, title: str, name: str) -> HttpResponse:
    disposition = f'inline; filename="{name}.pdf"'
    return HttpResponse(
        blank.pdf_of(forms, title=title),
        content_type="application/pdf",
        headers={"Content-Disposition": disposition},
    )
