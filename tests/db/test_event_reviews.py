"""Who has reviewed which version of an event, and what has changed since."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.context import acting
from patients.models import Subject
from safety.models import EventReview
from safety.selectors.listing import EventFilter, events_of_trial
from safety.selectors.reviews import disagreements, standing_for
from safety.services import ChangedMeanwhile
from safety.services.reviews import mark_reviewed
from tests.factories import make_member, make_site, make_subject, make_trial, system
from tests.factories.desk import change_event, make_event, plan_safety
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def monitor(trial: Trial, site: Site) -> User:
    return make_member("safety_monitor", trial=trial)


@pytest.fixture
def subject(site: Site) -> Subject:
    return make_subject(site, system())


def states(trial: Trial, user: User) -> dict[str, list[str]]:
    """The terms that each review filter lists."""
    return {
        state: [
            event.term
            for event in events_of_trial(
                trial=trial, user=user, wanted=EventFilter(review=state), reviewed_by=user, sort="event"
            )
        ]
        for state in ("not_reviewed", "changed", "reviewed")
    }


def test_an_event_goes_from_not_reviewed_to_reviewed_to_changed_and_back(
    trial: Trial, subject: Subject, monitor: User
) -> None:
    event = make_event(subject)
    make_event(subject, term="Headache")
    assert states(trial, monitor) == {"not_reviewed": ["Fever", "Headache"], "changed": [], "reviewed": []}
    mark_reviewed(event=event, seen_version=1, by=monitor)
    assert states(trial, monitor) == {"not_reviewed": ["Headache"], "changed": [], "reviewed": ["Fever"]}
    change_event(event, grade=2)
    assert states(trial, monitor) == {"not_reviewed": ["Headache"], "changed": ["Fever"], "reviewed": []}
    mark_reviewed(event=event, seen_version=2, by=monitor)
    assert states(trial, monitor) == {"not_reviewed": ["Headache"], "changed": [], "reviewed": ["Fever"]}


def test_a_review_is_that_of_one_person(trial: Trial, subject: Subject, monitor: User) -> None:
    other = make_member("safety_monitor", trial=trial)
    event = make_event(subject)
    mark_reviewed(event=event, seen_version=1, note=" Seen on the ward ", by=monitor)
    assert states(trial, other)["not_reviewed"] == ["Fever"]
    standing = standing_for(other, event)
    assert (standing.state, standing.since) == ("not_reviewed", ())
    assert [(review.reviewer, review.note) for review in standing.reviews] == [(monitor, "Seen on the ward")]


@pytest.mark.usefixtures("committed_db")
def test_what_changed_since_is_named_save_by_save_newest_first() -> None:
    site = make_site(make_trial())
    monitor, doctor = make_member("safety_monitor", trial=site.trial), make_member("investigator", site)
    event = make_event(make_subject(site, system()))
    lines = [(event.onset_on, 2)]
    change_event(event, grade=2, grade_changes=lines)
    mark_reviewed(event=event, seen_version=2, by=monitor)
    change_event(event, grade=3, grade_changes=[])
    stored = change_event(event, doctor, relation="possible", grade_changes=[(event.onset_on, 3)])
    since = standing_for(monitor, stored).since
    assert [(save.by, save.reason, {value.label for value in save.changes}) for save in since] == [
        (str(doctor), "Source read again", {"Relation to the cell product", f"Grade from {event.onset_on}"}),
        (str(system()), "Source read again", {"Severity grade", f"Grade from {event.onset_on}"}),
    ]


def test_a_version_that_was_not_seen_cannot_be_marked(subject: Subject, monitor: User) -> None:
    event = make_event(subject)
    change_event(event, grade=2)
    with pytest.raises(ChangedMeanwhile):
        mark_reviewed(event=event, seen_version=1, by=monitor)
    assert not EventReview.objects.exists()


def test_a_version_is_marked_once(subject: Subject, monitor: User) -> None:
    event = make_event(subject)
    mark_reviewed(event=event, seen_version=1, by=monitor)
    with pytest.raises(ValidationError, match="already"):
        mark_reviewed(event=event, seen_version=1, note="Again", by=monitor)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=monitor):
        EventReview.objects.create(event=event, reviewer=monitor, event_version=1)


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ({"term": "Chills"}, "of special interest"),
        ({"term": "Chills", "is_special_interest": True}, ""),
        ({"grade": 2, "expectedness": "unexpected"}, "recorded as unexpected"),
        ({"grade": 2, "expectedness": "expected"}, ""),
        ({"grade": 3, "expectedness": "expected"}, "recorded as expected"),
        ({"grade": 3, "expectedness": "unexpected"}, ""),
        ({"grade": 3, "expectedness": "unknown"}, ""),
    ],
)
def test_what_is_otherwise_than_the_protocol_says_is_pointed_out(
    trial: Trial, site: Site, recorded: dict[str, object], said: str
) -> None:
    plan_safety(trial)
    found = disagreements(make_event(make_subject(site, system()), **recorded))
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_without_a_plan_of_safety_nothing_is_pointed_out(subject: Subject) -> None:
    assert disagreements(make_event(subject, term="Chills", expectedness="expected")) == []
