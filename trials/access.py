"""Who may open a page: every view of a trial is declared with the permission it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from trials.models import Trial
from trials.selectors import HeldRoles, held_roles, trials_for

View = Callable[..., HttpResponseBase]


class TrialRequest(SignedInRequest):
    """A request for a page of one trial; `roles` are those of the user in the trial."""

    trial: Trial
    roles: HeldRoles


def trial_page(permission: Permission) -> Callable[[View], View]:
    """A page of one trial: a trial in which the user has no role is not found (404); a missing permission is refused
    (403).

    The view gets the Trial in place of its registration number, also as `request.trial`.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def page(request: TrialRequest, registration: str, **kwargs: Any) -> HttpResponseBase:
            trial = get_object_or_404(trials_for(request.user), registration=registration)
            request.trial, request.roles = trial, held_roles(request.user, trial)
            if not request.roles.may_somewhere(permission):
                raise PermissionDenied
            return view(request, trial=trial, **kwargs)

        page.permission = permission  # type: ignore[attr-defined]
        return page

    return wrap
