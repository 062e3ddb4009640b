"""Reports to print: a case on the CIOMS I form."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from safety.printed.cioms import cioms_pdf
from safety.selectors.cases import versions_of
from safety.selectors.reports import report_to_print, sender_of
from safety.views.case_pages import case_or_404


@require_safe
@subject_page(Permission.VIEW_SAFETY)
def cioms(request: SubjectRequest, *, subject: Any, event_number: int, version_number: int) -> HttpResponse:
    """One version of the report on the CIOMS I form: as it was signed, or the draft, marked as one."""
    case = case_or_404(request, event_number)
    version = next((each for each in versions_of(case) if each.number == version_number), None)
    if version is None:
        raise Http404
    content = report_to_print(case, version)
    sender = sender_of(case, version, arm=content["subject"]["arm"], now=timezone.now())
    pdf = cioms_pdf(content, sender, is_draft=version.submitted_at is None)
    return _pdf(pdf, f"{request.trial.registration}-{case}-v{version.number}-CIOMS-I")


def _pdf(content: bytes, name: str) -> HttpResponse:
    disposition = f'inline; filename="{name}.pdf"'
    # Clinical data must not stay in the cache of a browser or a proxy.
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
