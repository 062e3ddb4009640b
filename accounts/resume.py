"""Nothing typed is lost when a session ends or a page fails: what was sent is shown again, ready to be sent once
more."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2"})


def kept_pairs(data: QueryDict) -> list[tuple[str, str]]:
    """What was typed, as (name, value) pairs in order; tokens and passwords are never kept."""
    return [(name, value) for name, values in data.lists() if name not in NEVER_KEPT for value in values]


def kept_context(request: HttpRequest) -> dict[str, object]:
    """Template context for a page that offers to send again what was typed."""
    pairs = kept_pairs(request.POST) if request.method == "POST" else []
    return {"kept_pairs": pairs, "kept_path": request.get_full_path()}


def render_signed_out(request: HttpRequest) -> HttpResponse:
    """The page for a form that arrived after the session had ended (status 401)."""
    return render(request, "errors/signed_out.html", kept_context(request), status=401)
