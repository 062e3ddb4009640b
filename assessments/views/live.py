"""One endpoint while somebody types: keeps the draft, works out the derived values, runs the checks."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from assessments import policies
from assessments.services import discard_draft, keep_draft
from assessments.views.page import EntryPage
from assessments.views.place import place_of
from patients.access import SubjectRequest, subject_page

NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "draft", "complete"})


@require_POST
@subject_page(Permission.ENTER_DATA)
def live(request: SubjectRequest, subject: Any, visit_code: str, form_code: str) -> HttpResponse:
    """Derived values and checks of what is typed at this moment; what is typed is kept for its user."""
    place = place_of(subject, visit_code, form_code)
    policies.form_may_be_entered(place.spec, place.visit)
    page = EntryPage.opened(place, request.user, with_draft=False).sent(request.POST)
    kept = {} if page.overtaken_by == request.user else _keep(request, page)
    return render(request, "assessments/live.html", {**page.context(), "spec": place.spec, **kept})


def _keep(request: SubjectRequest, page: EntryPage) -> dict[str, Any]:
    """Keep what is typed, or nothing when it is what is stored; says which of the two.

    A page that its own user has overtaken keeps nothing: that is a request that comes in behind a save, or another tab.
    """
    place = page.place
    if page.differs():
        typed = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_TYPED}
        draft = keep_draft(spec=place.spec, visit=place.visit, by=request.user, based_on=page.version, data=typed)
        return {"draft_saved_at": timezone.localtime(draft.saved_at)} if draft else {"is_too_much": True}
    discard_draft(spec=place.spec, visit=place.visit, by=request.user)
    return {"is_as_stored": True}
