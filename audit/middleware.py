"""Puts the signed-in user and the page into the context of every write of a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit.context import signed_for


class AuditContextMiddleware:
    """Stands behind the authentication middleware; a request without a signed-in user gets no context at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if request.method in ("GET", "HEAD", "OPTIONS") or not user.is_authenticated:
            return self.get_response(request)
        with signed_for(user=user.pk, url=request.path):
            return self.get_response(request)
