"""The incidence of events over a record written by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import User
from clinical.safety.incidence import Category, Count, clopper_pearson
from patients.models import Subject
from patients.services.consent import withdraw_consent
from safety.selectors.incidence import Incidence, incidence_of
from tests.factories import enrolled_subject, infused_subject, make_member
from tests.factories.desk import SERIOUS, make_event
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

RELATED: dict[str, Any] = {"relation": "possible"}


@pytest.fixture
def reader(trial: Trial, site: Site) -> User:
    return make_member("safety_monitor", trial=trial)


def treated(site: Site, by: User, days_ago: int = 10) -> Subject:
    return infused_subject(site, by, days_ago=days_ago)


def day(subject: Subject, days: int) -> str:
    """So many days after the first treatment, as it is entered."""
    assert subject.first_treatment_on is not None
    return (subject.first_treatment_on + timedelta(days=days)).isoformat()


def cells(found: Incidence) -> dict[str, tuple[int, int, int]]:
    """Subjects, treated and events of all arms, by line."""
    lines = [*found.table.categories, *found.table.terms]
    return {line.name: (line.in_all.subjects, line.in_all.treated, line.in_all.events) for line in lines}


def test_the_table_is_that_counted_by_hand(trial: Trial, site: Site, investigator: User, reader: User) -> None:
    one, two, three = (treated(site, investigator) for _ in range(3))
    enrolled_subject(site, investigator)
    make_event(one, onset=day(one, 0), term_code="fever", grade=1, **RELATED)
    make_event(one, onset=day(one, 3), term=" sore  THROAT", grade=3)
    make_event(one, onset=day(one, 4), term="Sore throat", grade=2, **SERIOUS, **RELATED)
    make_event(two, onset=day(two, 1), term="fever", grade=2, is_special_interest=True)
    make_event(two, onset=day(two, 2), term="Clot", grade=4, **SERIOUS)
    found = incidence_of(trial, reader)
    assert cells(found) == {
        Category.ANY: (2, 3, 5),
        Category.RELATED: (1, 3, 2),
        Category.SERIOUS: (2, 3, 2),
        Category.SERIOUS_RELATED: (1, 3, 1),
        Category.SEVERE: (2, 3, 2),
        Category.SPECIAL_INTEREST: (1, 3, 1),
        "fever": (2, 3, 2),
        "clot": (1, 3, 1),
        "sore throat": (1, 3, 2),
    }
    assert found.terms == {"fever": "Fever", "sore throat": "Sore  THROAT", "clot": "Clot"}
    assert found.table.categories[0].in_all == Count(2, 3, 5, (0, 0, 1, 1, 0), clopper_pearson(2, 3))
    assert (found.treated_in_all, found.table.not_counted, three.number) == (3, (), "GZ-003")


def test_of_seven_treated_without_an_event_the_share_is_at_most_41_per_cent(
    trial: Trial, site: Site, investigator: User, reader: User
) -> None:
    for _ in range(7):
        treated(site, investigator)
    [line] = [each for each in incidence_of(trial, reader).table.categories if each.name == Category.SERIOUS_RELATED]
    assert line.in_all.interval is not None
    assert (line.in_all.share, line.in_all.interval.low, round(100 * line.in_all.interval.high, 2)) == (0, 0, 40.96)


@pytest.mark.parametrize(
    ("onset", "counts"),
    [("2026-05-09", False), ("2026-05-10", True), ("2026-05", True), ("2026-04", False), ("2026", True)],
)
def test_an_event_that_can_only_have_begun_before_the_first_treatment_is_not_counted(
    trial: Trial, site: Site, investigator: User, reader: User, onset: str, counts: bool
) -> None:
    subject = infused_subject(site, investigator, days_ago=10, consent_before=20)
    assert subject.first_treatment_on == date(2026, 5, 10)
    make_event(subject, onset=onset)
    found = incidence_of(trial, reader).table
    assert (found.categories[0].in_all.events, len(found.not_counted)) == ((1, 0) if counts else (0, 1))


def test_subjects_who_withdrew_the_use_of_their_data_are_left_out(
    trial: Trial, site: Site, investigator: User, reader: User
) -> None:
    stays, leaves = treated(site, investigator), treated(site, investigator)
    for subject in (stays, leaves):
        make_event(subject)
    withdraw_consent(
        subject=leaves, scope="data_use", withdrawn_on=site.today(), reason="Asked by letter", by=investigator
    )
    assert cells(incidence_of(trial, reader))[Category.ANY] == (1, 1, 1)


def test_a_reader_of_one_site_counts_the_subjects_of_that_site(
    trial: Trial, site: Site, other_site: Site, investigator: User
) -> None:
    make_event(treated(site, investigator))
    elsewhere = make_member("investigator", other_site)
    make_event(treated(other_site, elsewhere))
    assert cells(incidence_of(trial, elsewhere))[Category.ANY] == (1, 1, 1)


def test_before_anybody_is_treated_there_is_nothing_to_count(trial: Trial, site: Site, reader: User) -> None:
    found = incidence_of(trial, reader)
    assert (found.treated_in_all, dict(found.arms), found.table.terms) == (0, {}, ())
