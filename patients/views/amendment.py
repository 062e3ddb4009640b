"""Moving a subject to an amended protocol."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.forms.consent import MoveForm
from patients.services.amendment import later_versions, may_move, move_to_version, what_changes
from patients.views.common import add_error, casebook_url, subject_view
from patients.visit_content import content_of, name_of
from trials.policies import NotAllowedNow


@subject_page(Permission.CHANGE_TREATMENT)
def move_version(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Shows what the newest version, or the one named by `?to=`, would change for the subject, then changes it."""
    later = later_versions(subject)
    version = _chosen(later, request.GET.get("to", ""))
    if version is None:
        raise NotAllowedNow(_("%(number)s is on the newest protocol version already.") % {"number": subject.number})
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            move_to_version(subject=subject, version=version, by=request.user, reason=form.cleaned_data["reason"])
        except (ValidationError, NotAllowedNow) as error:
            add_error(form, error)
        else:
            facts = {"number": subject.number, "version": version.version}
            messages.success(request, _("%(number)s is on protocol version %(version)s now.") % facts)
            return redirect(casebook_url(subject))
    context = {"form": form, "version": version, "later": later, **_preview(subject, version)}
    status = 422 if form.errors else 200
    return subject_view(request, "patients/move_version.html", context, here=_("Move to a version"), status=status)


def _chosen(later: list[Any], named: str) -> Any:
    if not named:
        return later[0] if later else None
    found = next((version for version in later if version.version == named), None)
    if found is None:
        raise Http404
    return found


def _preview(subject: Any, version: Any) -> dict[str, Any]:
    """What would change, or why it may not."""
    try:
        may_move(subject, version)
    except NotAllowedNow as refusal:
        return {"refusal": str(refusal)}
    move = what_changes(subject, version, subject.site.today())
    for visit in move.cancelled:
        visit.subject = subject
    return {
        "move": move,
        "added": [(name_of(visit.content), visit.planned) for visit in move.added],
        "too_late": [name_of(visit.content) for visit in move.too_late],
        "cancelled": [name_of(content_of(visit)) for visit in move.cancelled],
        "moved": [(name_of(each.content), each.visit, each.after) for each in move.moved],
    }
