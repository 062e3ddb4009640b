"""How the values of a medication are grouped and worded, on the form, the page and its history alike."""

from collections.abc import Iterable
from typing import Any, Final, cast

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safety.layout import Group
from safety.models import ConcomitantMedication

GROUPS: Final = (
    Group(gettext_lazy("What is given, and for what"), ("name", "indication", "treatment_kind")),
    Group(gettext_lazy("How it is given"), ("dose", "route", "frequency")),
    Group(gettext_lazy("From when to when"), ("started", "ended")),
)
ENTERED: Final = tuple(name for group in GROUPS for name in group.fields)


def _column(field: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", ConcomitantMedication._meta.get_field(field))


def label(field: str) -> str:
    """The name of a field as a heading."""
    return capfirst(str(_column(field).verbose_name))


def shown(field: str, value: Any) -> str:
    """A stored value in words; a dash where there is none."""
    if not value:
        return _("Ongoing") if field == "ended" and value == "" else "–"
    choices = _column(field).choices
    return str(dict(choices)[value]) if choices else str(value)


def stored(medication: ConcomitantMedication, fields: Iterable[str] = ENTERED) -> dict[str, Any]:
    """The stored values by field name."""
    return {name: getattr(medication, name) for name in fields}
