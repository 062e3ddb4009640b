"""The content of a report as people read it, and what has changed since one was signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from safety.clock_words import moment_in_words
from safety.document_files import kind_called
from safety.grade_words import grade_in_words
from safety.layout import GROUPS
from safety.models import AdverseEvent, CaseDocument, ConcomitantMedication, ReportVersion
from safety.report_names import ReportNames, dose_in_words, sex_in_words
from safety.selectors.events import ValueChange
from safety.terms import RELATION_OF, ReporterRole

Content = Mapping[str, Any]

_EMPTY: Final = "–"
_EVENT_LABELS: Final = {
    "is_related": gettext_lazy("counts as related to a treatment of the study"),
    "related_to": gettext_lazy("counts as related to"),
    "grade_changes": gettext_lazy("changes of grade"),
    "treatments": gettext_lazy("medication given against it"),
    "number": gettext_lazy("number"),
    "version": gettext_lazy("version"),
}
_SUBJECT_LABELS: Final = {
    "number": gettext_lazy("Subject"),
    "age_years": gettext_lazy("Age in years at consent"),
    "sex": gettext_lazy("Sex"),
    "arm": gettext_lazy("Arm"),
}
_DOSE_WORDS: Final = {
    "cells_given": gettext_lazy("Cells given"),
    "methotrexate_mg": gettext_lazy("Methotrexate"),
}
_DOSE_LABELS: Final = {
    "visit": gettext_lazy("Visit"),
    "day": pgettext_lazy("date", "Day"),
    "fact": gettext_lazy("Treatment"),
    "amount": gettext_lazy("Dose"),
    "product": gettext_lazy("Product"),
    "lot": gettext_lazy("Lot"),
}
_LISTS: Final = {
    "doses": gettext_lazy("Doses given"),
    "medications": gettext_lazy("Concomitant medication"),
    "documents": gettext_lazy("Documents"),
}
_MEDICATION_COLUMNS: Final = ("number", "name", "indication", "dose", "route", "frequency", "started", "ended")
_FOLLOWS: Final = frozenset({"version", "onset_on", "ended_on"})
"""What changes only with something else that is shown."""
_WORKED_OUT: Final = ("onset_on", "ended_on", "is_related", "related_to", "grade_changes", "treatments")


@dataclass(frozen=True)
class Section:
    """A part of the report: facts with their labels, a table, or a text."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    text: str = ""

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Each line as pairs of head and cell, for a table whose rows become cards."""
        return [list(zip(self.heads, cells, strict=True)) for cells in self.lines]


def column_name(model: type[models.Model], name: str) -> str:
    """What a column of a table is called, as a heading."""
    column: Any = model._meta.get_field(name)
    return capfirst(str(column.verbose_name))


def sections_of(content: Content, names: ReportNames) -> list[Section]:
    """The whole content in the reader's language; moments in the time zone that is active."""
    follow_up = [Section(_("What is new"), text=content["what_is_new"])] if content["version"] > 1 else []
    return [
        *follow_up,
        Section(_("Narrative"), text=content["narrative"]),
        Section(_("Report"), facts=_about_the_report(content)),
        Section(
            _("About the subject"),
            facts=[(str(label), _of_subject(key, content, names)) for key, label in _SUBJECT_LABELS.items()],
        ),
        *_event_sections(content, names),
        *(_table(name, content[name], names) for name in _LISTS),
    ]


def changes_between(signed: Content, current: Content, names: ReportNames) -> list[ValueChange]:
    """Where the record (`report_content.record_of`) differs from what was signed; texts written for the report are left
    out. Lists show the lines that are gone and the lines that are new."""
    found = [
        ValueChange(_event_label(name), _of_event(name, signed, names), _of_event(name, current, names))
        for name, value in current["event"].items()
        if name not in _FOLLOWS and signed["event"].get(name, value) != value
    ]
    found += [
        ValueChange(str(label), _of_subject(name, signed, names), _of_subject(name, current, names))
        for name, label in _SUBJECT_LABELS.items()
        if signed["subject"].get(name) != current["subject"][name]
    ]
    for name, title in _LISTS.items():
        before, after = signed[name], current[name]
        if before != after:
            gone = [_in_one_line(name, line, names) for line in before if line not in after]
            new = [_in_one_line(name, line, names) for line in after if line not in before]
            found.append(ValueChange(str(title), "; ".join(gone) or _EMPTY, "; ".join(new) or _EMPTY))
    return found


def _about_the_report(content: Content) -> list[tuple[str, str]]:
    kind = _("Initial report") if content["kind"] == "initial" else _("Follow-up")
    role = content["reporter_role"]
    return [
        (_("Trial"), content["trial"]),
        (_("Site"), f"{content['site']} ({content['country']})"),
        (_("Case"), content["case"]),
        (_("Version"), f"{content['version']} · {kind}"),
        (column_name(ReportVersion, "reporter"), content["reporter"] or _EMPTY),
        (column_name(ReportVersion, "reporter_role"), str(ReporterRole(role).label) if role else _EMPTY),
    ]


def _of_subject(name: str, content: Content, names: ReportNames) -> str:
    value = content["subject"].get(name)
    if name == "sex":
        return sex_in_words(value or "") or _EMPTY
    if name == "arm" and value:
        return names.arm(value)
    return _value(value)


def _event_sections(content: Content, names: ReportNames) -> list[Section]:
    event = content["event"]
    titled = [(str(group.title), group.fields) for group in GROUPS]
    listed = {name for _title, fields in titled for name in fields}
    rest = tuple(name for name in _WORKED_OUT if name not in listed)
    return [
        Section(
            title, facts=[(_event_label(name), _of_event(name, content, names)) for name in fields if name in event]
        )
        for title, fields in (*titled, (_("Worked out"), rest))
    ]


def _table(name: str, lines: list[Content], names: ReportNames) -> Section:
    return Section(str(_LISTS[name]), heads=_heads(name), lines=[_cells(name, line, names) for line in lines])


def _heads(name: str) -> list[str]:
    if name == "doses":
        return [str(label) for label in _DOSE_LABELS.values()]
    if name == "medications":
        return [column_name(ConcomitantMedication, column) for column in _MEDICATION_COLUMNS]
    return [
        column_name(CaseDocument, "title"),
        _("File"),
        column_name(CaseDocument, "digest"),
    ]


def _cells(name: str, line: Content, names: ReportNames) -> list[str]:
    if name == "doses":
        words = {
            "visit": names.visit(line["visit"]),
            "fact": str(_DOSE_WORDS.get(line["fact"], line["fact"])),
            "amount": dose_in_words(line),
        }
        shown = {**line, **words}
        return [_value(shown[column]) for column in _DOSE_LABELS]
    if name == "medications":
        shown = {**line, "ended": line["ended"] or _("Ongoing")}
        return [_column_value(ConcomitantMedication, column, shown[column]) for column in _MEDICATION_COLUMNS]
    return [line["title"], f"{kind_called(line['media_type']).name}, {filesizeformat(line['size'])}", line["digest"]]


def _in_one_line(name: str, line: Content, names: ReportNames) -> str:
    cells = _cells(name, line, names)
    # A digest of 64 signs says nothing beside the title.
    return ", ".join(cell for cell in (cells[:2] if name == "documents" else cells) if cell != _EMPTY)


def _event_label(name: str) -> str:
    return capfirst(str(_EVENT_LABELS[name])) if name in _EVENT_LABELS else column_name(AdverseEvent, name)


def _of_event(name: str, content: Content, names: ReportNames) -> str:
    event = content["event"]
    value = event.get(name)
    if value in (None, "", []):
        return _EMPTY
    match name:
        case "grade":
            return grade_in_words(event["term_code"], value)
        case "visit":
            return names.visit(value)
        case "related_to":
            return ", ".join(column_name(AdverseEvent, RELATION_OF[cause]) for cause in value)
        case "grade_changes":
            return "\n".join(_grade_change(change, event["term_code"]) for change in value)
        case "treatments":
            given = {medication["number"]: medication["name"] for medication in content["medications"]}
            return "; ".join(f"{number} · {given[number]}" if number in given else str(number) for number in value)
    return _column_value(AdverseEvent, name, value)


def _grade_change(change: Content, term: str) -> str:
    return f"{change['changed_on']}: {grade_in_words(term, change['grade'])}"


def _column_value(model: type[models.Model], name: str, value: Any) -> str:
    try:
        column: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return _value(value)
    if value not in (None, "") and isinstance(column, models.DateTimeField):
        # Names of time zones are no help: CST is the time of China and that of Chicago.
        return moment_in_words(datetime.fromisoformat(value), timezone.get_current_timezone())
    if value not in (None, "") and isinstance(column, models.TimeField):
        return f"{time.fromisoformat(value):%H:%M}"
    choices = dict(getattr(column, "choices", None) or ())
    return str(choices[value]) if value in choices and value != "" else _value(value)


def _value(value: Any) -> str:
    if value is None or value == "":
        return _EMPTY
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)
