"""Marking an event as reviewed, from its page or from the listing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from safety.forms.reviews import ReviewForm
from safety.selectors.events import events_of_subject
from safety.services import ChangedMeanwhile
from safety.services.reviews import mark_reviewed
from trials.access import TrialRequest


@require_POST
@subject_page(Permission.REVIEW_SAFETY)
def review(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Mark the event as reviewed in the version that was read, and go back to where it was marked."""
    found = get_object_or_404(events_of_subject(subject=subject, user=request.user), number=event_number)
    own_page = reverse("safety:event", args=[subject.site.trial.registration, subject.number, event_number])
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The mark was not kept: send it from the page of the event."))
        return redirect(own_page)
    try:
        mark_reviewed(event=found, by=request.user, **form.cleaned_data)
    except ChangedMeanwhile:
        messages.error(request, _("The event was changed after you opened the page. Look at it again, then mark it."))
        return redirect(own_page)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = {"subject": subject.number, "number": event_number}
        messages.success(request, _("%(subject)s, event %(number)s is marked as reviewed.") % words)
    return redirect(_back(request) or own_page)


def _back(request: TrialRequest) -> str:
    """The address of this site that the form names; empty where it names none."""
    to = request.POST.get("next", "")
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}) else ""
