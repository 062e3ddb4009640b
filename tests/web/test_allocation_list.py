"""The page of the random list, and that nobody who enrols learns anything of what comes next."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLES
from patients.models import AllocationList, Subject
from patients.services import allocation
from patients.services.allocation import make_allocation_list, places_of
from patients.services.enrolment import enrol
from tests.architecture.test_permission_table import PATTERNS
from tests.factories import (
    eligible_subject,
    enrolled_subject,
    make_member,
    make_randomised_trial,
    make_site,
    make_trial,
    system,
)
from tests.web.pages import signed_in, text
from trials.models import Delegation, Site, Trial
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def trial(db: None) -> Trial:
    return make_randomised_trial(target=20)


@pytest.fixture
def uc_msc(db: None) -> Trial:
    """NCT03424629: low dose, high dose or methotrexate, given at random at each site."""
    return make_trial("NCT03424629")


@pytest.fixture
def statistician(trial: Trial) -> User:
    return make_member("statistician", trial=trial, full_name="Lin Tao")


def address(trial: Trial) -> str:
    return reverse("workspace:allocation", args=[trial.registration])


def test_the_page_proposes_block_lengths_and_says_that_the_list_is_made_once(
    trial: Trial, site: Site, statistician: User
) -> None:
    page = text(signed_in(statistician).get(address(trial)))
    assert "made once, and never again" in page
    assert 'value="3, 6"' in page


def test_the_list_is_made_on_confirmation_and_then_only_counted(
    trial: Trial, site: Site, statistician: User, investigator: User
) -> None:
    office = signed_in(statistician)
    page = text(office.post(address(trial), {"block_sizes": "3,6", "confirmed": "on"}, follow=True))
    made = AllocationList.objects.get()
    assert "Yes, every place" in page
    assert "Lin Tao" in page
    assert "3, 6" in page
    assert "AD-MSCs group: 1; High dose: 1; Highest dose: 1" in page
    assert made.seed not in page
    enrolled_subject(site, investigator)
    page = text(office.get(address(trial)))
    assert f'data-label="Places">{made.places.count()}</td>' in page
    assert 'data-label="Given">1</td>' in page
    again = office.post(address(trial), {"block_sizes": "3,6", "confirmed": "on"})
    assert again.status_code == 409
    assert AllocationList.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"block_sizes": "3, 6"}, "This field is required."),
        ({"block_sizes": "3", "confirmed": "on"}, "at least two different block lengths"),
        ({"block_sizes": "3, 4", "confirmed": "on"}, "multiple of 3"),
        ({"block_sizes": "three", "confirmed": "on"}, "whole numbers"),
        ({"block_sizes": "3, 99999999", "confirmed": "on"}, "whole numbers"),
    ],
)
def test_refused_block_lengths_stay_on_the_page_with_the_reason(
    trial: Trial, site: Site, statistician: User, typed: dict[str, str], message: str
) -> None:
    page = signed_in(statistician).post(address(trial), typed)
    assert page.status_code == 422
    assert message in text(page)
    assert f'value="{typed["block_sizes"]}"' in text(page)
    assert not AllocationList.objects.exists()


def test_a_trial_that_does_not_randomise_says_so(db: None) -> None:
    trial = make_trial()
    office = signed_in(make_member("statistician", trial=trial))
    assert "The protocol gives no arm at random" in text(office.get(address(trial)))
    assert office.post(address(trial), {"block_sizes": "3, 6", "confirmed": "on"}).status_code == 409


@pytest.mark.parametrize("role", ["coordinator", "investigator"])
def test_who_enrols_anywhere_in_the_trial_sees_no_list_even_as_its_statistician(
    trial: Trial, site: Site, other_site: Site, statistician: User, role: str
) -> None:
    delegate(user=statistician, trial=trial, role=ROLES[role], site=other_site, by=system())
    page = signed_in(statistician).get(address(trial))
    assert page.status_code == 403
    assert "Who enrols subjects must not know the random list." in text(page)
    sent = signed_in(statistician).post(address(trial), {"block_sizes": "3, 6", "confirmed": "on"})
    assert sent.status_code == 403
    assert not AllocationList.objects.exists()


def addresses_to_read(subjects: list[Subject]) -> list[str]:
    """Every address of the project, for each of the subjects where it names one."""
    found = set()
    for name, pattern in PATTERNS.items():
        for subject in subjects:
            values = {
                "registration": subject.site.trial.registration,
                "number": subject.number,
                "code": "W0",
                "visit_code": "W0",
                "form_code": "pasi",
                "event_number": 1,
                "pk": Delegation.objects.filter(trial=subject.site.trial).earliest("pk").pk,
            }
            wanted = re.findall(r"<\w+:(\w+)>", pattern)
            found.add(reverse(name, kwargs={key: values.get(key, "1") for key in wanted}))
    return sorted(found)


def what_is_read(people: list[User], subjects: list[Subject]) -> Iterator[tuple[tuple[str, str], str]]:
    """What each person reads at each address, and in what a refused enrolment answers, without tokens."""
    addresses = addresses_to_read(subjects)
    for person in people:
        client = signed_in(person)
        for url in addresses:
            response = client.get(url)
            yield (person.username, url), f"{response.status_code} {body(response)}"
            if not client.cookies[settings.SESSION_COOKIE_NAME].value:
                client = signed_in(person)  # reading one of them signs out
        for subject in subjects:
            url = reverse("patients:enrol", args=[subject.site.trial.registration, subject.number])
            for typed in ({}, {"enrolled_on": "2026-05-20"}, {"enrolled_on": "2026-05-21", "confirmed": "on"}):
                response = client.post(url, typed)
                yield (person.username, f"{url} {typed}"), f"{response.status_code} {body(response)}"


def body(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    page = content.decode(errors="replace") + response.headers.get("Location", "")
    return re.sub(r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"', "", page)


def seed_that_begins(first: str, second: str, stratum: str) -> str:
    """A seed whose list gives these two arms first."""
    shares = {"LOW": 1, "HIGH": 1, "MTX": 1}
    for number in range(10_000):
        seed = f"{number:064x}"
        made = AllocationList(seed=seed, block_sizes=[3, 6], shares=shares)
        if [place.arm for place in places_of(made, stratum, 2)[:2]] == [first, second]:
            return seed
    raise AssertionError("no seed found")


def test_whatever_the_next_place_gives_nobody_who_enrols_reads_anything_else(
    uc_msc: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(uc_msc)
    investigator, coordinator = make_member("investigator", site), make_member("coordinator", site)
    enrolled, waiting = eligible_subject(site, investigator), eligible_subject(site, investigator)
    people = [coordinator, investigator]
    read = {}
    for second in ("HIGH", "MTX"):
        seed = seed_that_begins("LOW", second, site.code)
        monkeypatch.setattr(allocation.secrets, "token_hex", lambda _bytes, seed=seed: seed)
        with transaction.atomic():
            made = make_allocation_list(trial=uc_msc, block_sizes=[3, 6], by=system())
            enrol(subject=enrolled, enrolled_on=site.today(), by=investigator)
            read[second] = dict(what_is_read(people, [enrolled, waiting]))
            assert not [place for place, page in read[second].items() if seed in page]
            assert enrol(subject=waiting, enrolled_on=site.today(), by=investigator).arm_code == second
            assert made.places.count() > 2
            transaction.set_rollback(True)
    pages = read["HIGH"]
    assert sum(page.startswith("200") for page in pages.values()) > 20
    assert {place for place, page in pages.items() if page != read["MTX"][place]} == set()


def test_the_crawl_notices_a_page_that_depends_on_an_arm(uc_msc: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """The given arm does show: two lists that differ in it are told apart by the same crawl."""
    site = make_site(uc_msc)
    investigator, coordinator = make_member("investigator", site), make_member("coordinator", site)
    subject = eligible_subject(site, investigator)
    read: dict[tuple[str, str], str] = {}
    for first in ("LOW", "HIGH"):
        seed = seed_that_begins(first, "MTX", site.code)
        monkeypatch.setattr(allocation.secrets, "token_hex", lambda _bytes, seed=seed: seed)
        with transaction.atomic():
            make_allocation_list(trial=uc_msc, block_sizes=[3, 6], by=system())
            enrol(subject=subject, enrolled_on=site.today(), by=investigator)
            crawl = what_is_read([coordinator], [subject])
            if first == "LOW":
                read = dict(crawl)
            else:
                assert any(read[place] != page for place, page in crawl)
            transaction.set_rollback(True)
