"""What a mail says: in the reader's language, as text and as HTML, and nothing that identifies a subject."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from accounts.models import User
from audit.context import acting
from notifications.models import Mail, Reminder
from notifications.services import send_mails
from patients.models import Subject
from patients.services.reminders import sweep_consent, sweep_eligibility, sweep_visit_windows
from tests.factories import correct_form, eligible_subject, make_member, make_reminder, make_sheet, make_subject, system
from tests.worlds import NOW
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
PRIVATE = {"initials": "WXYZ", "phone": "+86 20 5550 1234", "email": "patient@example.org"}
TRICKY = "A & B <Hospital>"


def sent(at: datetime = NOW) -> EmailMultiAlternatives:
    """The one mail that goes out at this moment."""
    mail.outbox.clear()
    with time_machine.travel(at, tick=False):
        assert send_mails(at, limit=10) == 1
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    return message


def html_of(message: EmailMultiAlternatives) -> str:
    ((content, kind),) = message.alternatives
    assert kind == "text/html"
    return str(content)


def call(site: Site, name: str) -> None:
    with acting(by=system(), reason="Name of the test"):
        Site.objects.filter(pk=site.pk).update(name=name)


def test_a_mail_comes_as_text_and_as_html(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    message = sent()
    parts = [part.get_content_type() for part in message.message().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    for words in (str(message.body), html_of(message)):
        assert "GZ-001, Week 12: the window is open from" in words
        assert "Nothing has been recorded for this visit yet." in words
    assert (message.to, message.cc, message.bcc) == ([coordinator.email], [], [])


def test_a_mail_asks_holiday_responders_not_to_answer(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    assert sent().message()["Auto-Submitted"] == "auto-generated"


def test_a_mail_is_kept_as_it_went_out(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    message, kept = sent(), Mail.objects.get()
    assert (kept.subject, kept.text) == (message.subject, message.body)


def test_one_reminder_is_its_own_subject_line_and_several_are_counted(site: Site, coordinator: User) -> None:
    make_reminder(coordinator, site)
    assert sent().subject.startswith("Dermis: GZ-001, Week 12: the window is open from")
    for _n in range(3):
        make_reminder(coordinator, site)
    assert sent(NOW + timedelta(days=1)).subject == "Dermis: 3 reminders"


def test_each_reader_gets_the_own_language(site: Site) -> None:
    english, chinese = make_member("coordinator", site), make_member("coordinator", site, language="zh-hans")
    for reader in (english, chinese):
        make_reminder(reader, site)
    send_mails(NOW, limit=10)
    messages = {message.to[0]: message for message in mail.outbox}
    for reader, visit, language in ((english, "Week 12", "en"), (chinese, "第12周", "zh-hans")):
        message = messages[reader.email]
        assert visit in message.subject
        assert visit in message.body
        assert f'<html lang="{language}">' in html_of(message)
    assert "Week" not in messages[chinese.email].body


@pytest.mark.parametrize("is_late", [False, True])
def test_what_could_not_be_told_in_time_says_so(site: Site, coordinator: User, is_late: bool) -> None:
    make_reminder(coordinator, site, is_late=is_late)
    message = sent()
    assert ("late: Dermis could not tell you in time" in str(message.body)) == is_late
    assert ("Late: Dermis could not tell you in time" in html_of(message)) == is_late


def test_reminders_stand_below_their_site_in_the_order_in_which_they_were_told(
    site: Site, other_site: Site, coordinator: User
) -> None:
    for place, number in ((other_site, "VIE-009"), (site, "GZ-002"), (other_site, "VIE-001"), (site, "GZ-001")):
        make_reminder(coordinator, place, facts=_facts(place, number))
    text = str(sent().body)
    order = ["GZ Guangzhou Hospital", "- GZ-002", "- GZ-001", "VIE Vienna Hospital", "- VIE-009", "- VIE-001"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def _facts(site: Site, number: str) -> dict[str, Any]:
    days = {"opens_on": "2026-05-18", "closes_on": "2026-05-24"}
    names = {"en": "Week 12", "zh": "第12周"}
    return {"registration": site.trial.registration, "number": number, "visit": "W12", "names": names, **days}


@pytest.mark.parametrize("base", ["https://ecrf.example.org", "https://ecrf.example.org/"])
def test_links_lead_to_where_people_open_dermis(site: Site, coordinator: User, settings: Settings, base: str) -> None:
    settings.DERMIS_BASE_URL = base
    reminder = make_reminder(coordinator, site)
    message = sent()
    expected = {
        f"https://ecrf.example.org/inbox/{reminder.pk}/",
        "https://ecrf.example.org/inbox/",
        "https://ecrf.example.org/account/reminders/",
    }
    assert set(re.findall(r'href="([^"]*)"', html_of(message))) == expected
    assert set(re.findall(r"https?://\S+", str(message.body))) == expected


def test_html_escapes_names_and_plain_text_does_not(site: Site, coordinator: User) -> None:
    call(site, TRICKY)
    make_reminder(coordinator, site, facts={**_facts(site, "GZ-001"), "names": {"en": "<b>W12</b>", "zh": ""}})
    message = sent()
    assert f"GZ {TRICKY}" in str(message.body)
    assert "<b>W12</b>" in str(message.body)
    assert "GZ A &amp; B &lt;Hospital&gt;" in html_of(message)
    assert "<Hospital>" not in html_of(message)
    assert "<b>" not in html_of(message)


def test_no_reminder_and_no_mail_holds_what_identifies_a_subject(site: Site, coordinator: User) -> None:
    subject = make_subject(site, system(), date(2026, 1, 5), **PRIVATE)
    with acting(by=system(), reason="Set up by the test"):
        Subject.objects.filter(pk=subject.pk).update(
            status="enrolled", arm_code="ADMSC", enrolled_on=date(2026, 1, 5), enrolment_number=1
        )
        subject.visits.filter(code="W12").update(planned_on=TODAY, window_opens_on=TODAY, window_closes_on=TODAY)
    corrected = eligible_subject(site, system())
    with acting(by=system(), reason="Set up by the test"):
        type(corrected.identity).objects.filter(subject=corrected).update(**PRIVATE)
    correct_form(corrected.visits.get(code="SCR"), "pasi", system(), head_area=1)
    make_sheet(site.trial, "2.0", valid_from=TODAY, must_be_signed_again=True)
    for sweep in (sweep_visit_windows, sweep_consent, sweep_eligibility):
        sweep(NOW)
    kinds = set(Reminder.objects.filter(withdrawn_at=None).values_list("kind", flat=True))
    assert kinds == {"visit_window", "consent_renewal", "eligibility"}

    message, kept = sent_to(coordinator), Mail.objects.get(recipient=coordinator)
    facts = json.dumps(list(Reminder.objects.values_list("facts", flat=True)), ensure_ascii=False)
    for words in (message.subject, str(message.body), html_of(message), kept.subject, kept.text, facts):
        for private in PRIVATE.values():
            assert private not in words
    assert subject.number in str(message.body)
    assert corrected.number in str(message.body)


def sent_to(person: User) -> EmailMultiAlternatives:
    send_mails(NOW, limit=10)
    (message,) = (each for each in mail.outbox if each.to == [person.email])
    assert isinstance(message, EmailMultiAlternatives)
    return message
