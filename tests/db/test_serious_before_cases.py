"""Serious events that were recorded before there were cases have one after the migration, and their clocks run."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from audit.history import changes
from notifications.models import Reminder
from safety.models import AdverseEvent, ReportVersion, SeriousCase
from safety.selectors.clocks import clocks_of
from safety.services import correct_adverse_event, open_case, record_adverse_event
from tests import database
from tests.factories import make_site, make_subject, make_trial, system
from tests.factories.serious import REACTION
from tests.worlds import at_noon

pytestmark = pytest.mark.usefixtures("committed_db")

MILD: dict[str, Any] = {"grade": 1, "is_serious": False, "caused_hospitalisation": False}
BECAME: dict[str, Any] = {"is_serious": True, "caused_hospitalisation": True}


@at_noon
def recorded_before() -> None:
    """Of one trial, in this order: serious at the second site, never serious, become serious at the first site, and a
    serious one whose case was opened by hand before the rest; of another trial, one."""
    trial = make_trial()
    first, second = make_site(trial, "GZ"), make_site(trial, "VIE")
    for site, term, fields in (
        (second, "Stroke", {}),
        (first, "Itching", MILD),
        (first, "Fever", MILD),
        (first, "Chills", {}),
    ):
        _record(site, term, fields)
    _record(make_site(make_trial(registration="NCT03745417"), "GZ"), "Thrombosis", {})
    fever = AdverseEvent.objects.get(term="Fever")
    correct_adverse_event(event=fever, fields=BECAME, reason="Letter", seen_version=1, by=system())
    name = connection.settings_dict["NAME"]
    connection.close()
    database.migrate(name, "safety", "0001")
    database.migrate(name, "safety", "0004")
    open_case(event=AdverseEvent.objects.get(term="Chills"), by=system())
    connection.close()
    database.migrate(name)


def _record(site: Any, term: str, fields: dict[str, Any]) -> None:
    subject = make_subject(site, system())
    onset = site.today().isoformat()
    fields = {**REACTION, "term": term, "term_code": "other", "onset": onset, "relation": "possible", **fields}
    record_adverse_event(subject=subject, fields=fields, by=system())


@pytest.fixture
def start() -> Callable[[], None]:
    return recorded_before


def test_each_serious_event_has_one_case_numbered_within_its_trial_in_the_order_of_recording() -> None:
    cases = SeriousCase.objects.order_by("event_id").values_list("event__term", "number", "state", "is_susar")
    assert list(cases) == [
        ("Stroke", 2, "draft", None),
        ("Fever", 3, "draft", None),
        ("Chills", 1, "draft", None),
        ("Thrombosis", 1, "draft", None),
    ]
    assert SeriousCase.objects.exclude(day_zero=None).count() == 0


def test_each_case_has_a_first_draft_with_what_the_event_tells() -> None:
    for case in SeriousCase.objects.all():
        draft = ReportVersion.objects.get(case=case)
        assert (draft.number, draft.narrative, draft.submitted_at) == (1, REACTION["narrative"], None)


def test_the_site_knew_since_it_was_recorded_as_serious_so_its_clock_runs() -> None:
    for term, label in (("Stroke", "insert"), ("Fever", "update")):
        event = AdverseEvent.objects.get(term=term)
        (became,) = (change for change in changes(event, ["is_serious"]) if change.after)
        assert became.action == label
        assert event.serious_known_at == became.at.replace(second=0, microsecond=0)
        (clock,) = clocks_of(event.case, timezone.now())
        assert (clock.kind, clock.is_running) == ("site_to_sponsor", True)


def test_the_system_account_signs_with_the_reason_and_counts_the_version() -> None:
    event = AdverseEvent.objects.get(term="Stroke")
    last = changes(event, ["version"])[-1]
    assert (last.before, last.after, last.by) == (1, 2, str(User.objects.system()))
    assert last.reason == "Recorded as serious before there were cases"
    assert {change.by for change in changes(event.case)} == {str(User.objects.system())}


def test_an_event_that_is_not_serious_is_left_alone_and_nobody_is_told_by_the_migration() -> None:
    mild = AdverseEvent.objects.get(term="Itching")
    assert (mild.version, mild.serious_known_at, hasattr(mild, "case")) == (1, None, False)
    assert not Reminder.objects.exists()
