"""The safety of a trial at a glance, for its data monitoring committee, in the reader's language.

Counts are those of the page of incidence, stopping rules those of the safety desk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from patients.typeset import typeset
from safety.clock_words import moment_in_words
from safety.incidence_words import CATEGORIES, ShownLine, arm_heads, shown_lines
from safety.layout import label
from safety.models import AdverseEvent, SeriousCase
from safety.rule_words import events_in_words, limit_in_words
from safety.selectors.alerts import Alert
from safety.selectors.incidence import Incidence
from safety.terms import SERIOUSNESS_CRITERIA, Outcome
from trials.models import Trial

TEMPLATE: Final = Path(__file__).with_name("dmc.typ")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the committee reads; `version` is the protocol version whose stopping rules are in force, `arms` the names
    of the arms by code, `serious` every serious event and every event with a case."""

    trial: Trial
    sponsor: str
    version: str
    arms: Mapping[str, str]
    incidence: Incidence
    serious: Sequence[AdverseEvent]
    alerts: Sequence[Alert]


def dmc_pdf(summary: Summary, now: datetime) -> bytes:
    """The summary as it stands at this moment."""
    return typeset(TEMPLATE, dmc_content(summary, now))


def dmc_content(summary: Summary, now: datetime) -> dict[str, Any]:
    """Everything that the template shows, in words."""
    found = summary.incidence
    return {
        "language": get_language() or "en",
        "words": _words(len(summary.serious)),
        "trial": f"{summary.trial.registration} {summary.trial.short_title}",
        "sponsor": summary.sponsor,
        "version": summary.version,
        "made_at": moment_in_words(now, summary.trial.sponsor_zone),
        "heads": arm_heads(found),
        "categories": [_line(line) for line in shown_lines(found, found.table.categories, CATEGORIES)],
        "terms": [_line(line) for line in shown_lines(found, found.table.terms, found.terms)],
        "not_counted": len(found.table.not_counted),
        "cases": [_serious(event, summary.arms) for event in summary.serious],
        "rules": [_rule(alert) for alert in summary.alerts],
    }


def _line(line: ShownLine) -> dict[str, Any]:
    return asdict(line)


def _serious(event: AdverseEvent, arms: Mapping[str, str]) -> list[str]:
    case: SeriousCase | None = getattr(event, "case", None)
    return [
        "–" if case is None else str(case),
        event.subject.number,
        arms.get(event.subject.arm_code, event.subject.arm_code) or "–",
        event.term,
        str(event.grade),
        event.onset,
        "; ".join(_criteria(event)) or _("Not serious any more"),
        _yes_or_no(event.is_related),
        _yes_or_no(None if case is None else case.related_by_sponsor),
        _yes_or_no(None if case is None else case.is_susar),
        str(Outcome(event.outcome).label),
        _("Not reported yet") if case is None else case.get_state_display(),
    ]


def _criteria(event: AdverseEvent) -> Iterable[str]:
    return (label(name) for name in SERIOUSNESS_CRITERIA if getattr(event, name))


def _yes_or_no(answer: bool | None) -> str:
    return "–" if answer is None else capfirst(_("yes")) if answer else capfirst(_("no"))


def _rule(alert: Alert) -> list[str]:
    return [
        alert.rule.code,
        f"{alert.rule.text} ({limit_in_words(alert.rule)}: {events_in_words(alert.rule)})",
        str(alert.subjects),
        ", ".join(alert.numbers) or "–",
        _("Holds") if alert.holds else _("Does not hold"),
    ]


def _words(serious: int) -> dict[str, Any]:
    """The texts around the figures; `page` is made of "{page}" and "{pages}"."""
    return {
        "title": _("Safety summary for the data monitoring committee"),
        "sponsor": _("Sponsor"),
        "protocol": _("Protocol version"),
        "made_at": _("State of the record"),
        "incidence": _("Subjects with at least one event"),
        "how": _(
            # xgettext:no-python-format
            "Of those treated, each subject once in a line, at the highest grade; exact 95% interval (Clopper-Pearson)."
            " Events are counted beside the subjects."
        ),
        "not_counted": _("Events outside treatment, not counted:"),
        "categories": _("Category"),
        "terms": _("Term"),
        "grades": _("Highest grade: subjects"),
        "events": _("Events:"),
        "nobody": _("Nobody has been treated yet."),
        "no_terms": _("No event is counted."),
        "cases": _("Serious events: %(count)s") % {"count": serious},
        "no_cases": _("No serious event is reported."),
        "case_heads": [
            _("Case"),
            _("Subject"),
            _("Arm"),
            _("Event"),
            _("Grade"),
            _("Began on"),
            _("Serious because"),
            _("Related, investigator"),
            _("Related, sponsor"),
            _("SUSAR"),
            _("Outcome"),
            _("State"),
        ],
        "rules": _("Stopping rules"),
        "no_rules": _("The protocol names no stopping rule as a value."),
        "rule_heads": [_("Rule"), _("Holds when"), _("Subjects now"), pgettext("subjects", "Who"), _("State")],
        "page": _("page {page} of {pages}"),
        "made_with": f"Dermis {settings.DERMIS_VERSION}",
    }
