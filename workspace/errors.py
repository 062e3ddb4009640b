"""Pages for what goes wrong; each keeps what was typed."""

from collections.abc import Callable, Iterator

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template import loader
from django.urls import reverse

from accounts.resume import kept_context
from trials.policies import NotAllowedNow


class NotAllowedNowMiddleware:
    """Shows the message of a rule that a view did not handle itself (status 409)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowedNow):
            context = {**kept_context(request), "message": str(exception), **_place(request)}
            return render(request, "errors/not_now.html", context, status=409)
        return None


def _place(request: HttpRequest) -> dict[str, str]:
    """The visit and the subject that the page was about: where the step that comes first can be done."""
    subject = getattr(request, "subject", None)
    if subject is None:
        return {}
    named: list[str] = [subject.site.trial.registration, subject.number]
    places = {"number": subject.number, "subject_url": reverse("assessments:casebook", args=named)}
    code = request.resolver_match.kwargs.get("visit_code") if request.resolver_match else None
    return places | ({"visit_url": reverse("patients:visit", args=[*named, code])} if code else {})


class NullCharacterMiddleware:
    """Refuses (status 400) what holds a null character: nobody types one, and PostgreSQL cannot store or look up it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = [request.path_info, *_texts(request.GET), *_texts(request.POST)]
        if any("\0" in text for text in sent):
            return render(request, "400.html", kept_context(request), status=400)
        return self.get_response(request)


def _texts(data: QueryDict) -> Iterator[str]:
    for name, values in data.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or another site sent the form."""
    return render(request, "errors/csrf.html", kept_context(request), status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed on our side; the database took nothing back by halves."""
    return HttpResponse(loader.render_to_string("500.html", kept_context(request), request), status=500)
