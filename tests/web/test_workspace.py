"""The landing page, the protocol, and the people of a trial."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.context import acting
from tests.factories import UserFactory, make_member, make_subject, screened_subject, system
from tests.web.pages import signed_in, text
from trials.models import Site, Trial
from trials.selectors import trials_for


@pytest.fixture
def administrator(trial: Trial) -> User:
    return make_member("administrator", trial=trial)


@pytest.fixture
def office(administrator: User) -> Client:
    return signed_in(administrator)


def of(name: str, trial: Trial, *more: int) -> str:
    return reverse(f"workspace:{name}", args=[trial.registration, *more])


def test_home_opens_the_only_trial_of_a_person(trial: Trial, coordinator: User) -> None:
    assert signed_in(coordinator).get("/").headers["Location"] == of("today", trial)


def test_home_of_a_person_without_a_trial_shows_none(trial: Trial) -> None:
    page = signed_in(UserFactory()).get("/")
    assert page.status_code == 200
    assert trial.registration not in text(page)


def test_today_shows_what_waits_at_the_own_site_only(
    trial: Trial, site: Site, other_site: Site, investigator: User
) -> None:
    screened_subject(site, investigator)
    make_subject(other_site, system())
    page = text(signed_in(investigator).get(of("today", trial)))
    assert "GZ-001" in page
    assert "VIE-001" not in page


def test_the_protocol_is_shown_as_people_read_it(trial: Trial, coordinator: User) -> None:
    page = text(signed_in(coordinator).get(of("protocol", trial)))
    for words in ("Week 12: end of treatment period", "IN01", "EX10", "PASI-50"):
        assert words in page


def test_an_account_is_created_and_its_person_can_sign_in(trial: Trial, office: Client) -> None:
    typed = {
        "username": "li.na",
        "full_name": "Li Na",
        "email": "li.na@example.invalid",
        "language": "en",
        "password": "seven green apples in a bowl",
    }
    page = office.post(of("new-account", trial), typed, follow=True)
    assert "Account of Li Na created." in text(page)
    signed = Client().post(reverse("accounts:sign_in"), {"username": "li.na", "password": typed["password"]})
    assert signed.status_code == 302


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"username": "PERSON.TAKEN"}, "Names are never used again."),
        ({"username": "li na"}, "Use letters, digits and . @ + - _ only."),
        ({"password": "Pw-of-9.x"}, "too short"),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"full_name": ""}, "This field is required."),
    ],
)
def test_a_refused_account_says_why_and_keeps_what_was_typed(
    trial: Trial, office: Client, wrong: dict[str, str], message: str
) -> None:
    UserFactory(username="person.taken")
    typed = {
        "username": "li.na",
        "full_name": "Li Na",
        "email": "li.na@example.invalid",
        "language": "en",
        "password": "seven green apples in a bowl",
        **wrong,
    }
    page = office.post(of("new-account", trial), typed)
    assert message in text(page)
    assert f'value="{typed["username"]}"' in text(page)
    assert typed["password"] not in text(page)
    assert not User.objects.filter(full_name="Li Na").exists()


def test_a_role_is_delegated_and_opens_the_site(trial: Trial, site: Site, office: Client) -> None:
    person = UserFactory()
    page = office.post(of("delegate", trial), {"user": person.pk, "role": "monitor", "site": site.pk}, follow=True)
    assert "Role delegated." in text(page)
    assert signed_in(person).get(of("today", trial)).status_code == 200


def test_a_role_is_not_delegated_twice(trial: Trial, site: Site, coordinator: User, office: Client) -> None:
    page = office.post(of("delegate", trial), {"user": coordinator.pk, "role": "coordinator", "site": site.pk})
    assert page.status_code == 422
    assert "This person already holds this role there." in text(page)


def test_a_delegation_ends_with_a_reason_and_with_it_the_access(trial: Trial, office: Client, site: Site) -> None:
    person = make_member("monitor", site)
    delegation = person.delegations.get()
    page = office.post(of("end-delegation", trial, delegation.pk), {"reason": " "}, follow=True)
    assert "Say why the delegation ends." in text(page)
    assert signed_in(person).get(of("today", trial)).status_code == 200
    page = office.post(of("end-delegation", trial, delegation.pk), {"reason": "Visit is over"}, follow=True)
    assert "Delegation ended." in text(page)
    assert signed_in(person).get(of("today", trial)).status_code == 404


def test_a_role_holds_until_the_moment_it_ends(trial: Trial, site: Site) -> None:
    person, start = make_member("monitor", site), timezone.now()
    delegation = person.delegations.get()
    delegation.ends_at = start + timedelta(days=1)
    with acting(by=system(), reason="Planned"):
        delegation.save(update_fields=["ends_at"])
    with time_machine.travel(start + timedelta(hours=23), tick=False):
        assert trials_for(person).exists()
    with time_machine.travel(start + timedelta(days=1), tick=False):
        assert not trials_for(person).exists()


@pytest.mark.parametrize("both", [True, False], ids=["site and every site", "neither"])
def test_where_a_role_holds_must_be_said_once(trial: Trial, site: Site, office: Client, both: bool) -> None:
    person = UserFactory()
    place = {"site": site.pk, "every_site": "on"} if both else {}
    page = office.post(of("delegate", trial), {"user": person.pk, "role": "monitor", **place})
    assert "Choose one site, or tick every site of the trial." in text(page)
    assert not person.delegations.exists()


def test_nobody_delegates_a_role_to_themselves(trial: Trial, site: Site, administrator: User, office: Client) -> None:
    typed = {"user": administrator.pk, "role": "coordinator", "site": site.pk}
    page = office.post(of("delegate", trial), typed)
    assert "Nobody delegates a role to themselves" in text(page)
    assert administrator.delegations.count() == 1
