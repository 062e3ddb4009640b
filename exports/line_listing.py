"""The line listing of adverse events as a CSV file: exactly the events that are listed, in words."""

import csv
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from io import StringIO
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from audit.context import acting
from exports.models import LINE_LISTING, ExportRecord
from patients.selectors.consent import subjects_without_data_use
from safety.layout import label
from safety.models import AdverseEvent
from safety.selectors.listing import EventFilter, events_of_trial
from safety.terms import RELATION_OF, SERIOUSNESS_CRITERIA, Term
from trials.models import Trial
from trials.selectors import sites_for

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take the text of a cell for a formula."""

Text = str | Promise
Value = Callable[[AdverseEvent], Any]


@dataclass(frozen=True)
class LineListing:
    """A finished file and the record that it was handed out."""

    content: bytes
    file_name: str
    record: ExportRecord


@transaction.atomic
def make_line_listing(*, trial: Trial, wanted: EventFilter, sort: str, asked: str, by: User) -> LineListing:
    """The wanted events of the sites at which the user may see events and hand them out, in the reader's language.

    Events of subjects who withdrew the use of their data, also at a later screening, are left out. `asked` is the
    filter as the address has it; it is kept with the record. Four statements for the events, whatever their number.
    """
    made_at = timezone.now().astimezone(UTC)
    sites = set(sites_for(by, Permission.EXPORT_DATA).filter(trial=trial).values_list("pk", flat=True))
    sites |= set(sites_for(by, Permission.REVIEW_SAFETY).filter(trial=trial).values_list("pk", flat=True))
    reviewer = by if wanted.review else None
    listed = events_of_trial(trial=trial, user=by, wanted=wanted, sort=sort, reviewed_by=reviewer)
    events = list(listed.filter(subject__site__in=sites).exclude(subject__in=subjects_without_data_use(trial)))
    content = _file(trial, events)
    digest = hashlib.sha256(content).hexdigest()
    record = ExportRecord(
        trial=trial,
        site_codes=sorted({event.subject.site.code for event in events}),
        made_by=by,
        made_at=made_at,
        sha256=digest,
        tables={LINE_LISTING: {"rows": len(events), "sha256": digest, "filter": asked}},
    )
    with acting(by=by):
        record.save(force_insert=True)
    return LineListing(content, f"{trial.registration}_{made_at:%Y%m%dT%H%M%SZ}_{LINE_LISTING}", record)


def _file(trial: Trial, events: Iterable[AdverseEvent]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = _columns(trial)
    writer.writerow([capfirst(str(head)) for head, _value in columns])
    writer.writerows([_cell(value(event)) for _head, value in columns] for event in events)
    # With a byte order mark spreadsheets read Chinese; without it they take the file for their own code page.
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    """The value as text; a text that a spreadsheet would calculate with gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_SIGNS) else text


def _columns(trial: Trial) -> list[tuple[Text, Value]]:
    return [
        (gettext_lazy("Trial"), lambda event: trial.registration),
        (gettext_lazy("Site"), lambda event: event.subject.site.code),
        (gettext_lazy("Subject"), lambda event: event.subject.number),
        (gettext_lazy("Arm"), lambda event: event.subject.arm_code),
        (gettext_lazy("Number"), lambda event: event.number),
        _field("term"),
        (
            gettext_lazy("CTCAE term"),
            lambda event: "" if event.term_code == Term.OTHER else str(event.get_term_code_display()),
        ),
        *map(_field, ("onset", "onset_time", "ended")),
        (gettext_lazy("Ongoing"), lambda event: event.is_ongoing),
        (gettext_lazy("Grade"), lambda event: event.grade),
        *map(_field, ("is_serious", *SERIOUSNESS_CRITERIA, "is_special_interest")),
        (gettext_lazy("Related to treatment"), lambda event: event.is_related),
        *map(_field, (*RELATION_OF.values(), "expectedness", "action_taken", "outcome")),
        (gettext_lazy("Version"), lambda event: event.version),
    ]


def _field(name: str) -> tuple[Text, Value]:
    """A column of the model: in words where it is coded."""

    def value(event: AdverseEvent) -> Any:
        display = getattr(event, f"get_{name}_display", None)
        return str(display()) if display else getattr(event, name)

    return label(name), value
