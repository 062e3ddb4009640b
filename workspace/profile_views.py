"""The page of a subject's safety profile."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.views.common import subject_view
from workspace.safety_profile import profile_of


@subject_page(Permission.VIEW_SAFETY)
def safety_profile(request: SubjectRequest, subject: Any) -> HttpResponse:
    """Treatment, events, graded results and medication over time, as a picture and as tables."""
    context = profile_of(subject, request.user)
    return subject_view(request, "workspace/safety_profile.html", context, here=_("Safety profile"))
