"""What people are told of a stopping rule. Facts hold numbers and the protocol's words, never who is concerned."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.kinds import Facts, Kind, Line
from safety.services.alerts import HOLDS, KIND


def _write(stage: str, facts: Facts) -> Line:
    words = {"rule": facts["rule"], "count": facts["subjects"], "text": facts["text"]}
    text = ngettext(
        "Stopping rule %(rule)s holds: %(count)s subject",
        "Stopping rule %(rule)s holds: %(count)s subjects",
        facts["subjects"],
    )
    detail = _("The protocol says: “%(text)s”. Look at these subjects and decide whether enrolment is stopped.")
    return Line(text % words, detail % words, reverse("workspace:today", args=[facts["registration"]]))


STOPPING_RULE = Kind(
    code=KIND,
    label=gettext_lazy("Stopping rules"),
    write=_write,
    stages=(HOLDS,),
    example={
        "registration": "NCT03265613",
        "rule": "SR01",
        "text": "Two subjects with a related event of grade 3 or more",
        "subjects": 2,
    },
    is_urgent=True,
)
