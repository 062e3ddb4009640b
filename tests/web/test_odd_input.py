"""What nobody types on purpose is refused with a page, never with a failure of ours."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Visit
from tests.factories import (
    UserFactory,
    clear,
    enrolled_subject,
    make_member,
    make_site,
    make_subject,
    take_place,
)
from tests.web.pages import signed_in
from trials.models import Delegation, Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

INFUSION = {
    "assessed_on": "2026-05-20",
    "version": "0",
    "product_lot": "AD-2301",
    "weight_kg": "70.0",
    "viable_million_per_ml": "0.5",
    "volume_ml": "70",
}


@pytest.fixture
def screening(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def of(name: str, visit: Visit, code: str) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def first_infusion(site: Site, by: User) -> Visit:
    visit = take_place(enrolled_subject(site, by), "W0", by)
    clear(visit, by)
    return visit


@pytest.mark.parametrize(
    "slip",
    [
        {"viable_million_per_ml": "500", "volume_ml": "150"},
        {"viable_million_per_ml": "0.001", "weight_kg": "300"},
        {"viable_million_per_ml": "1000", "volume_ml": "2000"},
    ],
)
def test_a_dose_that_cannot_be_is_refused_beside_the_values(
    site: Site, investigator: User, slip: dict[str, str]
) -> None:
    address = of("form-edit", first_infusion(site, investigator), "infusion")
    page = signed_in(investigator).post(address, {**INFUSION, **slip})
    assert page.status_code == 422
    assert "which cannot be" in page.content.decode()


@pytest.mark.parametrize(("code", "moment"), [("GZ", "0001-01-01 00:00"), ("STJ", "9999-12-31 23:59")])
def test_a_moment_at_the_end_of_the_calendar_leaves_no_row_that_nobody_can_read(
    trial: Trial, code: str, moment: str
) -> None:
    site = make_site(trial, code)
    investigator = make_member("investigator", site)
    address = of("form-edit", first_infusion(site, investigator), "infusion")
    sent = {**INFUSION, "assessed_on": str(site.today()), "product_expires_at": moment}
    client = signed_in(investigator)
    assert client.post(address, sent).status_code == 422
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("day", ["2026-05-21", "2026-05-19", "0001-01-01", "9999-12-31"])
def test_a_form_is_not_assessed_in_the_future_or_before_consent(screening: Visit, coordinator: User, day: str) -> None:
    sent = {"assessed_on": day, "version": "0", "head_palms": "1"}
    assert signed_in(coordinator).post(of("form-edit", screening, "bsa"), sent).status_code == 422


@pytest.mark.parametrize(
    ("name", "sent", "status"),
    [
        ("form-edit", {"head_palms": "2", "reason": "  "}, 302),
        ("form-edit", {"head_palms": "2", "version": "1" * 5000}, 409),
        ("form-not-done", {"reason_not_done": "x" * 201}, 302),
        ("form-not-done", {"reason_not_done": "x\0"}, 400),
    ],
)
def test_a_draft_survives_odd_input(
    screening: Visit, coordinator: User, name: str, sent: dict[str, Any], status: int
) -> None:
    client, draft = signed_in(coordinator), {"assessed_on": "2026-05-20", "head_palms": "1"}
    client.post(of("form-edit", screening, "bsa"), {**draft, "version": "0"})
    page = client.post(of(name, screening, "bsa"), {**draft, "version": "1", **sent})
    assert page.status_code == status
    assert client.get(of("form-edit", screening, "bsa")).status_code == 200


@pytest.mark.parametrize("path", ["subjects/?search=%00", "subjects/?status=%00", "subjects/%00/", "%00/"])
def test_a_null_character_in_an_address_is_refused(trial: Trial, coordinator: User, path: str) -> None:
    assert signed_in(coordinator).get(f"/trials/{trial.registration}/{path}").status_code == 400


def test_a_language_that_is_not_offered_is_not_stored(coordinator: User) -> None:
    signed_in(coordinator).post("/language/", {"language": "de"})
    assert User.objects.get(pk=coordinator.pk).language == "en"


def test_a_word_as_the_next_page_is_an_address_and_not_the_name_of_a_page(coordinator: User) -> None:
    page = signed_in(coordinator).post("/language/", {"language": "en", "next": "foo"})
    assert (page.status_code, page.headers["Location"]) == (302, "foo")


def test_wrong_passwords_are_counted_whatever_the_case_of_the_name(db: None) -> None:
    UserFactory(username="anna.bauer")
    for name in ("anna.bauer", "Anna.bauer", "aNna.bauer", "anNa.bauer", "annA.bauer"):
        page = Client().post(reverse("accounts:sign_in"), {"username": name, "password": "wrong"})
    assert page.status_code == 429


def test_who_manages_the_people_of_a_site_gives_roles_there_only(trial: Trial, site: Site, other_site: Site) -> None:
    client, person = signed_in(make_member("administrator", site)), UserFactory()
    address = reverse("workspace:delegate", args=[trial.registration])
    for place, status in (("", 422), (other_site.pk, 422), (site.pk, 302)):
        page = client.post(address, {"user": person.pk, "role": "administrator", "site": place})
        assert page.status_code == status


def test_who_manages_the_people_of_a_site_ends_no_role_elsewhere(trial: Trial, site: Site, other_site: Site) -> None:
    client = signed_in(make_member("administrator", site))
    for colleague in (make_member("administrator", trial=trial), make_member("coordinator", other_site)):
        (delegation,) = Delegation.objects.filter(user=colleague)
        address = reverse("workspace:end-delegation", args=[trial.registration, delegation.pk])
        assert client.post(address, {"reason": "left"}).status_code == 403
