"""Sign-in, sign-out, password, language; and nothing typed is lost when a session ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import set_language
from audit.history import changes
from tests.factories import PASSWORD, UserFactory, make_subject
from tests.web.pages import text
from trials.models import Site, Trial

NEW = "seven green apples in a bowl"


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(username="wang.li", full_name="Wang Li")


def sign_in(client: Client, username: str = "wang.li", password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("accounts:sign_in"), {"username": username, "password": password, **more})


@pytest.mark.parametrize("username", ["wang.li", "Wang.Li", "WANG.LI"])
def test_a_person_signs_in_whatever_the_case_of_the_name(person: User, username: str) -> None:
    client = Client()
    response = sign_in(client, username)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_wrong_password_is_refused_and_the_name_stays(person: User) -> None:
    response = sign_in(Client(), password="wrong")
    assert "Sign-in name and password do not match" in text(response)
    assert 'value="wang.li"' in text(response)
    assert "wrong" not in text(response).replace("wrong tries", "")


def test_an_unknown_name_is_answered_like_a_wrong_password(person: User) -> None:
    assert "Sign-in name and password do not match" in text(sign_in(Client(), username="nobody"))


def test_an_account_that_may_not_sign_in_is_refused(person: User) -> None:
    from audit.context import acting
    from tests.factories import system

    with acting(by=system(), reason="Left"):
        User.objects.filter(pk=person.pk).update(is_active=False)
    client = Client()
    assert sign_in(client).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_account_of_scheduled_work_cannot_sign_in(db: None) -> None:
    client = Client()
    sign_in(client, username="dermis.system", password="")
    sign_in(client, username="dermis.system", password="!")
    assert "_auth_user_id" not in client.session


def test_the_fifth_wrong_password_locks_the_name_for_half_an_hour(person: User) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        answers = [sign_in(Client(), password="wrong").status_code for _n in range(5)]
        assert answers == [200, 200, 200, 200, 429]
        locked = sign_in(Client())
        assert locked.status_code == 429
        assert "Locked for half an hour" in text(locked)
    with time_machine.travel(now + timedelta(minutes=29), tick=False):
        assert sign_in(Client()).status_code == 429
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        assert sign_in(Client()).status_code == 302


def test_a_locked_name_does_not_lock_a_colleague(person: User) -> None:
    UserFactory(username="chen.yu")
    for _n in range(5):
        sign_in(Client(), password="wrong")
    assert sign_in(Client(), username="chen.yu").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_place(person: User, target: str) -> None:
    assert sign_in(Client(), next=target).headers["Location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(person: User) -> None:
    wanted = reverse("accounts:password_change")
    asked = Client().get(wanted)
    assert asked.headers["Location"] == f"{reverse('accounts:sign_in')}?next={wanted}"
    assert sign_in(Client(), next=wanted).headers["Location"] == wanted


def test_a_session_ends_half_an_hour_after_the_last_page(person: User) -> None:
    client = Client()
    response = sign_in(client)
    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert settings.SESSION_COOKIE_AGE == 30 * 60
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    start = timezone.now()
    page = reverse("accounts:password_change")
    with time_machine.travel(start + timedelta(minutes=29), tick=False):
        assert client.get(page).status_code == 200
    with time_machine.travel(start + timedelta(minutes=58), tick=False):
        assert client.get(page).status_code == 200
    with time_machine.travel(start + timedelta(minutes=89), tick=False):
        assert client.get(page).status_code == 302


def test_sign_out_ends_the_session(person: User) -> None:
    client = Client()
    client.force_login(person)
    assert client.post(reverse("accounts:sign_out")).headers["Location"] == reverse("accounts:sign_in")
    assert client.get("/").status_code == 302


def test_a_form_sent_after_the_session_ended_is_kept_but_its_passwords_are_not(db: None) -> None:
    page = Client().post(
        "/trials/X/subjects/new/?a=1", {"initials": "QWZ", "password": "secret-one", "note": ["a", "b"]}
    )
    assert page.status_code == 401
    assert '<input type="hidden" name="initials" value="QWZ">' in text(page)
    assert text(page).count('name="note"') == 2
    assert 'action="/trials/X/subjects/new/?a=1"' in text(page)
    assert "secret-one" not in text(page)


def test_a_form_without_its_token_is_refused_and_kept(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    page = client.post(reverse("accounts:password_change"), {"note": "QWZ", "new_password1": "secret-one"})
    assert page.status_code == 403
    assert 'name="note" value="QWZ"' in text(page)
    assert "secret-one" not in text(page)


def change(client: Client, new: str = NEW, again: str | None = None, old: str = PASSWORD) -> Any:
    typed = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    return client.post(reverse("accounts:password_change"), typed)


@pytest.fixture
def client_of_person(person: User) -> Iterator[Client]:
    client = Client()
    client.force_login(person)
    return client


def test_a_changed_password_holds_and_keeps_the_session(person: User, client_of_person: Client) -> None:
    assert change(client_of_person).status_code == 302
    assert client_of_person.get(reverse("accounts:password_change")).status_code == 200
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password=NEW).status_code == 302
    last = changes(person, ["password_changed_at"])[-1]
    assert (last.by, last.reason) == ("Wang Li", "Password changed")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"new": "elevenchars"}, "too short"),
        ({"new": "password1234"}, "too common"),
        ({"new": "839201746352"}, "entirely numeric"),
        ({"new": "wang.li.wang"}, "too similar"),
        ({"again": "something else here"}, "match"),
        ({"old": "not the old one"}, "old password"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused(
    person: User, client_of_person: Client, typed: dict[str, str], message: str
) -> None:
    page = change(client_of_person, **typed)
    assert page.status_code == 200
    assert message in text(page)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def choose(client: Client, language: str, target: str = "/") -> Any:
    return client.post(reverse("set_language"), {"language": language, "next": target})


def test_a_chosen_language_holds_for_this_browser_before_sign_in(db: None) -> None:
    client = Client()
    assert choose(client, "zh-hans", "/sign-in/").headers["Location"] == "/sign-in/"
    assert '<html lang="zh-hans">' in text(client.get(reverse("accounts:sign_in")))


def test_the_language_of_the_account_goes_with_the_person(person: User) -> None:
    set_language(user=person, language="zh-hans")
    client = Client()
    sign_in(client)
    assert '<html lang="zh-hans">' in text(client.get(reverse("accounts:password_change")))


def test_a_language_chosen_when_signed_in_is_kept_with_the_account(person: User, client_of_person: Client) -> None:
    choose(client_of_person, "zh-hans")
    person.refresh_from_db()
    assert person.language == "zh-hans"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", ""])
def test_choosing_a_language_never_leads_to_another_place(db: None, target: str) -> None:
    assert choose(Client(), "zh-hans", target).headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(person: User, client_of_person: Client) -> None:
    response = choose(client_of_person, "xx")
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    person.refresh_from_db()
    assert person.language == "en"


def test_initials_are_on_no_page_for_readers_from_outside_the_site(site: Site, trial: Trial, coordinator: User) -> None:
    from tests.factories import make_member

    subject = make_subject(site, coordinator, initials="QWZ", phone="020-5550-1234", contact_note="via spouse")
    places = [
        reverse("workspace:today", args=[trial.registration]),
        reverse("patients:subject-list", args=[trial.registration]),
        reverse("assessments:casebook", args=[trial.registration, subject.number]),
        reverse("patients:eligibility", args=[trial.registration, subject.number]),
        reverse("safety:list", args=[trial.registration]),
    ]
    for role in ("monitor", "safety_monitor", "data_manager", "auditor"):
        client = Client()
        client.force_login(make_member(role, site))
        for place in places:
            page = client.get(place)
            assert page.status_code == 200, (role, place)
            assert [word for word in ("QWZ", "020-5550-1234", "via spouse") if word in text(page)] == [], (role, place)
        assert client.get(reverse("patients:identity", args=[trial.registration, subject.number])).status_code == 403
