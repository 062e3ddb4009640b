"""One log line for each request: who, what, the answer; never what was searched for, and no secret address."""

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from django.utils.functional import LazyObject, empty
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars, clear_contextvars

logger = structlog.get_logger(__name__)


class RequestLogMiddleware(RequestMiddleware):
    """Gives each request an id that stands on all its log lines and in the header X-Request-ID.

    Stands outside whatever can refuse a request, so that refusals are logged as well. What was sent after the question
    mark is left out, since searches hold names; so is the program that the visitor uses.
    """

    def prepare(self, request: HttpRequest) -> None:
        """Begins the line of this request; nothing of the one before stays."""
        clear_contextvars()
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
        bind_contextvars(request_id=request.request_id, ip=address_of(request), user_id=None)  # type: ignore[attr-defined]
        logger.debug("request_started", request=self.format_request(request))

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Names the request to whoever asked, and writes its line."""
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path."""
        return f"{request.method} {escape_uri_path(request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """The key of the person, where the request has asked for the person already: a log line costs no statement."""
        user = request.__dict__.get("user")
        if user is None or (isinstance(user, LazyObject) and user._wrapped is empty):
            return
        # Who has just signed out is still the one who asked for it.
        if user.pk is not None:
            bind_contextvars(user_id=user.pk)


class PersonInLogMiddleware:
    """Stands behind the middleware that requires sign-in: lines that a view writes name the person too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any) -> None:
        RequestLogMiddleware.bind_user_id(request)


def address_of(request: HttpRequest) -> str:
    """The network address of the visitor: the last one that a trusted proxy added, else that of the connection.

    Earlier ones in X-Forwarded-For are whatever the visitor says.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
