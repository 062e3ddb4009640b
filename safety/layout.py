"""How the values of an adverse event are grouped and worded, on the form, the page and its history alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safety.models import AdverseEvent
from safety.terms import RELATION_OF, SERIOUSNESS_CRITERIA


@dataclass(frozen=True)
class Group:
    """Fields that are entered and read together."""

    title: Promise
    fields: tuple[str, ...]


GROUPS: Final = (
    Group(gettext_lazy("What happened"), ("term", "term_code", "onset", "onset_time", "visit", "narrative")),
    Group(
        gettext_lazy("How severe, how serious"),
        (
            "grade",
            "is_serious",
            *SERIOUSNESS_CRITERIA,
            "serious_known_at",
            "admitted_on",
            "discharged_on",
            "is_special_interest",
        ),
    ),
    Group(gettext_lazy("Cause"), (*RELATION_OF.values(), "other_cause", "expectedness")),
    Group(gettext_lazy("Treatment and outcome"), ("action_taken", "treatment_given", "outcome", "ended")),
)
ENTERED: Final = tuple(name for group in GROUPS for name in group.fields)


def _column(field: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", AdverseEvent._meta.get_field(field))


def label(field: str) -> str:
    """The name of a field as a heading."""
    return capfirst(str(_column(field).verbose_name))


def shown(field: str, value: Any, visits: Mapping[int, str]) -> str:
    """A stored value in words; a dash where there is none. `visits` names the subject's visits by primary key."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return value.isoformat()
    if field == "visit":
        return visits.get(value, str(value))
    choices = _column(field).choices
    return str(dict(choices)[value]) if choices else str(value)


def stored(event: AdverseEvent, fields: Iterable[str] = ENTERED) -> dict[str, Any]:
    """The stored values by field name; the visit as its primary key."""
    return {name: getattr(event, _column(name).attname) for name in fields}
