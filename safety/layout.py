"""How the values of an adverse event are grouped and worded, on the form, the page and its history alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, cast

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.safety.causality import Cause
from safety.grade_words import grade_in_words
from safety.models import AdverseEvent
from safety.terms import RELATION_OF, SERIOUSNESS_CRITERIA, Term


@dataclass(frozen=True)
class Group:
    """Fields that are entered and read together."""

    title: Promise
    fields: tuple[str, ...]


GRADE_CHANGES: Final = "grade_changes"
TREATMENTS: Final = "treatments"
LISTS: Final = (GRADE_CHANGES, TREATMENTS)
"""What an event has several of, each kept in rows of its own."""

SEVERITY: Final = Group(
    gettext_lazy("How severe, how serious"),
    (
        "grade",
        GRADE_CHANGES,
        "is_serious",
        *SERIOUSNESS_CRITERIA,
        "serious_known_at",
        "admitted_on",
        "discharged_on",
        "is_special_interest",
    ),
)
CAUSES: Final = Group(gettext_lazy("Cause"), (*RELATION_OF.values(), "other_cause", "expectedness"))
GROUPS: Final = (
    Group(gettext_lazy("What happened"), ("term", "term_code", "onset", "onset_time", "visit", "narrative")),
    SEVERITY,
    CAUSES,
    Group(gettext_lazy("Treatment and outcome"), ("action_taken", TREATMENTS, "treatment_given", "outcome", "ended")),
)
READ: Final = tuple(name for group in GROUPS for name in group.fields)
"""Everything that is read of an event, in the order of its page."""
ENTERED: Final = tuple(name for name in READ if name not in LISTS)
"""What is entered and stored in the row of the event itself."""


CAUSE_NAMES: Final = {
    Cause.CELL_PRODUCT: gettext_lazy("cell product"),
    Cause.INFUSION_PROCEDURE: gettext_lazy("infusion procedure"),
    Cause.PREMEDICATION: gettext_lazy("premedication"),
    Cause.COMPARATOR: gettext_lazy("comparator"),
    Cause.DISEASE: gettext_lazy("disease"),
    Cause.OTHER: gettext_lazy("another cause"),
}


@dataclass(frozen=True)
class Names:
    """What stored keys are called: the subject's visits and medications by primary key; the term the grades are of."""

    visits: Mapping[int, str] = field(default_factory=dict)
    medications: Mapping[int, str] = field(default_factory=dict)
    term: str = Term.OTHER


def concerns(name: str, event: AdverseEvent) -> bool:
    """Whether the value says something about this event; what does not is empty, or no, as the event's rules demand."""
    if name in SERIOUSNESS_CRITERIA or name == "serious_known_at":
        return event.is_serious
    if name in ("admitted_on", "discharged_on"):
        return event.caused_hospitalisation
    if name in RELATION_OF.values() or name == "other_cause":
        return bool(getattr(event, name))
    return True


def _column(name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", AdverseEvent._meta.get_field(name))


def label(name: str) -> str:
    """The name of a field, or of a list, as a heading."""
    if name == GRADE_CHANGES:
        return _("Changes of grade")
    return capfirst(str(_column(name).verbose_name))


def shown(name: str, value: Any, names: Names) -> str:
    """A stored value in words; a dash where there is none. Moments are given in the time zone in force."""
    if value is None or value in ("", ()):
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if name in ("visit", *LISTS):
        return _rows_in_words(name, value, names)
    if name == "grade":
        return grade_in_words(names.term, value)
    choices = _column(name).choices
    return str(dict(choices)[value]) if choices else str(value)


def causes_in_words(causes: Iterable[Cause]) -> str:
    """The causes in one line; empty where there are none."""
    return ", ".join(str(CAUSE_NAMES[cause]) for cause in causes)


def grade_from(day: date) -> str:
    """What one change of grade is called in the history."""
    return _("Grade from %(day)s") % {"day": day}


def _rows_in_words(name: str, value: Any, names: Names) -> str:
    if name == "visit":
        return names.visits.get(value, str(value))
    if name == TREATMENTS:
        return "; ".join(names.medications.get(key, str(key)) for key in value)
    lines = (_("grade %(grade)s from %(day)s") % {"grade": grade, "day": day} for day, grade in value)
    return "; ".join(lines)


def stored(event: AdverseEvent, fields: Iterable[str] = ENTERED) -> dict[str, Any]:
    """The stored values by field name; the visit as its primary key."""
    return {name: getattr(event, _column(name).attname) for name in fields}


def stored_lists(event: AdverseEvent) -> dict[str, tuple[Any, ...]]:
    """The changes of grade as (day, grade) in their order, and the keys of the medications; two statements."""
    changes = event.grade_changes.order_by("changed_on").values_list("changed_on", "grade")
    treatments = event.treatments.order_by("number").values_list("pk", flat=True)
    return {GRADE_CHANGES: tuple(changes), TREATMENTS: tuple(treatments)}
