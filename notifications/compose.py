"""The words of a mail: plain text and HTML, in the reader's language, without anything that identifies a subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import ngettext, override

from notifications.kinds import Line, line_of
from notifications.models import Reminder

LONGEST_SUBJECT = 200
"""Characters of a subject line (default); `Mail` keeps no longer ones, and mail programs show far fewer."""


@dataclass(frozen=True)
class Written:
    """A mail ready to be sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Entry:
    """One reminder in a mail."""

    line: Line
    url: str
    is_late: bool


@dataclass(frozen=True)
class Section:
    """The reminders of one site."""

    title: str
    entries: list[Entry]


def compose(reminders: Sequence[Reminder], *, language: str) -> Written:
    """The mail that carries these reminders (at least one), with trial and site read already."""
    with override(language):
        sections = _sections(reminders)
        context = {
            "sections": sections,
            "inbox_url": _absolute(reverse("notifications:inbox")),
            "choices_url": _absolute(reverse("notifications:choices")),
            "language": language,
        }
        return Written(
            subject=_subject(sections),
            text=render_to_string("notifications/mail.txt", context),
            html=render_to_string("notifications/mail.html", context),
        )


def _sections(reminders: Sequence[Reminder]) -> list[Section]:
    def place(reminder: Reminder) -> tuple[str, str]:
        return reminder.trial.registration, reminder.site.code if reminder.site else ""

    def newest(reminder: Reminder) -> tuple[tuple[str, str], int]:
        return place(reminder), reminder.pk

    return [
        Section(title=_title(first), entries=[_entry(each) for each in (first, *others)])
        for _place, (first, *others) in groupby(sorted(reminders, key=newest), key=place)
    ]


def _title(reminder: Reminder) -> str:
    trial = f"{reminder.trial.registration} {reminder.trial.short_title}"
    return f"{trial} · {reminder.site}" if reminder.site else trial


def _entry(reminder: Reminder) -> Entry:
    line = line_of(reminder)
    # By way of the inbox, so that what was opened from a mail counts as read.
    url = _absolute(reverse("notifications:follow", args=[reminder.pk]))
    return Entry(line=line, url=url, is_late=reminder.is_late)


def _subject(sections: Sequence[Section]) -> str:
    entries = [entry for section in sections for entry in section.entries]
    if len(entries) == 1:
        return Truncator(f"Dermis: {entries[0].line.text}").chars(LONGEST_SUBJECT)
    return ngettext("Dermis: %(number)d reminder", "Dermis: %(number)d reminders", len(entries)) % {
        "number": len(entries)
    }


def _absolute(path: str) -> str:
    return settings.DERMIS_BASE_URL.rstrip("/") + path
