"""What reminders about subjects say. Facts name a subject by number only."""

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinical.reminder_stages import ReminderStage
from notifications.kinds import Facts, Kind, Line, register
from patients.services.reminders import consent, eligibility, visit_windows

_NUMBER = {"registration": "NCT03265613", "number": "GZ-001"}

_WINDOW_TEXTS = {
    ReminderStage.OPENS_SOON: gettext_lazy("%(number)s, %(visit)s: the window opens on %(opens)s"),
    ReminderStage.OPEN: gettext_lazy("%(number)s, %(visit)s: the window is open from %(opens)s"),
    ReminderStage.CLOSES_SOON: gettext_lazy("%(number)s, %(visit)s: the window closes on %(closes)s"),
    ReminderStage.CLOSED: gettext_lazy("%(number)s, %(visit)s: missed, the window closed on %(closes)s"),
}


def _day(facts: Facts, name: str) -> str:
    return date_format(date.fromisoformat(facts[name]))


def _window(stage: str, facts: Facts) -> Line:
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    words = {
        "number": facts["number"],
        "visit": facts["names"][language],
        "opens": _day(facts, "opens_on"),
        "closes": _day(facts, "closes_on"),
    }
    detail = _("Window: %(opens)s to %(closes)s, both days included. Nothing has been recorded for this visit yet.")
    url = reverse("patients:visit", args=[facts["registration"], facts["number"], facts["visit"]])
    return Line(str(_WINDOW_TEXTS[ReminderStage(stage)]) % words, detail % words, url)


def _consent(stage: str, facts: Facts) -> Line:
    words = {"number": facts["number"], "sheet": facts["sheet"], "since": _day(facts, "since")}
    return Line(
        _("%(number)s: consent to renew, information sheet %(sheet)s") % words,
        _("This version is to be signed again; it is valid since %(since)s.") % words,
        reverse("patients:consent", args=[facts["registration"], facts["number"]]),
    )


def _eligibility(stage: str, facts: Facts) -> Line:
    url = reverse("patients:eligibility", args=[facts["registration"], facts["number"]])
    if stage == eligibility.TO_REVIEW:
        words = {"number": facts["number"], "criteria": ", ".join(facts["criteria"])}
        return Line(
            _("%(number)s: the decision on eligibility is to be reviewed") % words,
            _("What these criteria rest on has changed since the decision: %(criteria)s.") % words,
            url,
        )
    words = {"number": facts["number"], "closes": _day(facts, "closes_on")}
    return Line(
        _("%(number)s: eligibility holds for a first treatment until %(closes)s") % words,
        _("Facts were counted to the day planned for it. Look again whether all criteria hold if it comes later."),
        url,
    )


VISIT_WINDOW = Kind(
    code=visit_windows.VISIT_WINDOW,
    label=gettext_lazy("Visit windows"),
    write=_window,
    stages=tuple(ReminderStage),
    example={
        **_NUMBER,
        "visit": "W12",
        "names": {"en": "Week 12", "zh": "第12周"},
        "opens_on": "2026-05-18",
        "closes_on": "2026-05-24",
    },
)
CONSENT = Kind(
    code=consent.CONSENT,
    label=gettext_lazy("Consent to renew"),
    write=_consent,
    stages=(consent.DUE,),
    example={**_NUMBER, "sheet": "2.0", "since": "2026-05-18"},
)
ELIGIBILITY = Kind(
    code=eligibility.ELIGIBILITY,
    label=gettext_lazy("Eligibility to look at again"),
    write=_eligibility,
    stages=(eligibility.LAPSES_SOON, eligibility.TO_REVIEW),
    example={**_NUMBER, "closes_on": "2026-05-24", "criteria": ["IN03", "EX07"]},
)


def register_kinds() -> None:
    """Make the kinds of this app known."""
    for kind in (VISIT_WINDOW, CONSENT, ELIGIBILITY):
        register(kind)
