"""The request of a signed-in person."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """Sign-in is required everywhere (`accounts.middleware`), so a view may rely on a real user."""

    user: User
