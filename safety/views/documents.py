"""Attaching a document to a case, and fetching it again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.policies import may_receive_data
from patients.views.common import add_error
from safety import document_files
from safety.forms.documents import DocumentForm
from safety.selectors.cases import document_of
from safety.services import add_document
from safety.services.documents import too_large
from safety.uploads import was_too_large
from safety.views.case_pages import address, case_or_404, case_page, roles_of
from trials.policies import NotAllowedNow


@subject_page(Permission.VIEW_SAFETY)
def attach(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Add a document; where the file is refused, what was typed stays."""
    case = case_or_404(request, event_number)
    if not roles_of(request):
        raise PermissionDenied
    may_receive_data(subject)
    form = DocumentForm()
    if request.method == "POST":
        form = DocumentForm(request.POST, request.FILES, refused=too_large() if was_too_large(request) else "")
    if form.is_bound and form.is_valid():
        title, file = form.cleaned_data["title"], form.cleaned_data["file"]
        try:
            document = add_document(case=case, title=title, file=file, by=request.user)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, _("“%(title)s” is attached to the case.") % {"title": document.title})
            return redirect(address("case", case))
    status = 422 if form.errors else 200
    context = {"form": form, "largest": document_files.largest()}
    return case_page(request, case, "safety/case_attach.html", context, here=_("Attach a document"), status=status)


@require_safe
@subject_page(Permission.VIEW_SAFETY)
def document(request: SubjectRequest, *, subject: Any, event_number: int, document_pk: int) -> HttpResponseBase:
    """Send a document as it was added, to be saved and never to be shown inside a page."""
    case = case_or_404(request, event_number)
    named = document_of(case, document_pk)
    if named is None:
        raise Http404
    found, name = named
    if not document_files.is_whole(found.stored_as, found.digest):
        raise NotAllowedNow(
            _("The stored file is missing or no longer as it was added, so it is not sent. Tell your administrator.")
        )
    file = document_files.place(found.stored_as).open("rb")
    response = FileResponse(file, as_attachment=True, filename=name, content_type=found.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Clinical data must not stay in the cache of a browser or a proxy.
    response.headers["Cache-Control"] = "no-store"
    return response
