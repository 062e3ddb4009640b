"""People at their desks."""

from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def nurse(coordinator: Any) -> Client:
    """The coordinator of the site GZ, signed in."""
    from tests.web.pages import signed_in

    return signed_in(coordinator)


@pytest.fixture
def doctor(investigator: Any) -> Client:
    """The investigator of the site GZ, signed in."""
    from tests.web.pages import signed_in

    return signed_in(investigator)
