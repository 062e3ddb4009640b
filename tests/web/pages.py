"""Opening pages without a browser, and reading them."""

import re
from typing import Any

from django.test import Client

from accounts.models import User


def signed_in(user: User) -> Client:
    """Somebody at a desk who has signed in."""
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    """The page as it is sent, each run of blanks as one."""
    return " ".join(response.content.decode().split())


def words(response: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
