"""What reminders about cases say. Facts name a subject by number only."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from notifications.kinds import Facts, Kind, Line, register
from safety.services import case_news as news

_TEXTS = {
    news.SUBMITTED: gettext_lazy("%(case)s, %(number)s: a serious event is reported"),
    news.FOLLOW_UP_BEGUN: gettext_lazy("%(case)s, %(number)s: new information, version %(version)s is being written"),
    news.FOLLOW_UP: gettext_lazy("%(case)s, %(number)s: version %(version)s of the report is submitted"),
    news.QUESTIONS: gettext_lazy("%(case)s, %(number)s: the safety monitor asks"),
    news.ANSWERED: gettext_lazy("%(case)s, %(number)s: the site has answered"),
    news.ASSESSED: gettext_lazy("%(case)s, %(number)s: the report is assessed"),
}
_DETAILS = {
    news.SUBMITTED: gettext_lazy("The investigator has signed the report. It waits to be taken up for review."),
    news.FOLLOW_UP_BEGUN: gettext_lazy("The report is open again. An investigator signs the new version."),
    news.FOLLOW_UP: gettext_lazy("The investigator has signed new information. It waits to be taken up for review."),
    news.QUESTIONS: gettext_lazy("The question stands on the page of the case; answer it there."),
    news.ANSWERED: gettext_lazy("The answer stands on the page of the case; the review goes on."),
    news.ASSESSED: gettext_lazy("The assessment of the safety monitor stands on the page of the case."),
}


def _write(stage: str, facts: Facts) -> Line:
    url = reverse("safety:case", args=[facts["registration"], facts["number"], facts["event"]])
    return Line(str(_TEXTS[stage]) % facts, str(_DETAILS[stage]), url)


CASE = Kind(
    code=news.SAFETY_CASE,
    label=gettext_lazy("Cases of serious events"),
    write=_write,
    stages=news.STAGES,
    example={"registration": "NCT03265613", "number": "GZ-001", "event": 1, "case": "SAE-0001", "version": 2},
    is_urgent=True,
)


def register_kinds() -> None:
    """Make the kind known; called once, when the app is loaded."""
    register(CASE)
