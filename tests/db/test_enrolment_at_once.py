"""Many people enrol in the same moment: numbers and places follow each other, and no limit is passed.

Real transactions on connections of their own; a barrier lets all begin together.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from patients.models import Allocation, AllocationList, Subject, SubjectStatus
from patients.services.allocation import make_allocation_list, places_of
from patients.services.enrolment import enrol
from tests.factories import (
    eligible_subject,
    make_member,
    make_randomised_trial,
    make_site,
    make_subject,
    make_trial,
    system,
)
from tests.worlds import at_noon
from trials.models import Site, Trial
from trials.policies import NotAllowedNow
from trials.services import place_hold, set_enrolment_cap, set_enrolment_target

pytestmark = pytest.mark.usefixtures("clock")

CROWD = 20


@at_noon
def twenty_here_and_ten_there() -> None:
    """Eligible subjects, of whom nobody is enrolled yet, at the sites GZ and VIE."""
    trial = make_trial("NCT03424629")
    doctor = make_member("investigator", trial=trial, username="doctor")
    for code, count in (("GZ", CROWD), ("VIE", CROWD // 2)):
        site = make_site(trial, code)
        for _n in range(count):
            eligible_subject(site, doctor)


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Callable[[], None] | None:
    return twenty_here_and_ten_there if "here" in request.fixturenames else None


@pytest.fixture
def trial(committed_db: None) -> Trial:
    """Three arms given at random, a list for each site."""
    return Trial.objects.first() or make_trial("NCT03424629")


@pytest.fixture
def site(trial: Trial) -> Site:
    return trial.sites.filter(code="GZ").first() or make_site(trial)


@pytest.fixture
def doctor(trial: Trial) -> User:
    return User.objects.filter(username="doctor").first() or make_member("investigator", trial=trial)


@pytest.fixture
def here(site: Site) -> list[Subject]:
    """Twenty who can be enrolled."""
    return list(Subject.objects.filter(site=site).order_by("number"))


@pytest.fixture
def there(trial: Trial) -> list[Subject]:
    """Ten at another site, together with `here`."""
    return list(Subject.objects.filter(site__trial=trial, site__code="VIE").order_by("number"))


def made_list(trial: Trial) -> AllocationList:
    return make_allocation_list(trial=trial, block_sizes=[3, 6], by=system())


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What each piece of work gives back, or the refusal it met; all begin together."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=30)
            return work()
        except NotAllowedNow as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def enrolment(subject: Subject, by: User) -> Callable[[], Subject]:
    return lambda: enrol(subject=subject, enrolled_on=subject.site.today(), by=by)


def given(site: Site) -> list[tuple[int, int, str, str]]:
    """Enrolment number, place, arm of the place and arm of the subject of everybody enrolled at the site."""
    rows = Allocation.objects.filter(subject__site=site).order_by("subject__enrolment_number")
    return list(
        rows.values_list("subject__enrolment_number", "place__position", "place__arm_code", "subject__arm_code")
    )


def expected(made: AllocationList, site: Site, count: int) -> list[tuple[int, int, str, str]]:
    places = places_of(made, site.code, count)[:count]
    return [(place.position, place.position, place.arm, place.arm) for place in places]


def test_twenty_registrations_at_once_get_twenty_consecutive_numbers(site: Site, doctor: User) -> None:
    works = [lambda: make_subject(site, doctor).number for _n in range(CROWD)]
    assert sorted(at_once(works)) == [f"GZ-{n:03d}" for n in range(1, CROWD + 1)]


def test_twenty_enrolments_at_once_get_twenty_numbers_and_the_places_of_the_list_in_order(
    trial: Trial, site: Site, doctor: User, here: list[Subject]
) -> None:
    made = made_list(trial)
    assert all(isinstance(done, Subject) for done in at_once([enrolment(subject, doctor) for subject in here]))
    assert given(site) == expected(made, site, CROWD)


def test_one_subject_is_enrolled_once_however_often_it_is_sent(trial: Trial, doctor: User, here: list[Subject]) -> None:
    made_list(trial)
    answers = at_once([enrolment(here[0], doctor)] * 5)
    assert sum(isinstance(answer, Subject) for answer in answers) == 1
    assert Allocation.objects.count() == 1


def test_of_twenty_who_enrol_at_once_at_two_sites_exactly_ten_reach_the_target(
    trial: Trial, site: Site, doctor: User, here: list[Subject], there: list[Subject]
) -> None:
    made, other = made_list(trial), there[0].site
    set_enrolment_target(trial=trial, target=10, reason="Pilot", by=system())
    subjects = [subject for pair in zip(here, there, strict=False) for subject in pair]
    answers = at_once([enrolment(subject, doctor) for subject in subjects])
    assert sum(isinstance(answer, NotAllowedNow) for answer in answers) == 10
    first, second = given(site), given(other)
    assert len(first) + len(second) == 10
    assert (first, second) == (expected(made, site, len(first)), expected(made, other, len(second)))
    assert Subject.objects.filter(pk__in=[one.pk for one in subjects], status=SubjectStatus.ELIGIBLE).count() == 10


def test_of_twenty_who_enrol_at_once_exactly_ten_reach_the_limit_of_the_site(
    trial: Trial, site: Site, doctor: User, here: list[Subject]
) -> None:
    made = made_list(trial)
    set_enrolment_cap(site=site, cap=10, reason="Contract", by=system())
    answers = at_once([enrolment(subject, doctor) for subject in here])
    assert sum(isinstance(answer, NotAllowedNow) for answer in answers) == 10
    assert given(site) == expected(made, site, 10)


def test_two_sites_at_once_share_one_list_without_a_place_given_twice(committed_db: None) -> None:
    trial = make_randomised_trial(allocation="\n[allocation]\nstratified_by = []\n")
    sites = [make_site(trial, "GZ"), make_site(trial, "VIE")]
    doctor = make_member("investigator", trial=trial)
    made = made_list(trial)
    subjects = [eligible_subject(place, doctor) for _n in range(6) for place in sites]
    answers = at_once([enrolment(subject, doctor) for subject in subjects])
    assert all(isinstance(answer, Subject) for answer in answers)
    rows = Allocation.objects.order_by("place__position").values_list("place__position", "arm_code")
    assert list(rows) == [(place.position, place.arm) for place in places_of(made, "", 12)[:12]]


def test_two_sites_at_once_follow_each_its_own_list(
    trial: Trial, site: Site, doctor: User, here: list[Subject], there: list[Subject]
) -> None:
    made, other = made_list(trial), there[0].site
    at_once([enrolment(subject, doctor) for pair in zip(here[:6], there[:6], strict=True) for subject in pair])
    assert given(site) == expected(made, site, 6)
    assert given(other) == expected(made, other, 6)


def test_nobody_is_enrolled_after_a_stop_that_was_placed_among_enrolments(
    trial: Trial, site: Site, doctor: User, here: list[Subject]
) -> None:
    made = made_list(trial)

    def stop() -> int:
        place_hold(trial=trial, site=None, reason="Two fevers", by=system())
        return Subject.objects.filter(enrolled_on__isnull=False).count()

    works: list[Callable[[], Any]] = [enrolment(subject, doctor) for subject in here[:10]]
    answers = at_once([*works[:5], stop, *works[5:]])
    enrolled = sum(isinstance(answer, Subject) for answer in answers)
    assert answers[5] == enrolled
    assert all(isinstance(answer, Subject | NotAllowedNow) for answer in answers[:5] + answers[6:])
    assert given(site) == expected(made, site, enrolled)


def test_a_list_that_two_make_at_once_is_made_once(trial: Trial, site: Site) -> None:
    answers = at_once([lambda: made_list(trial)] * 4)
    assert sum(isinstance(answer, AllocationList) for answer in answers) == 1
    assert AllocationList.objects.count() == 1
