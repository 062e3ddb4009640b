"""What reminders about clocks of serious events say: the case and the subject by number only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from clinical.safety.clock_faces import ClockKind, ClockStage
from notifications.kinds import Facts, Kind, Line
from safety.clock_words import moment_in_words

CODE = "safety_clock"

_REPORTS = {
    ClockKind.SITE_TO_SPONSOR: gettext_lazy("report to the sponsor"),
    ClockKind.SUSAR_OTHER: gettext_lazy("report to the authority"),
    ClockKind.SUSAR_URGENT: gettext_lazy("report to the authority"),
    ClockKind.SUSAR_URGENT_COMPLETE: gettext_lazy("complete report to the authority"),
}
_POSSIBLE = gettext_lazy("assessment and, if it is a SUSAR, %(report)s")
_TEXTS = {
    ClockStage.STARTED: gettext_lazy("%(case)s, %(about)s: %(report)s due by %(due)s"),
    ClockStage.DUE_SOON: gettext_lazy("%(case)s, %(about)s: %(report)s due soon, by %(due)s"),
    ClockStage.LAST_WARNING: gettext_lazy("%(case)s, %(about)s: last warning, %(report)s due by %(due)s"),
    ClockStage.OVERDUE: gettext_lazy("%(case)s, %(about)s: overdue, %(report)s was due by %(due)s"),
    ClockStage.ESCALATED: gettext_lazy("%(case)s, %(about)s: still overdue, %(report)s was due by %(due)s"),
}
_DETAILS = {
    ClockKind.SITE_TO_SPONSOR: gettext_lazy(
        "The site tells the sponsor within 24 hours of becoming aware that an event is serious."
    ),
    ClockKind.SUSAR_OTHER: gettext_lazy(
        "The sponsor tells the authority within 15 calendar days, weekends and holidays included."
    ),
    ClockKind.SUSAR_URGENT: gettext_lazy(
        "Fatal or life-threatening: the sponsor tells the authority within 7 calendar days, weekends and holidays"
        " included."
    ),
    ClockKind.SUSAR_URGENT_COMPLETE: gettext_lazy(
        "The sponsor completes the report to the authority within 8 more calendar days, weekends and holidays included."
    ),
}


def _write(stage: str, facts: Facts) -> Line:
    kind = ClockKind(facts["clock"])
    words = {
        "case": facts["case"],
        # Who may not see subjects is told of the site alone.
        "about": facts.get("number") or facts["site"],
        "report": _POSSIBLE % {"report": _REPORTS[kind]} if facts.get("is_possible") else _REPORTS[kind],
        "due": _due(facts),
    }
    return Line(str(_TEXTS[ClockStage(stage)]) % words, str(_DETAILS[kind]), _address(facts))


def _due(facts: Facts) -> str:
    if "due_at" in facts:
        return moment_in_words(datetime.fromisoformat(facts["due_at"]), ZoneInfo(facts["zone"]))
    return date_format(date.fromisoformat(facts["due_on"]))


def _address(facts: Facts) -> str:
    if "number" in facts:
        return reverse("safety:case", args=[facts["registration"], facts["number"], facts["event"]])
    return reverse("workspace:people", args=[facts["registration"]])


SAFETY_CLOCK = Kind(
    code=CODE,
    label=gettext_lazy("Clocks of serious events"),
    write=_write,
    stages=tuple(ClockStage),
    example={
        "registration": "NCT03265613",
        "site": "GZ",
        "number": "GZ-001",
        "event": 1,
        "case": "SAE-0001",
        "clock": ClockKind.SITE_TO_SPONSOR,
        "due_at": "2026-05-21T01:15:00+00:00",
        "zone": "Asia/Shanghai",
    },
    is_urgent=True,
)
