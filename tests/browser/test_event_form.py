"""The form of an adverse event asks only for what concerns the event."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from patients.models import Subject
from tests.browser.conftest import OpenPage
from tests.browser.pages import sign_in
from tests.factories import make_member, make_site, make_subject, make_trial

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def coordinator(own_database: None) -> User:
    """Of a site with one subject."""
    site = make_site(make_trial(), "GZ")
    person: User = make_member("coordinator", site)
    make_subject(site, person)
    return person


def record_page() -> str:
    subject = Subject.objects.get(number="GZ-001")
    return reverse("safety:record", args=[subject.site.trial.registration, subject.number])


def asked(page: Page, *names: str) -> list[bool]:
    return [page.locator(f"main [name={name}]").is_visible() for name in names]


def test_criteria_and_days_are_asked_only_where_they_concern(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    sign_in(page, coordinator)
    page.goto(record_page())
    criterion, known, stay = "caused_hospitalisation", "serious_known_at", "admitted_on"
    assert asked(page, criterion, known, stay) == [True, False, False]
    page.get_by_text("No", exact=True).click()
    expect(page.locator(f"[name={criterion}]")).to_be_hidden()
    page.get_by_text("Yes", exact=True).click()
    assert asked(page, criterion, known, stay) == [True, True, False]
    page.check(f"[name={criterion}]")
    assert asked(page, criterion, known, stay) == [True, True, True]
    page.fill(f"[name={stay}]", "2026-05-01")
    page.uncheck(f"[name={criterion}]")
    assert asked(page, stay) == [True], "a value that was typed stays in view"


def test_a_ticked_criterion_makes_the_event_serious(open_page: OpenPage, coordinator: User) -> None:
    page = open_page()
    sign_in(page, coordinator)
    page.goto(record_page())
    page.check("[name=is_life_threatening]")
    expect(page.locator("[name=is_serious][value=yes]")).to_be_checked()
    page.get_by_text("No", exact=True).click()
    expect(page.locator("[name=is_life_threatening]")).to_be_visible()
    expect(page.locator("[name=is_serious][value=no]")).to_be_checked()
