"""Who may open a page about a subject."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission
from patients.models import Subject
from trials.access import TrialRequest, View
from trials.selectors import held_roles


class SubjectRequest(TrialRequest):
    """A request for a page about one subject."""

    subject: Subject


def subject_page(permission: Permission) -> Callable[[View], View]:
    """A page about one subject: a subject of another site is not found (404); a missing permission is refused (403).

    The view gets the Subject in place of its registration and number, also as `request.subject` (the frame shows its
    strip) and the trial as `request.trial`.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def page(request: SubjectRequest, registration: str, number: str, **kwargs: Any) -> HttpResponseBase:
            visible = Subject.objects.visible_to(request.user).select_related("site__trial", "protocol_version")
            visible = visible.defer("protocol_version__files")
            subject = get_object_or_404(visible, site__trial__registration=registration, number=number)
            request.subject, request.trial = subject, subject.site.trial
            request.roles = held_roles(request.user, request.trial)
            if not request.roles.may(permission, subject.site):
                raise PermissionDenied
            # Moments on the page are typed and shown in the time of the site.
            with timezone.override(subject.site.zone):
                return view(request, subject=subject, **kwargs)

        page.permission = permission  # type: ignore[attr-defined]
        return page

    return wrap
