"""Events that were recorded with whole days have these as entered after the migration, signed by the system."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import User
from audit.history import changes
from safety.models import AdverseEvent
from safety.services import record_adverse_event
from tests.factories import make_subject
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

MIGRATION = import_module("safety.migrations.0003_days_as_entered")


def event_of(site: Site, by: User, ended: str) -> AdverseEvent:
    """An event whose days as entered differ from the stored days, as those of earlier events do."""
    return record_adverse_event(
        subject=make_subject(site, by, date(2026, 5, 1)),
        fields={
            "term": "Fever",
            "onset": "2026-05",
            "ended": ended,
            "grade": 1,
            "is_serious": False,
            "relation": "possible",
            "action_taken": "dose_not_changed",
            "outcome": "recovered" if ended else "recovering",
        },
        by=by,
    )


@pytest.mark.parametrize(("ended", "entered"), [("2026-05", "2026-05-20"), ("", "")])
def test_the_stored_days_are_those_that_were_entered(site: Site, coordinator: User, ended: str, entered: str) -> None:
    event = event_of(site, coordinator, ended)
    MIGRATION.enter_days(apps, None)
    event.refresh_from_db()
    assert (event.onset, event.onset_on) == ("2026-05-01", date(2026, 5, 1))
    assert event.ended == entered


def test_the_system_account_signs_with_the_reason(site: Site, coordinator: User) -> None:
    event = event_of(site, coordinator, "2026-05")
    MIGRATION.enter_days(apps, None)
    last = changes(event, ["onset"])[-1]
    assert (last.by, last.reason, last.after) == (str(User.objects.system()), MIGRATION.REASON, "2026-05-01")


@pytest.mark.django_db
def test_without_events_nothing_is_signed() -> None:
    MIGRATION.enter_days(apps, None)
    assert not AdverseEvent.objects.exists()
