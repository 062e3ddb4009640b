"""The case of the first serious event of a trial, as its people handle it on the pages, in the inbox and by mail."""

import re
from collections.abc import Collection, Mapping, Sequence
from email.message import Message
from typing import Any

import pypdfium2
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from notifications.services import send_mails
from safety.services.clock_reminders import sweep_clocks
from tests.browser.pages import expect_heading, expect_message, press, type_in
from tests.factories import PASSWORD

NUMBER, CASE = "GZ-001", "SAE-0001"


def open_from_inbox(page: Page, text: str) -> None:
    """From Today by way of the inbox to the page of the case, by the reminder that says so."""
    page.goto("/trials/NCT03265613/")
    page.get_by_role("link", name=re.compile("^Inbox")).click()
    expect_heading(page, "Inbox")
    page.get_by_role("main").get_by_role("link", name=f"{CASE}, {NUMBER}: {text}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{CASE}: ")


def inbox_lacks(page: Page, text: str) -> None:
    """It is settled, so it is gone, also for those who never opened it."""
    page.goto("/inbox/")
    expect_heading(page, "Inbox")
    expect(page.get_by_role("main")).not_to_contain_text(text)


def mails_tell(told: Mapping[str, Sequence[User]], *, secret: Collection[str]) -> None:
    """The mails that go out now, by what they tell of the case: each goes to these people, and there are no others.

    Each names case and subject by number, and holds nothing of what is `secret`.
    """
    del mail.outbox[:]
    sweep_clocks(timezone.now())
    send_mails(timezone.now(), limit=100)
    found = {(text, each.to[0]) for each in mail.outbox for text in told if each.subject.startswith(_line(text))}
    assert found == {(text, person.email) for text, people in told.items() for person in people}
    assert len(mail.outbox) == len(found)
    for each in mail.outbox:
        whole = _whole(each.message())
        assert f"{CASE}, {NUMBER}" in whole
        for word in secret:
            assert word.lower() not in whole.lower(), word


def _line(text: str) -> str:
    return f"Dermis: {CASE}, {NUMBER}: {text}"


def _whole(message: Message) -> str:
    """Headers and every body of a mail, decoded."""
    bodies = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    return "\n".join((headers, *(body.decode() for body in bodies if isinstance(body, bytes))))


def clock(page: Page, label: str) -> Locator:
    """One deadline of the case that is open."""
    deadlines = page.get_by_role("region", name="Deadlines")
    return deadlines.locator("dl > div").filter(has=page.locator("dt", has_text=label))


def write_step(page: Page, step: str, text: str, *, said: str) -> None:
    """A step that is taken with words, from the page of the case and back to it."""
    page.get_by_role("main").get_by_role("link", name=step, exact=True).click()
    type_in(page, {"text": text})
    press(page, step)
    expect_message(page, said)


def attach(page: Page, content: bytes) -> None:
    """Send a file with this content, named as a PDF, from the page that attaches documents."""
    file: Any = {"name": "discharge letter.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator("[name=file]").set_input_files(file)
    press(page, "Attach")


def sign_report(page: Page, *, version: int, holds: Collection[str]) -> None:
    """The investigator reads the whole report; only the right password signs it."""
    page.get_by_role("main").get_by_role("link", name="Sign and submit").click()
    expect_heading(page, f"{CASE}: sign version {version}")
    report = page.get_by_role("main")
    for said in holds:
        expect(report).to_contain_text(said)
    type_in(page, {"password": "not the password"})
    press(page, "Sign and submit")
    expect(page.get_by_role("alert")).to_contain_text("This is not your password.")
    type_in(page, {"password": PASSWORD})
    press(page, "Sign and submit")
    expect_message(page, f"The report of {CASE} is submitted. The safety monitor has been told.")


def printed(page: Page, version: int) -> str:
    """What the CIOMS I form of a version says, without blanks; fetched from the page of the case."""
    row = page.get_by_role("region", name="Report", exact=True).get_by_role("listitem")
    link = row.filter(has_text=f"Version {version}").get_by_role("link", name="CIOMS I (PDF)")
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.body())
    found = "".join(_squeezed(sheet.get_textpage().get_text_range()) for sheet in document)
    document.close()
    return found


def says(form: str, *texts: str) -> bool:
    """Whether a form that was `printed` holds all of the texts."""
    return all(_squeezed(text) in form for text in texts)


def _squeezed(said: str) -> str:
    return "".join(said.split())
